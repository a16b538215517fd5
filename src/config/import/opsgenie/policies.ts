/**
 * Opsgenie's escalations. Used by `import-opsgenie`. A rule's delay counts from the alert's beginning, so a step's
 * `within` is the time to the next later rule; rules with the same delay are one step.
 */
import type { DraftStep, DraftTarget } from "../draft.ts";
import type { Findings } from "../findings.ts";
import type { KnownSchedules } from "../known-schedules.ts";
import { child, entries, isAbsent, type Place, textOf } from "../place.ts";
import { noteEndOfPolicies, PolicyList, usualWithinSeconds } from "../policy-steps.ts";
import { given, readId, readInteger } from "../read-value.ts";
import type { Recipients } from "./recipients.ts";
import { secondsOf } from "./users.ts";

export function policiesOf(
  items: readonly Place[],
  recipients: Recipients,
  schedules: KnownSchedules,
  findings: Findings,
): PolicyList {
  const policies = new PolicyList();
  for (const item of items) {
    const source = readId(child(item, "id"), findings);
    if (!Array.isArray(child(item, "rules").value))
      findings.fault(child(item, "rules"), "must be a list of rules");
    const repeat = child(item, "repeat");
    const count = isAbsent(child(repeat, "count"))
      ? 0
      : readInteger(child(repeat, "count"), 0, 1000, findings);
    const wait = child(repeat, "waitInterval");
    const minutes = isAbsent(wait) ? 0 : readInteger(wait, 0, 10_000, findings);
    if (child(repeat, "closeAlertAfterAll").value === true) {
      findings.leftOut(
        child(repeat, "closeAlertAfterAll"),
        "closing the alert after all repeats",
        "Tocsin gives no alert up",
        "nothing, if that is right",
      );
    }
    const lastSeconds = (minutes ?? 0) * 60 || usualWithinSeconds;
    const steps = stepsOf(item, lastSeconds, recipients, schedules, findings);
    if (source === null || count === null) continue;
    policies.add(item, source, textOf(child(item, "name")) ?? source, steps, count);
  }
  if (items[0] !== undefined) noteEndOfPolicies(items[0], findings);
  return policies;
}

function stepsOf(
  item: Place,
  lastSeconds: number,
  recipients: Recipients,
  schedules: KnownSchedules,
  findings: Findings,
): DraftStep[] {
  const byDelay = new Map<number, DraftTarget[]>();
  for (const rule of entries(child(item, "rules"))) {
    const seconds = secondsOf(child(rule, "delay"), findings);
    const target = targetOf(rule, recipients, schedules, findings);
    if (seconds === null) continue;
    reportConditions(rule, findings);
    byDelay.set(seconds, [...(byDelay.get(seconds) ?? []), ...(target === null ? [] : [target])]);
  }
  const delays = [...byDelay.keys()].filter((delay) => byDelay.get(delay)!.length > 0).sort((a, b) => a - b);
  if (delays[0] !== undefined && delays[0] > 0) {
    findings.changed(
      child(item, "rules"),
      `the wait of ${delays[0]} s before anybody is asked`,
      "the first step is asked at once here",
      "nothing, or let the monitoring tool wait before it raises the alert",
    );
  }
  return delays.map((delay, index) => ({
    targets: byDelay.get(delay)!,
    withinSeconds: index + 1 < delays.length ? delays[index + 1]! - delay : lastSeconds,
  }));
}

function reportConditions(rule: Place, findings: Findings): void {
  if (textOf(child(rule, "condition")) === "if-not-closed") {
    findings.changed(
      child(rule, "condition"),
      "escalating an alert that is acknowledged but not closed",
      "an acknowledgement stops a policy here",
      "set the policy's ackTimeout",
    );
  }
  const notifyType = textOf(child(rule, "notifyType")) ?? "default";
  if (!["default", "all"].includes(notifyType)) {
    findings.changed(
      child(rule, "notifyType"),
      `notifying ${notifyType} of the recipient`,
      "a step here asks who is on call now, or everybody of a group",
      "name people, or a schedule with the other order, in the step",
    );
  }
}

function targetOf(
  rule: Place,
  recipients: Recipients,
  schedules: KnownSchedules,
  findings: Findings,
): DraftTarget | null {
  const recipient = child(rule, "recipient");
  const type = textOf(child(recipient, "type"));
  switch (type) {
    case "user": {
      const person = recipients.user(recipient);
      return person === null ? null : { kind: "person", person };
    }
    case "schedule": {
      const source = readId(child(recipient, "id"), findings);
      const schedule = source === null ? null : schedules.find(recipient, source, findings);
      return schedule === null ? null : { kind: "schedule", schedule };
    }
    case "team": {
      const team = recipients.team(recipient);
      if (team === null || team.people.length === 0) return null;
      findings.changed(
        recipient,
        `asking the team ${team.name}`,
        "all of its members are asked, not whom its routing rules say",
        "name the team's schedule in the step instead",
      );
      return { kind: "people", name: team.name, people: team.people };
    }
    default:
      findings.fault(
        child(recipient, "type"),
        `${given(child(recipient, "type"))}; must be user, schedule or team`,
      );
      return null;
  }
}
