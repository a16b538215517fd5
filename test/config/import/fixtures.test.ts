/** The fixtures, written after the vendors' documented answers: who is on call is what the source says, the year round. */
import { expect, test } from "vitest";
import { expectSameOnCall, fixtureFiles, fixtureOf, good } from "./imported.ts";
import { onCallOnCall, type OnCallShift } from "./oncall-oracle.ts";
import { opsgenieOnCall, type OpsgenieOverride, type OpsgenieSchedule } from "./opsgenie-oracle.ts";
import { pagerDutyOnCall, type PagerDutySchedule } from "./pagerduty-oracle.ts";

const year = ["2025-12-15T00:00:00Z", "2027-01-15T00:00:00Z"] as const;

test("PagerDuty's layers, restrictions, virtual starts and overrides", () => {
  const result = good("pagerduty", fixtureFiles("pagerduty"));
  const { schedule } = fixtureOf<{
    schedule: PagerDutySchedule & { overrides_subschedule: { rendered_schedule_entries: [] } };
  }>("pagerduty", "schedule-primary.json");
  const rendered = schedule.overrides_subschedule.rendered_schedule_entries;
  expectSameOnCall(result, "PI7DH85", pagerDutyOnCall(schedule, rendered), year, ["Europe/Berlin"]);

  const bundle = fixtureOf<{ schedules: PagerDutySchedule[]; overrides: Record<string, []> }>(
    "pagerduty",
    "bundle.json",
  );
  const hourly = pagerDutyOnCall(bundle.schedules[0]!, bundle.overrides["PHOURLY"]!);
  expectSameOnCall(result, "PHOURLY", hourly, year, ["America/New_York"]);
});

test("Opsgenie's rotations together, turns of nobody, teams, and overrides of one rotation", () => {
  const result = good("opsgenie", fixtureFiles("opsgenie"));
  const { data: schedules } = fixtureOf<{ data: OpsgenieSchedule[] }>("opsgenie", "schedules.json");
  const { data: overrides } = fixtureOf<{ data: OpsgenieOverride[] }>("opsgenie", "overrides.json");
  const teams = { "team-1": ["u-kim", "u-kim2"] };
  const web = opsgenieOnCall(schedules[0]!, overrides, teams);
  expectSameOnCall(result, schedules[0]!.id, web, year, ["Europe/London"]);
  expectSameOnCall(result, "sched-hours", opsgenieOnCall(schedules[1]!), year, ["Asia/Kolkata"]);
});

test("Grafana OnCall's shifts of every type, by level", () => {
  const result = good("oncall", fixtureFiles("oncall"));
  const { results: shifts } = fixtureOf<{ results: OnCallShift[] }>("oncall", "shifts.json");
  const { results: schedules } = fixtureOf<{
    results: { id: string; type: string; time_zone: string; shifts?: string[] }[];
  }>("oncall", "schedules.json");
  for (const { id, type, time_zone: zone, shifts: listed } of schedules) {
    if (listed === undefined) continue;
    const own = shifts.filter((shift) => listed.includes(shift.id));
    const expected = onCallOnCall(own, zone, type === "web", "2027-01-20T00:00:00");
    expectSameOnCall(result, id, expected, year, [zone, "UTC"]);
  }
});

test("files may come in any order", () => {
  for (const vendor of ["pagerduty", "opsgenie", "oncall"] as const) {
    const files = fixtureFiles(vendor);
    const [forward, backward] = [good(vendor, files), good(vendor, files.toReversed())];
    expect(backward.team.schedules.length).toBe(forward.team.schedules.length);
    expect(backward.imported.report.length).toBe(forward.imported.report.length);
  }
});
