/**
 * Opsgenie, API v2: `GET /v2/users` (with `expand=contact`), `GET /v2/schedules?expand=rotation`,
 * `GET /v2/schedules/{id}/overrides`, `GET /v2/escalations` and `GET /v2/teams/{id}`. Used by `import-team`.
 */
import { collect, type Kind } from "../collect.ts";
import type { DraftTeam } from "../draft.ts";
import type { Findings } from "../findings.ts";
import { KnownSchedules } from "../known-schedules.ts";
import { child, type Place, textOf } from "../place.ts";
import { Roster } from "../roster.ts";
import { policiesOf } from "./policies.ts";
import { Recipients } from "./recipients.ts";
import { addSchedules } from "./schedules.ts";
import { addUsers } from "./users.ts";

type KindName = "users" | "schedules" | "overrides" | "policies" | "teams" | "others";

const has = (item: Record<string, unknown>, ...keys: readonly string[]): boolean =>
  keys.every((key) => Object.hasOwn(item, key));

const kinds: readonly Kind<KindName>[] = [
  {
    name: "overrides",
    keys: ["overrides", "override"],
    looksLikeIt: (item) => has(item, "startDate", "endDate", "user"),
  },
  {
    name: "schedules",
    keys: ["schedules", "schedule"],
    looksLikeIt: (item) => has(item, "rotations") || has(item, "timezone", "enabled"),
  },
  {
    name: "policies",
    keys: ["escalations", "escalation", "escalation_policies"],
    looksLikeIt: (item) => has(item, "rules") && !has(item, "actionType"),
  },
  {
    name: "users",
    keys: ["users", "user"],
    looksLikeIt: (item) => has(item, "username") && (has(item, "fullName") || has(item, "role")),
  },
  { name: "teams", keys: ["teams", "team"], looksLikeIt: (item) => has(item, "members") },
  {
    name: "others",
    keys: "integrations services notificationRules notification_rules policies heartbeats forwardingRules maintenance".split(
      " ",
    ),
    looksLikeIt: (item) => has(item, "name") || has(item, "actionType"),
  },
];

export function importOpsgenie(files: readonly Place[], findings: Findings): DraftTeam {
  const found = collect(files, kinds, findings);
  const roster = new Roster(findings);
  const schedules = new KnownSchedules();
  addUsers(found.users, roster, findings);
  const recipients = new Recipients(found.teams, roster, findings);
  addSchedules(found.schedules, found.overrides, recipients, schedules, findings);
  const policies = policiesOf(found.policies, recipients, schedules, findings);
  for (const other of found.others) {
    findings.leftOut(
      other,
      textOf(child(other, "name")) ?? "something",
      "only users, teams, schedules, overrides and escalations are imported",
      "for integrations and routing write integrations and routes by hand",
    );
  }
  return {
    name: "Imported from Opsgenie",
    people: roster.people,
    schedules: schedules.list,
    policies: policies.list,
    renamed: [...roster.renamed, ...schedules.renamed, ...policies.renamed],
  };
}
