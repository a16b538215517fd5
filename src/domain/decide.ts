/**
 * The heart: what follows from an input in a state at a time. Pure and synchronous; the same three give the same result.
 * Called by the engine's loop for every input; the facts it returns are journaled, then folded by `evolve`.
 */
import type { Answer, Command } from "./command.ts";
import { Decision } from "./decision.ts";
import type { Fact } from "./fact.ts";
import type { EpochMs } from "./ids.ts";
import type { Input } from "./input.ts";
import type { Observation } from "./observation.ts";
import { adoptTeam } from "./rules/adopt-team.ts";
import { announceHandoffs } from "./rules/announce-handoffs.ts";
import { annotate } from "./rules/annotate.ts";
import { acknowledge } from "./rules/acknowledge.ts";
import { beginAttempt } from "./rules/begin-attempt.ts";
import { changeDuty } from "./rules/change-duty.ts";
import { changeMachines } from "./rules/change-machines.ts";
import { escalateByHand } from "./rules/escalate.ts";
import { noteAttention } from "./rules/note-attention.ts";
import { noteDesktops } from "./rules/note-desktops.ts";
import { noteStillFiring } from "./rules/note-still-firing.ts";
import { receiveSignal } from "./rules/receive-signal.ts";
import { recordOutcome } from "./rules/record-outcome.ts";
import { ofBoot, recover } from "./rules/recover.ts";
import { resolve } from "./rules/resolve.ts";
import { runDeadlines } from "./rules/run-deadlines.ts";
import { snooze } from "./rules/snooze.ts";
import { stepClock } from "./rules/step-clock.ts";
import { transfer } from "./rules/transfer.ts";
import type { State } from "./state.ts";

export interface Decided {
  /** In order; journaled in one commit, before anything else happens. */
  readonly facts: readonly Fact[];
  readonly observations: readonly Observation[];
  /** To be carried out once the facts are on disk. */
  readonly commands: readonly Command[];
  /** For whoever put the input in. */
  readonly answer: Answer;
}

/** Looks at `state` and leaves it as it is. */
export function decide(state: State, input: Input, now: EpochMs): Decided {
  const decision = new Decision(state, now);
  switch (input.kind) {
    case "signal":
      receiveSignal(decision, input);
      break;
    case "command":
      obey(decision, input);
      break;
    case "duty":
      changeDuty(decision, input);
      break;
    case "outcome":
      recordOutcome(decision, input);
      break;
    case "attempt":
      beginAttempt(decision, input);
      break;
    case "tick":
      runDeadlines(decision, input.alertId);
      break;
    case "team-loaded":
      adoptTeam(decision, input.team, input.by ?? null, input.edit ?? null);
      break;
    case "handoffs-due":
      announceHandoffs(decision);
      break;
    case "desktops-changed":
      noteDesktops(decision, input);
      break;
    case "attention":
      noteAttention(decision, input);
      break;
    case "machine":
      changeMachines(decision, input.change);
      break;
    case "team-file-sealed":
      decision.say(input);
      break;
    case "still-firing":
      noteStillFiring(decision, input.alerts);
      break;
    case "engine-started":
      recover(decision, input);
      break;
    case "engine-stopping":
      decision.say({ kind: "engine-stopped", ...ofBoot(input.uptime) });
      break;
    case "clock-stepped":
      stepClock(decision, input);
      break;
  }
  return decision;
}

function obey(decision: Decision, input: Input & { kind: "command" }): void {
  const alert = decision.state.open.get(input.alertId) ?? decision.state.resolved.get(input.alertId);
  if (alert === undefined) {
    decision.refuse(
      "not-found",
      `There is no alert ${input.alertId}; "tocsin list" shows those that are open.`,
    );
    return;
  }
  const { command } = input;
  if (command.kind === "note") {
    annotate(decision, alert, input, command.text);
    return;
  }
  if (alert.status === "resolved") {
    decision.refuse("already-resolved", `Alert ${alert.id} is resolved already; nothing was changed.`);
    return;
  }
  switch (command.kind) {
    case "acknowledge":
      return acknowledge(decision, alert, input);
    case "resolve":
      return resolve(decision, alert, input);
    case "snooze":
      return snooze(decision, alert, input, command.forMs);
    case "escalate":
      return escalateByHand(decision, alert, input);
    case "transfer":
      return transfer(decision, alert, input, command.policy);
  }
}
