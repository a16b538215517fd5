/** What must fit together in a team file: intervals, rules and their start, routes, keys. Used by `load-team`. */
import { faultOfRecurrence } from "#domain/oncall/recurrence-fault";
import { severities } from "#domain/severity";
import { unique } from "./check-references.ts";
import type { Report } from "./fault.ts";
import { isTimeZone } from "./time-zone.ts";
import { ruleValue } from "./team-schema.ts";
import { type Branch, child, entries, textOf } from "./written-tree.ts";
import {
  instantOf,
  parseTimeOfDay,
  parseWrittenTime,
  wallClockOf,
  type WrittenTime,
} from "./written-time.ts";

export function checkConsistency(file: Branch, report: Report): void {
  const listed = (key: string): Branch[] => entries(child(file, key));
  const teamZone = zoneOf(child(file, "team"), "UTC");
  for (const schedule of listed("schedules")) {
    const zone = zoneOf(schedule, teamZone);
    for (const layer of entries(child(schedule, "layers"))) {
      checkInterval(layer, zone, report);
      checkRules(layer, zone, report);
    }
    for (const override of entries(child(schedule, "overrides"))) checkInterval(override, zone, report);
  }
  const zones = new Map(
    listed("people").map((person) => [textOf(child(person, "id")), zoneOf(person, teamZone)]),
  );
  for (const absence of listed("absences"))
    checkInterval(absence, zones.get(textOf(child(absence, "person"))) ?? teamZone, report);
  checkLastRoute(listed("routes"), report);
  const keys = listed("integrations").map((integration) => child(integration, "key"));
  unique(keys, "entry", report, (first) => `the same key as ${first}; each integration needs its own`);
  const email = child(file, "email");
  const [user, password] = [child(email, "user"), child(email, "password")];
  if (user.value !== undefined && password.value === undefined)
    report(user.path, "a user without a password; add password: { env: SMTP_PASSWORD }, or leave both out");
  if (user.value === undefined && password.value !== undefined)
    report(password.path, "a password without a user; add user, or leave both out", "key");
}

/** `outer` when the branch has no zone of its own; what is no zone is complained about by the schema. */
function zoneOf(branch: Branch, outer: string): string {
  const zone = textOf(child(branch, "timeZone"));
  return zone !== null && isTimeZone(zone) ? zone : outer;
}

function timeOf(branch: Branch): WrittenTime | null {
  const text = textOf(branch);
  const parsed = text === null ? null : parseWrittenTime(text);
  return parsed?.ok ? parsed.value : null;
}

function checkInterval(branch: Branch, timeZone: string, report: Report): void {
  const [start, end] = [timeOf(child(branch, "start")), timeOf(child(branch, "end"))];
  if (start !== null && end !== null && instantOf(end, timeZone) <= instantOf(start, timeZone)) {
    report([...branch.path, "end"], "not after its start; swap them or correct one");
  }
}

/** A rule means something only with its DTSTART (contract §3), so one without a usable start is read as if it began now. */
function checkRules(layer: Branch, timeZone: string, report: Report): void {
  const start = timeOf(child(layer, "start"));
  const local = start === null ? "2026-01-05T09:00:00" : wallClockOf(start, timeZone);
  const check = (rule: Branch, dtstart: string): void => {
    const text = textOf(rule);
    const fault = text === null ? null : faultOfRecurrence(ruleValue(text), dtstart);
    if (fault !== null) report(rule.path, fault.text);
  };
  check(child(layer, "handoff"), local);
  for (const window of entries(child(layer, "windows"))) {
    const from = textOf(child(window, "from"));
    const usable = from !== null && parseTimeOfDay(from).ok;
    check(child(window, "rrule"), usable ? `${local.slice(0, 10)}T${from}` : local);
  }
}

function checkLastRoute(routes: readonly Branch[], report: Report): void {
  const last = routes.at(-1);
  if (last === undefined || matchesEverything(child(last, "match").value)) return;
  if (typeof child(last, "match").value !== "object") return;
  report(
    last.path,
    "the last route must match everything, or alerts would be lost; add { match: {}, policy: … } after it",
  );
}

/** Works on the file's `match` as on the team's. */
export function matchesEverything(match: unknown): boolean {
  if (typeof match !== "object" || match === null) return false;
  return Object.entries(match).every(([key, value]) => {
    if (key === "severity")
      return Array.isArray(value) && severities.every((severity) => value.includes(severity));
    return key === "labels" && typeof value === "object" && value !== null && Object.keys(value).length === 0;
  });
}
