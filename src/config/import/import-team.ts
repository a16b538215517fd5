/**
 * Schedules, escalation policies and users that another tool exported, as a team file. Called by `tocsin import`.
 *
 * Pure: texts in, text and report out. The result has passed the team file's own check; what could not come over, or not
 * quite as it was, is in the report with its place. Never throws for what a file says. Takes a few seconds at most,
 * whatever is in the files.
 */
import { printFault } from "../fault.ts";
import { loadTeam } from "../load-team.ts";
import { maxTeamFileBytes } from "../yaml-source.ts";
import { buildTeam } from "./build-team.ts";
import type { DraftTeam, Renamed } from "./draft.ts";
import { Findings, type ImportFault, type Remark } from "./findings.ts";
import { importOnCall } from "./oncall/import-oncall.ts";
import { onCallFields } from "./oncall/known-fields.ts";
import { importOpsgenie } from "./opsgenie/import-opsgenie.ts";
import { opsgenieFields } from "./opsgenie/known-fields.ts";
import { importPagerDuty } from "./pagerduty/import-pagerduty.ts";
import { pagerDutyFields } from "./pagerduty/known-fields.ts";
import type { Place } from "./place.ts";
import { readSources, type SourceFile } from "./read-source.ts";
import { teamText } from "./team-text.ts";
import { type KnownFields, reportUnread } from "./unread.ts";

export const vendors = ["oncall", "opsgenie", "pagerduty"] as const;
export type Vendor = (typeof vendors)[number];

export type Imported =
  | {
      readonly ok: true;
      /** The team file. */
      readonly yaml: string;
      readonly report: readonly Remark[];
      readonly ids: readonly Renamed[];
      readonly counts: { readonly people: number; readonly schedules: number; readonly policies: number };
    }
  | { readonly ok: false; readonly faults: readonly ImportFault[] };

const importers: Readonly<
  Record<
    Vendor,
    {
      name: string;
      read: (files: readonly Place[], findings: Findings) => DraftTeam;
      fields: KnownFields;
    }
  >
> = {
  oncall: { name: "Grafana OnCall", read: importOnCall, fields: onCallFields },
  opsgenie: { name: "Opsgenie", read: importOpsgenie, fields: opsgenieFields },
  pagerduty: { name: "PagerDuty", read: importPagerDuty, fields: pagerDutyFields },
};

/** A team file is read again and again; one with more than this has been glued together by mistake. */
const mostStreams = 1000;

export function importTeam(vendor: Vendor, files: readonly SourceFile[]): Imported {
  const findings = new Findings();
  const sources = readSources(files, findings);
  if (findings.faults.length > 0) return { ok: false, faults: findings.faults };
  const { name, read, fields } = importers[vendor];
  const draft = read(sources, findings);
  reportUnread(sources, fields, findings);
  const overall = { file: "", path: [] };
  if (draft.people.length === 0 && findings.faults.length === 0)
    findings.fault(overall, "the files name no people; add the export of the users");
  const streams = draft.schedules.reduce((sum, { levels }) => sum + levels.flat().length, 0);
  if (streams > mostStreams)
    findings.fault(overall, `more than ${mostStreams} rotations; import fewer schedules at a time`);
  if (findings.faults.length > 0) return { ok: false, faults: findings.faults };

  const team = buildTeam(draft, findings);
  const yaml = teamText(team, name);
  if (Buffer.byteLength(yaml) > maxTeamFileBytes) {
    findings.fault(
      overall,
      "the team file would be larger than 1 MiB; import fewer users or schedules at a time",
    );
    return { ok: false, faults: findings.faults };
  }
  const loaded = loadTeam(yaml, "team file", { env: {} });
  if (!loaded.ok) {
    const faults = loaded.faults
      .slice(0, 20)
      .map((fault) => ({ file: "", path: "", text: printFault(fault) }));
    return { ok: false, faults };
  }
  findings.close();
  const { people, schedules, policies } = loaded.team;
  return {
    ok: true,
    yaml,
    report: findings.remarks,
    ids: draft.renamed,
    counts: { people: people.length, schedules: schedules.length, policies: policies.length },
  };
}
