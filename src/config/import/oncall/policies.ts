/**
 * Grafana OnCall's escalation chains. Used by `import-oncall`. Their steps run one after another: what is notified without
 * a wait between is one step here, and the waits that follow are its `within`.
 */
import type { DraftTarget } from "../draft.ts";
import type { Findings } from "../findings.ts";
import type { KnownSchedules } from "../known-schedules.ts";
import { child, entries, numberOf, type Place, textOf } from "../place.ts";
import { longestWithinSeconds, noteEndOfPolicies, PolicyList, usualWithinSeconds } from "../policy-steps.ts";
import { readId, readInteger } from "../read-value.ts";
import { cleanName, type Roster } from "../roster.ts";
import type { OnCallTeam } from "./users.ts";

export interface Known {
  readonly roster: Roster;
  readonly schedules: KnownSchedules;
  readonly teams: ReadonlyMap<string, OnCallTeam>;
}

/** `repeat_escalation` begins again up to five times. */
const repeats = 5;

export function policiesOf(
  chains: readonly Place[],
  items: readonly Place[],
  known: Known,
  findings: Findings,
): PolicyList {
  const stepsOf = new Map<string, Place[]>();
  for (const item of items) {
    const chain = readId(child(item, "escalation_chain_id"), findings);
    if (chain === null) continue;
    const list = stepsOf.get(chain);
    if (list === undefined) stepsOf.set(chain, [item]);
    else list.push(item);
  }
  const policies = new PolicyList();
  const named = new Set<string>();
  for (const chain of chains) {
    const source = readId(child(chain, "id"), findings);
    if (source === null || named.has(source)) continue;
    named.add(source);
    addPolicy(
      chain,
      source,
      textOf(child(chain, "name")) ?? source,
      stepsOf.get(source) ?? [],
      known,
      policies,
      findings,
    );
  }
  for (const [source, steps] of stepsOf) {
    if (named.has(source)) continue;
    findings.changed(
      steps[0]!,
      "the name of an escalation chain",
      "the export has its steps and not the chain",
      "import the answer of /api/v1/escalation_chains too, or rename the policy",
    );
    addPolicy(steps[0]!, source, source, steps, known, policies, findings);
  }
  const first = chains[0] ?? items[0];
  if (first !== undefined) noteEndOfPolicies(first, findings);
  return policies;
}

function addPolicy(
  place: Place,
  source: string,
  name: string,
  items: readonly Place[],
  known: Known,
  policies: PolicyList,
  findings: Findings,
): void {
  const position = (item: Place): number => numberOf(child(item, "position")) ?? 0;
  const tiers: { targets: DraftTarget[]; withinSeconds: number }[] = [];
  let repeat = 0;
  for (const item of [...items].sort((a, b) => position(a) - position(b))) {
    const type = textOf(child(item, "type")) ?? "nothing";
    const last = tiers.at(-1);
    if (repeat > 0) {
      findings.leftOut(
        item,
        `the step ${type}`,
        "it comes after the repetitions",
        "add it by hand if it matters",
      );
    } else if (type === "repeat_escalation") {
      repeat = repeats;
    } else if (type === "wait") {
      const seconds = readInteger(child(item, "duration"), 0, longestWithinSeconds, findings) ?? 0;
      if (last !== undefined)
        last.withinSeconds = Math.min(last.withinSeconds + seconds, longestWithinSeconds);
      else if (seconds > 0) {
        findings.changed(
          item,
          `the wait of ${seconds} s before anybody is asked`,
          "the first step is asked at once here",
          "nothing, or let the monitoring tool wait before it raises the alert",
        );
      }
    } else {
      const targets = targetsOf(item, type, known, findings);
      if (targets.length === 0) continue;
      if (last !== undefined && last.withinSeconds === 0) last.targets.push(...targets);
      else tiers.push({ targets: [...targets], withinSeconds: 0 });
    }
  }
  const steps = tiers.map((tier) => ({ ...tier, withinSeconds: tier.withinSeconds || usualWithinSeconds }));
  policies.add(place, source, name, steps, repeat);
}

function targetsOf(item: Place, type: string, known: Known, findings: Findings): DraftTarget[] {
  if (child(item, "important").value === true) {
    findings.changed(
      child(item, "important"),
      "an important step",
      "people are notified alike here, whatever the step",
      "shorten the delays of their notify if they matter more",
    );
  }
  switch (type) {
    case "notify_persons":
      return peopleOf(child(item, "persons_to_notify"), known.roster, findings);
    case "notify_person_next_each_time":
      findings.changed(
        item,
        "asking one person after the other, another each time",
        "a step here asks all of its targets at once",
        "make a schedule of them if they should take turns",
      );
      return peopleOf(child(item, "persons_to_notify_next_each_time"), known.roster, findings);
    case "notify_on_call_from_schedule": {
      const reference = child(item, "notify_on_call_from_schedule");
      const source = readId(reference, findings);
      const schedule = source === null ? null : known.schedules.find(reference, source, findings);
      return schedule === null ? [] : [{ kind: "schedule", schedule }];
    }
    case "notify_team_members": {
      const team = known.teams.get(textOf(child(item, "team_to_notify")) ?? "");
      if (team !== undefined && team.people.length > 0)
        return [{ kind: "people", name: cleanName(team.name) ?? "team", people: team.people }];
      findings.leftOut(
        item,
        "asking a team",
        "the export does not say who is in it",
        "name people in the step",
      );
      return [];
    }
    default:
      findings.leftOut(
        item,
        `the step ${type}`,
        Object.hasOwn(reasons, type) ? reasons[type]! : "Tocsin has nothing like it",
        "do without it",
      );
      return [];
  }
}

const reasons: Readonly<Record<string, string>> = {
  resolve: "Tocsin resolves no alert by itself",
  notify_if_time_from_to:
    "a policy here does not look at the time, so the steps after it are always carried out",
  notify_if_num_alerts_in_window:
    "a policy here does not count alerts, so the steps after it are always carried out",
  notify_user_group: "it means a group of a chat",
  notify_whole_channel: "it means a channel of a chat",
};

function peopleOf(list: Place, roster: Roster, findings: Findings): DraftTarget[] {
  return entries(list).flatMap((entry): DraftTarget[] => {
    const source = readId(entry, findings);
    return source === null ? [] : [{ kind: "person", person: roster.refer(entry, { source, name: null }) }];
  });
}
