/**
 * Grafana OnCall, API v1: `/users`, `/schedules`, `/on_call_shifts`, `/escalation_chains`, `/escalation_policies`,
 * `/personal_notification_rules` and `/teams`, all under `/api/v1`. Used by `import-team`.
 */
import { collect, type Kind } from "../collect.ts";
import type { DraftTeam } from "../draft.ts";
import type { Findings } from "../findings.ts";
import { KnownSchedules } from "../known-schedules.ts";
import { child, type Place, textOf } from "../place.ts";
import { Roster } from "../roster.ts";
import { policiesOf } from "./policies.ts";
import { addSchedules } from "./schedules.ts";
import { addUsers } from "./users.ts";

type KindName = "users" | "schedules" | "shifts" | "chains" | "policies" | "rules" | "teams" | "others";

const has = (item: Record<string, unknown>, ...keys: readonly string[]): boolean =>
  keys.every((key) => Object.hasOwn(item, key));

const shiftTypes = ["single_event", "recurrent_event", "rolling_users", "override"];
const scheduleTypes = ["web", "calendar", "ical"];

const kinds: readonly Kind<KindName>[] = [
  {
    name: "shifts",
    keys: ["on_call_shifts", "shifts"],
    looksLikeIt: ({ type }) => typeof type === "string" && shiftTypes.includes(type),
  },
  {
    name: "schedules",
    keys: ["schedules", "schedule"],
    looksLikeIt: ({ type }) => typeof type === "string" && scheduleTypes.includes(type),
  },
  {
    name: "policies",
    keys: ["escalation_policies"],
    looksLikeIt: (item) => has(item, "escalation_chain_id", "position"),
  },
  {
    name: "rules",
    keys: ["personal_notification_rules", "notification_rules"],
    looksLikeIt: (item) => has(item, "user_id", "type"),
  },
  { name: "users", keys: ["users", "user"], looksLikeIt: (item) => has(item, "username") },
  { name: "teams", keys: ["teams"], looksLikeIt: (item) => has(item, "avatar_url", "name") },
  {
    name: "others",
    keys: "integrations routes webhooks outgoing_webhooks actions user_groups slack_channels shift_swaps alert_groups".split(
      " ",
    ),
    looksLikeIt: (item) => has(item, "integration_id") || has(item, "swap_start") || has(item, "url"),
  },
  { name: "chains", keys: ["escalation_chains"], looksLikeIt: (item) => has(item, "id", "name") },
];

export function importOnCall(files: readonly Place[], findings: Findings): DraftTeam {
  const found = collect(files, kinds, findings);
  const roster = new Roster(findings);
  const schedules = new KnownSchedules();
  const teams = addUsers(found.users, found.rules, found.teams, roster, findings);
  addSchedules(found.schedules, found.shifts, roster, schedules, findings);
  const policies = policiesOf(found.chains, found.policies, { roster, schedules, teams }, findings);
  for (const other of found.others) {
    findings.leftOut(
      other,
      textOf(child(other, "name")) ??
        (textOf(child(other, "swap_start")) === null ? "something" : "a shift swap"),
      "only users, teams, schedules, shifts and escalations are imported",
      "for integrations and routes write integrations and routes by hand, for a swap an override",
    );
  }
  return {
    name: "Imported from Grafana OnCall",
    people: roster.people,
    schedules: schedules.list,
    policies: policies.list,
    renamed: [...roster.renamed, ...schedules.renamed, ...policies.renamed],
  };
}
