/** Grafana OnCall's users, their default notification rules, and their teams. Used by `import-oncall`. */
import { longestDelaySeconds, notifyByEmail, reportOtherWay } from "../contact-rules.ts";
import type { PersonKey } from "../draft.ts";
import type { Findings } from "../findings.ts";
import { child, entries, numberOf, type Place, textOf } from "../place.ts";
import { readId, readInteger } from "../read-value.ts";
import { cleanName, type Roster } from "../roster.ts";

export interface OnCallTeam {
  readonly name: string;
  readonly people: PersonKey[];
}

/** Returns the teams by their ids. */
export function addUsers(
  users: readonly Place[],
  rules: readonly Place[],
  teamItems: readonly Place[],
  roster: Roster,
  findings: Findings,
): ReadonlyMap<string, OnCallTeam> {
  const teams = new Map<string, OnCallTeam>();
  for (const item of teamItems) {
    const id = readId(child(item, "id"), findings);
    if (id !== null) teams.set(id, { name: cleanName(textOf(child(item, "name")) ?? id) ?? id, people: [] });
  }
  const rulesOf = new Map<string, Place[]>();
  for (const rule of rules) {
    const user = textOf(child(rule, "user_id")) ?? "";
    const list = rulesOf.get(user);
    if (list === undefined) rulesOf.set(user, [rule]);
    else list.push(rule);
  }
  for (const user of users) {
    const source = readId(child(user, "id"), findings);
    if (source === null) continue;
    const notify = notifyByEmail(emailDelays(rulesOf.get(source) ?? [], findings));
    const person = roster.add(user, {
      source,
      name: textOf(child(user, "name")) ?? textOf(child(user, "username")),
      email: textOf(child(user, "email")),
      timeZone: textOf(child(user, "timezone")),
      ...(notify !== undefined && { notify }),
    });
    for (const entry of entries(child(user, "teams"))) {
      const id = textOf(entry);
      if (id === null) continue;
      const team = teams.get(id) ?? { name: id, people: [] };
      teams.set(id, team);
      if (!team.people.includes(person)) team.people.push(person);
    }
  }
  return teams;
}

/** The rules run one after another, with waits between them. */
function emailDelays(rules: readonly Place[], findings: Findings): number[] {
  const delays: number[] = [];
  let waited = 0;
  const position = (rule: Place): number => numberOf(child(rule, "position")) ?? 0;
  for (const rule of [...rules].sort((a, b) => position(a) - position(b))) {
    const type = textOf(child(rule, "type")) ?? "unknown";
    if (child(rule, "important").value === true) {
      findings.leftOut(
        rule,
        "an important notification rule",
        "people are notified alike here, whatever the step",
        "shorten the delays of notify if they matter more",
      );
    } else if (type === "wait") {
      waited += readInteger(child(rule, "duration"), 0, longestDelaySeconds, findings) ?? 0;
    } else if (type !== "notify_by_email") reportOtherWay(rule, type.replace(/^notify_by_/, ""), findings);
    else if (waited <= longestDelaySeconds) delays.push(waited);
  }
  return delays;
}
