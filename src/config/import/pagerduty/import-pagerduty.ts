/**
 * PagerDuty, REST API v2: `GET /users?include[]=contact_methods&include[]=notification_rules`, `GET /schedules/{id}`,
 * `GET /schedules/{id}/overrides` and `GET /escalation_policies`. Used by `import-team`.
 */
import { collect, type Kind } from "../collect.ts";
import type { DraftTeam } from "../draft.ts";
import type { Findings } from "../findings.ts";
import { KnownSchedules } from "../known-schedules.ts";
import { child, type Place, textOf } from "../place.ts";
import { Roster } from "../roster.ts";
import { addUsers } from "./users.ts";
import { addSchedules } from "./schedules.ts";
import { policiesOf } from "./policies.ts";

type KindName = "users" | "schedules" | "overrides" | "policies" | "others";

const has = (item: Record<string, unknown>, ...keys: readonly string[]): boolean =>
  keys.every((key) => Object.hasOwn(item, key));

const kinds: readonly Kind<KindName>[] = [
  {
    name: "schedules",
    keys: ["schedules", "schedule"],
    looksLikeIt: (item) => has(item, "schedule_layers") || item["type"] === "schedule",
  },
  {
    name: "policies",
    keys: ["escalation_policies", "escalation_policy"],
    looksLikeIt: (item) => has(item, "escalation_rules"),
  },
  {
    name: "users",
    keys: ["users", "user"],
    looksLikeIt: (item) => item["type"] === "user" || has(item, "email", "name"),
  },
  {
    name: "overrides",
    keys: ["overrides", "override"],
    looksLikeIt: (item) => has(item, "start", "end", "user"),
  },
  {
    name: "others",
    keys: "services service teams team contact_methods notification_rules maintenance_windows business_services rulesets event_rules response_plays".split(
      " ",
    ),
    looksLikeIt: (item) => typeof item["type"] === "string",
  },
];

export function importPagerDuty(files: readonly Place[], findings: Findings): DraftTeam {
  const found = collect(files, kinds, findings);
  const roster = new Roster(findings);
  const schedules = new KnownSchedules();
  addUsers(found.users, roster, findings);
  addSchedules(found.schedules, found.overrides, roster, schedules, findings);
  const policies = policiesOf(found.policies, roster, schedules, findings);
  for (const other of found.others) {
    const what = textOf(child(other, "name")) ?? textOf(child(other, "type")) ?? "something";
    findings.leftOut(
      other,
      what,
      "only users, schedules, overrides and escalation policies are imported",
      "for services and teams write routes, integrations and groups by hand",
    );
  }
  return {
    name: "Imported from PagerDuty",
    people: roster.people,
    schedules: schedules.list,
    policies: policies.list,
    renamed: [...roster.renamed, ...schedules.renamed, ...policies.renamed],
  };
}
