/** Problems that show in the facts themselves: a mail server that does not work, an alert that reaches nobody. */
import type { Fact } from "#domain/fact";
import type { EpochMs } from "#domain/ids";
import type { State } from "#domain/state";
import type { HealthBoard } from "./health-board.ts";

/** Called after each commit. @returns whether the health has changed. */
export function watchFacts(board: HealthBoard, facts: readonly Fact[], state: State, now: EpochMs): boolean {
  const channel = watchMail(board, facts, now);
  const reach = watchReach(board, facts, state, now);
  return channel || reach;
}

/** Until a mail has got through again, this machine cannot promise that the next one will. */
function watchMail(board: HealthBoard, facts: readonly Fact[], now: EpochMs): boolean {
  let changed = false;
  for (const fact of facts) {
    if (fact.kind === "notification-sent" && fact.via === "email")
      changed = board.clear("channel") || changed;
    if (fact.kind !== "notification-failed" || fact.via !== "email") continue;
    if (fact.reason === "authentication" || fact.reason === "unreachable" || fact.reason === "timed-out") {
      const text = `E-mail cannot be sent: ${fact.text} Check "email:" in the team file.`;
      changed = board.report("channel", text, now) || changed;
    }
  }
  return changed;
}

/** An alert that nobody at all is told of is the worst that can happen; it must show wherever somebody looks. */
function watchReach(board: HealthBoard, facts: readonly Fact[], state: State, now: EpochMs): boolean {
  const unheard = facts.some(
    (fact) => fact.kind === "step-entered" && fact.reason === "nobody-reachable" && fact.asked.length === 0,
  );
  if (unheard) return board.report("reach", reachText, now);
  if (!board.has("reach")) return false;
  const still = [...state.open.values()].some((alert) => alert.nobodyReachable && alert.asked.length === 0);
  return !still && board.clear("reach");
}

const reachText =
  "An alert reaches nobody: no desktop is attached and nobody asked has a working e-mail. Check the team file.";
