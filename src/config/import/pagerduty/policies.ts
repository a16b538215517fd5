/**
 * PagerDuty's escalation policies. Used by `import-pagerduty`. A rule's `escalation_delay_in_minutes` is how long its own
 * targets have, so it is the step's `within`; the last rule's passes before the next loop.
 */
import { quote } from "../../fault.ts";
import type { DraftStep, DraftTarget } from "../draft.ts";
import type { Findings } from "../findings.ts";
import type { KnownSchedules } from "../known-schedules.ts";
import { child, entries, isAbsent, type Place, textOf } from "../place.ts";
import { longestWithinSeconds, noteEndOfPolicies, PolicyList } from "../policy-steps.ts";
import { readId, readInteger } from "../read-value.ts";
import type { Roster } from "../roster.ts";
import { referredUser } from "./users.ts";

export function policiesOf(
  items: readonly Place[],
  roster: Roster,
  schedules: KnownSchedules,
  findings: Findings,
): PolicyList {
  const policies = new PolicyList();
  for (const item of items) {
    const source = readId(child(item, "id"), findings);
    const loops = child(item, "num_loops");
    const repeat = isAbsent(loops) ? 0 : readInteger(loops, 0, 1000, findings);
    const rules = child(item, "escalation_rules");
    if (!Array.isArray(rules.value)) findings.fault(rules, "must be a list of rules");
    const steps = entries(rules).flatMap((rule) => stepOf(rule, roster, schedules, findings) ?? []);
    if (source === null || repeat === null) continue;
    const name = textOf(child(item, "name")) ?? textOf(child(item, "summary")) ?? source;
    policies.add(item, source, name, steps, repeat);
    reportBelongings(item, policies.list.at(-1)!.id, findings);
  }
  if (items[0] !== undefined) noteEndOfPolicies(items[0], findings);
  return policies;
}

/** Which alerts go to a policy: there its services say so, here the routes. */
function reportBelongings(item: Place, policy: string, findings: Findings): void {
  const nameOf = (entry: Place): string =>
    quote(
      textOf(child(entry, "summary")) ?? textOf(child(entry, "name")) ?? textOf(child(entry, "id")) ?? "",
    );
  for (const service of entries(child(item, "services"))) {
    findings.leftOut(
      service,
      `the service ${nameOf(service)} of the policy ${policy}`,
      "which alerts go to a policy is said by routes here",
      `give it an integration, and write a route such as { match: { … }, policy: ${policy} }`,
    );
  }
  for (const team of entries(child(item, "teams"))) {
    findings.leftOut(
      team,
      `the team ${nameOf(team)} of the policy ${policy}`,
      "policies here belong to everybody in the team file",
      "give each team a team file of its own if they are to be apart",
    );
  }
}

function stepOf(
  rule: Place,
  roster: Roster,
  schedules: KnownSchedules,
  findings: Findings,
): DraftStep | null {
  const delay = child(rule, "escalation_delay_in_minutes");
  const minutes = readInteger(delay, 0, longestWithinSeconds / 60, findings);
  const listed = entries(child(rule, "targets"));
  const targets = listed.flatMap((target) => targetOf(target, roster, schedules, findings) ?? []);
  if (textOf(child(rule, "escalation_rule_assignment_strategy", "type")) === "round_robin") {
    findings.changed(
      rule,
      "asking the targets in turn",
      "a step here asks all of its targets at once",
      "make a schedule of them if they should take turns",
    );
  }
  if (minutes === null) return null;
  if (targets.length === 0) {
    if (listed.length === 0)
      findings.leftOut(rule, "a step", "it has no targets", "add whom to ask, if there is anybody");
    return null;
  }
  if (minutes === 0)
    findings.changed(delay, "a step without any time", "a step has at least a second here", "correct within");
  return { targets, withinSeconds: Math.max(1, minutes * 60) };
}

function targetOf(
  target: Place,
  roster: Roster,
  schedules: KnownSchedules,
  findings: Findings,
): DraftTarget | null {
  const type = textOf(child(target, "type"))?.replace(/_reference$/, "");
  if (type === "user") {
    const person = referredUser(target, roster, findings);
    return person === null ? null : { kind: "person", person };
  }
  if (type === "schedule") {
    const source = readId(child(target, "id"), findings);
    const schedule = source === null ? null : schedules.find(target, source, findings);
    return schedule === null ? null : { kind: "schedule", schedule };
  }
  findings.leftOut(
    target,
    "a target",
    "only users and schedules can be asked",
    "name people, a group or a schedule in the step",
  );
  return null;
}
