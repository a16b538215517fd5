/**
 * The time machine: who would be woken when, if an alert came in at some time and nobody answered. Shown by
 * `tocsin simulate`, and asked before an edit of the team file is kept.
 *
 * No rule is written twice: the real `decide` and `evolve` run in virtual time, with channels that always succeed.
 */
import type { Alert } from "../alert.ts";
import { decide } from "../decide.ts";
import { evolve, observe } from "../evolve.ts";
import type { AlertFact } from "../fact.ts";
import type { AlertId, EpochMs, IntegrationId, PersonId, PolicyId } from "../ids.ts";
import type { Input } from "../input.ts";
import type { Severity } from "../severity.ts";
import { emptyState } from "../state.ts";
import type { State } from "../state.ts";
import type { Team } from "../team.ts";

export interface SimulationPlan {
  readonly at: EpochMs;
  readonly severity: Severity;
  readonly title: string;
  readonly source: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly integration: IntegrationId | null;
  /** Whose desktop is attached, all the time. */
  readonly desktops: readonly PersonId[];
  /** How long it is watched; null: until the last usable step only repeats, at most a day. */
  readonly forMs: number | null;
}

export interface Simulation {
  readonly plan: SimulationPlan;
  readonly policy: PolicyId;
  /** What would be in the alert's journal before `until`. */
  readonly facts: readonly AlertFact[];
  readonly until: EpochMs;
  /** `settled`: the last usable step would go on repeating. `horizon`: the time is over. `too-long`: cut short. */
  readonly ended: "settled" | "horizon" | "too-long";
}

const dayMs = 24 * 3_600_000;

/** Inputs of one simulation; more comes of a policy of seconds that is watched for weeks. */
const mostInputs = 20_000;

/** @throws when the team has no route for the alert, which `config` refuses. */
export function simulate(team: Team, plan: SimulationPlan): Simulation {
  const run = new Run(plan.at);
  run.feed({ kind: "team-loaded", team });
  run.feed({ kind: "desktops-changed", people: plan.desktops });
  run.feed(signalOf(plan));

  const end = plan.at + (plan.forMs ?? dayMs);
  const ending = (until: EpochMs, ended: Simulation["ended"]): Simulation => {
    const facts = run.facts.filter(({ at }) => at < until);
    return { plan, policy: run.alert.policy, facts, until, ended };
  };
  for (;;) {
    const next = run.state.deadlines.earliest();
    if (next === null || next >= end) return ending(end, "horizon");
    if (run.inputs >= mostInputs) return ending(next, "too-long");
    run.now = next;
    run.feed({ kind: "tick", alertId });
    if (plan.forMs === null && isSettled(run)) return ending(next, "settled");
  }
}

type StepEntered = Extract<AlertFact, { kind: "step-entered" }>;

const alertId = "simulated" as AlertId;

class Run {
  readonly state: State = emptyState();
  readonly facts: AlertFact[] = [];
  readonly entered: StepEntered[] = [];
  inputs = 0;

  constructor(public now: EpochMs) {}

  get alert(): Alert {
    return this.state.open.get(alertId)!;
  }

  /** One input and what comes of it at the same moment: every notification has its turn at once, and succeeds. */
  feed(first: Input): void {
    const inbox = [first];
    for (let input = inbox.shift(); input !== undefined; input = inbox.shift()) {
      this.inputs += 1;
      const { facts, observations, commands, answer } = decide(this.state, input, this.now);
      for (const fact of facts) {
        evolve(this.state, fact);
        if ("alertId" in fact) this.facts.push(fact);
        if (fact.kind === "step-entered") this.entered.push(fact);
      }
      for (const seen of observations) observe(this.state, seen);
      for (const command of commands)
        if (command.kind === "notify") inbox.push({ kind: "attempt", alertId, actionId: command.actionId });
      if (input.kind === "attempt" && answer.ok && answer.effect === "done")
        inbox.push({ kind: "outcome", alertId, actionId: input.actionId, outcome: { kind: "sent" } });
    }
  }
}

function signalOf({ severity, title, source, labels, integration }: SimulationPlan): Input {
  return {
    kind: "signal",
    freshId: alertId,
    integration,
    dedupKey: "simulation",
    status: "firing",
    content: { severity, title, source, labels, details: {}, links: [] },
    silentAfterMs: null,
    repetition: "report",
    by: null,
  };
}

/**
 * A step has just been followed by itself in the same run of the policy, which only the last usable one is, and nothing
 * that earlier ones had planned is still to come.
 */
function isSettled({ entered, alert, now }: Run): boolean {
  const [before, last] = entered.slice(-2);
  if (before === undefined || last === undefined || last.at !== now) return false;
  if (before.reason === "nobody-reachable" || last.reason === "nobody-reachable") return false;
  if (before.step !== last.step || before.repeat !== last.repeat || !sameAsked(before, last)) return false;
  return alert.notifications.every(({ wave, state }) => wave === alert.wave || state !== "planned");
}

function sameAsked(left: StepEntered, right: StepEntered): boolean {
  return (
    left.asked.length === right.asked.length &&
    left.asked.every(({ person }, index) => person === right.asked[index]!.person)
  );
}
