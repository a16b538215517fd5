/** PagerDuty's users, their contact methods and notification rules. Used by `import-pagerduty`. */
import { longestDelaySeconds, notifyByEmail, reportOtherWay } from "../contact-rules.ts";
import type { Findings } from "../findings.ts";
import { child, entries, type Place, textOf } from "../place.ts";
import { readId, readInteger } from "../read-value.ts";
import type { PersonKey } from "../draft.ts";
import type { Roster } from "../roster.ts";

export function addUsers(users: readonly Place[], roster: Roster, findings: Findings): void {
  for (const user of users) {
    const source = readId(child(user, "id"), findings);
    if (source === null) continue;
    const methods = new Map(
      entries(child(user, "contact_methods")).map((method) => [textOf(child(method, "id")), method]),
    );
    const email = textOf(child(user, "email"));
    const notify = notifyByEmail(emailDelays(user, methods, email, findings));
    roster.add(user, {
      source,
      name: textOf(child(user, "name")) ?? textOf(child(user, "summary")),
      email,
      phone: phoneOf([...methods.values()]),
      timeZone: textOf(child(user, "time_zone")),
      ...(notify !== undefined && { notify }),
    });
  }
}

/** A user that a layer, override or target names. Null, and a fault, when it has no id. */
export function referredUser(reference: Place, roster: Roster, findings: Findings): PersonKey | null {
  const source = readId(child(reference, "id"), findings);
  if (source === null) return null;
  const name = textOf(child(reference, "name")) ?? textOf(child(reference, "summary"));
  return roster.refer(reference, { source, name, email: textOf(child(reference, "email")) });
}

function emailDelays(
  user: Place,
  methods: ReadonlyMap<string | null, Place>,
  email: string | null,
  findings: Findings,
): number[] {
  const delays: number[] = [];
  for (const rule of entries(child(user, "notification_rules"))) {
    const reference = child(rule, "contact_method");
    const method = methods.get(textOf(child(reference, "id"))) ?? reference;
    const type = (textOf(child(method, "type")) ?? textOf(child(reference, "type")))?.replace(
      /_reference$/,
      "",
    );
    if (type === undefined) {
      findings.leftOut(
        rule,
        "a notification rule",
        "the export has only its name",
        "export the users with include[]=contact_methods&include[]=notification_rules",
      );
    } else if (textOf(child(rule, "urgency")) === "low") {
      findings.leftOut(
        rule,
        "a notification rule for low urgency",
        "people are notified alike here, whatever the severity",
        "give low severities a policy of their own",
      );
    } else if (type !== "email_contact_method") reportOtherWay(rule, wayOf(type), findings);
    else {
      const address = textOf(child(method, "address"));
      if (address !== null && address.toLowerCase() !== email?.toLowerCase()) {
        findings.changed(
          rule,
          "the address of an e-mail",
          `here a person has one address, ${email ?? "none"}`,
          "correct email if need be",
        );
      }
      const minutes = readInteger(
        child(rule, "start_delay_in_minutes"),
        0,
        longestDelaySeconds / 60,
        findings,
      );
      if (minutes !== null) delays.push(minutes * 60);
    }
  }
  return delays;
}

function wayOf(type: string): string {
  const ways: Readonly<Record<string, string>> = {
    phone_contact_method: "phone",
    sms_contact_method: "text message",
    push_notification_contact_method: "push notification",
  };
  return Object.hasOwn(ways, type) ? ways[type]! : "that way";
}

/** For people to see; nothing dials it. */
function phoneOf(methods: readonly Place[]): string | null {
  for (const method of methods) {
    const address = textOf(child(method, "address"));
    if (textOf(child(method, "type")) !== "phone_contact_method" || address === null) continue;
    const country = child(method, "country_code").value;
    return typeof country === "number" ? `+${country} ${address}` : address;
  }
  return null;
}
