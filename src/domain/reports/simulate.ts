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
import { finalSchedule } from "../oncall/on-call.ts";
import { policyOf, teamOf } from "../rules/ask.ts";
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
  /** How long it is watched at most. */
  readonly forMs: number;
}

export interface Simulation {
  readonly plan: SimulationPlan;
  readonly policy: PolicyId;
  /** What would be in the alert's journal, up to `until` inclusive. */
  readonly facts: readonly AlertFact[];
  readonly until: EpochMs;
  /** `settled`: the last step goes on repeating, the same each time. `horizon`: `forMs` is over. `too-long`: cut short. */
  readonly ended: "settled" | "horizon" | "too-long";
}

/** Inputs of one simulation; more is a policy of seconds watched for weeks. */
const mostInputs = 50_000;

/** @throws when the team has no route for the alert, which `config` refuses. */
export function simulate(team: Team, plan: SimulationPlan): Simulation {
  const run = new Run(plan.at);
  run.feed({ kind: "team-loaded", team });
  run.feed({ kind: "desktops-changed", people: plan.desktops });
  run.feed(signalOf(plan));

  const end = plan.at + plan.forMs;
  let ended: Simulation["ended"] | null = null;
  while (ended === null) {
    const next = run.state.deadlines.earliest();
    if (next === null || next > end) ended = "horizon";
    else if (run.inputs >= mostInputs) ended = "too-long";
    else {
      run.now = next;
      run.feed({ kind: "tick", alertId });
      if (isSettled(run, end)) ended = "settled";
    }
  }
  const until = ended === "horizon" ? end : run.now;
  return { plan, policy: run.alert.policy, facts: run.facts, until, ended };
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

  /** One input and what comes of it at the same moment: every notification succeeds at once. */
  feed(first: Input): void {
    const inbox = [first];
    for (let input = inbox.shift(); input !== undefined; input = inbox.shift()) {
      this.inputs += 1;
      const { facts, observations, commands } = decide(this.state, input, this.now);
      for (const fact of facts) {
        evolve(this.state, fact);
        if ("alertId" in fact) this.facts.push(fact);
        if (fact.kind === "step-entered") this.entered.push(fact);
      }
      for (const seen of observations) observe(this.state, seen);
      for (const { actionId } of commands)
        inbox.push({ kind: "outcome", alertId, actionId, outcome: { kind: "sent" } });
    }
  }
}

function signalOf({ severity, title, source, labels, integration }: SimulationPlan): Input {
  return {
    kind: "signal",
    freshId: alertId,
    integration,
    dedupKey: "simulated",
    status: "firing",
    content: { severity, title, source, labels, details: {}, links: [] },
    silentAfterMs: null,
    repetition: "report",
    by: null,
  };
}

/** The last step has just begun again as it did before, and nothing can make the next time another one. */
function isSettled({ entered, alert, state, now }: Run, end: EpochMs): boolean {
  const [before, last] = entered.slice(-2);
  if (last?.reason !== "last-step-repeated" || last.at !== now || before === undefined) return false;
  if (before.step !== last.step || !sameAsked(before, last)) return false;
  if (alert.notifications.some(({ wave, state: is }) => wave !== alert.wave && is === "planned"))
    return false;
  const team = teamOf(state, alert);
  return policyOf(state, alert)
    .steps.flatMap(({ notify }) => notify)
    .every((target) => target.kind !== "schedule" || finalSchedule(team, target.id, now, end).length <= 1);
}

function sameAsked(left: StepEntered, right: StepEntered): boolean {
  return (
    left.asked.length === right.asked.length &&
    left.asked.every(({ person }, index) => person === right.asked[index]!.person)
  );
}
