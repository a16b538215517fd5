/** Opsgenie's users and, where a bundle has them, their notification rules. Used by `import-opsgenie`. */
import { longestDelaySeconds, notifyByEmail, reportOtherWay } from "../contact-rules.ts";
import type { Findings } from "../findings.ts";
import { child, entries, isAbsent, numberOf, passOver, type Place, textOf } from "../place.ts";
import { given, readId } from "../read-value.ts";
import type { Roster } from "../roster.ts";

export function addUsers(users: readonly Place[], roster: Roster, findings: Findings): void {
  for (const user of users) {
    const source = readId(child(user, "id"), findings);
    if (source === null) continue;
    const email = textOf(child(user, "username"));
    const contacts = [...entries(child(user, "userContacts")), ...entries(child(user, "contacts"))];
    const notify = notifyByEmail(emailDelays(user, email, findings));
    if (child(user, "blocked").value === true) {
      findings.changed(
        user,
        "a blocked user",
        "people are never blocked here",
        "take them out if they have left",
      );
    }
    roster.add(user, {
      source,
      name: textOf(child(user, "fullName")),
      email,
      phone: phoneOf(contacts),
      timeZone: textOf(child(user, "timeZone")),
      ...(notify !== undefined && { notify }),
    });
  }
}

/** The rules may be given whole, or only the steps of the one for new alerts. */
function emailDelays(user: Place, email: string | null, findings: Findings): number[] {
  const rules = [...entries(child(user, "notificationRules")), ...entries(child(user, "notification_rules"))];
  const steps = rules.flatMap((rule) => {
    if (isAbsent(child(rule, "actionType"))) return [rule];
    if (textOf(child(rule, "actionType")) === "create-alert" && child(rule, "enabled").value !== false) {
      reportConditions(rule, findings);
      return entries(child(rule, "steps"));
    }
    const what = `the notification rule ${textOf(child(rule, "name")) ?? ""}`.trim();
    findings.leftOut(rule, what, "only enabled rules for new alerts have a counterpart", "nothing");
    return [];
  });
  return steps.flatMap((step) => {
    if (child(step, "enabled").value === false) {
      passOver(step);
      return [];
    }
    const method = textOf(child(step, "contact", "method")) ?? textOf(child(step, "method"));
    if (method !== "email") {
      reportOtherWay(step, method ?? "an unknown way", findings);
      return [];
    }
    const address = textOf(child(step, "contact", "to"));
    if (address !== null && address.toLowerCase() !== email?.toLowerCase()) {
      findings.changed(
        step,
        "the address of an e-mail",
        `here a person has one address, ${email ?? "none"}`,
        "correct email if need be",
      );
    }
    const seconds = secondsOf(child(step, "sendAfter"), findings);
    return seconds === null ? [] : [seconds];
  });
}

function reportConditions(rule: Place, findings: Findings): void {
  const criteria = textOf(child(rule, "criteria", "type"));
  if ((criteria !== null && criteria !== "match-all") || !isAbsent(child(rule, "timeRestriction"))) {
    findings.changed(
      rule,
      "a notification rule that holds only for some alerts or times",
      "people are notified alike here, whatever the alert and the time",
      "give such alerts a policy of their own",
    );
  }
}

const unitSeconds: Readonly<Record<string, number>> = {
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: 86_400,
};

/** `{ timeAmount, timeUnit }`, also `{ minutes }`; nothing is at once. Null, and a fault, when it is malformed. */
export function secondsOf(delay: Place, findings: Findings): number | null {
  if (isAbsent(delay)) return 0;
  const minutes = numberOf(child(delay, "minutes"));
  const amount = minutes ?? numberOf(child(delay, "timeAmount"));
  const unit = (textOf(child(delay, "timeUnit")) ?? "minutes").toLowerCase();
  const seconds = amount === null || !Object.hasOwn(unitSeconds, unit) ? NaN : amount * unitSeconds[unit]!;
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= longestDelaySeconds) return seconds;
  findings.fault(delay, `${given(delay)}; must be a time such as { "timeAmount": 5, "timeUnit": "minutes" }`);
  return null;
}

function phoneOf(contacts: readonly Place[]): string | null {
  for (const contact of contacts) {
    const to = textOf(child(contact, "to"));
    if (["voice", "sms"].includes(textOf(child(contact, "method")) ?? "") && to !== null)
      return /^\d+-\d+$/.test(to) ? `+${to.replace("-", " ")}` : to;
  }
  return null;
}
