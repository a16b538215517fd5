/** Grafana OnCall's shifts may each have a time zone of their own; a schedule of the team file has one. */
import { expect, test } from "vitest";
import { expectSameOnCall, good, json } from "./imported.ts";
import { onCallOnCall, type OnCallShift } from "./oncall-oracle.ts";

const office = {
  duration: 28_800,
  frequency: "daily" as const,
  interval: 1,
  start_rotation_from_user_index: 0,
};
const shift = (
  id: string,
  time_zone: string,
  level: number,
  user: string,
): OnCallShift & { name: string } => ({
  ...office,
  ...{ id, name: id, type: "rolling_users", time_zone, level, start: "2026-01-05T09:00:00" },
  ...{ rotation_start: "2026-01-05T09:00:00", rolling_users: [[user], ["ub"]] },
});

function imported(shifts: readonly OnCallShift[]) {
  const schedule = {
    id: "S",
    name: "S",
    type: "calendar",
    time_zone: "UTC",
    shifts: shifts.map(({ id }) => id),
  };
  return good("oncall", [json({ schedules: [schedule], on_call_shifts: shifts })]);
}

test("on one level, each zone has a schedule of its own", () => {
  const shifts = [shift("A", "Europe/Berlin", 0, "ua"), shift("B", "America/New_York", 0, "uc")];
  const result = imported(shifts);
  expect(result.team.schedules.map(({ timeZone }) => timeZone)).toEqual([
    "Europe/Berlin",
    "America/New_York",
  ]);
  const expected = onCallOnCall(shifts, "UTC", false, "2027-01-10T00:00:00");
  const year = ["2025-12-15T00:00:00Z", "2027-01-05T00:00:00Z"] as const;
  expectSameOnCall(result, "S", expected, year, ["Europe/Berlin", "America/New_York"]);
});

test("on several levels, one zone is kept, which is said", () => {
  const shifts = [shift("A", "Europe/Berlin", 0, "ua"), shift("B", "America/New_York", 1, "uc")];
  const result = imported(shifts);
  expect(result.team.schedules.map(({ timeZone }) => timeZone)).toEqual(["Europe/Berlin"]);
  const remark = result.imported.report.find(({ what }) => what === "the time zone of a shift");
  expect(remark).toMatchObject({ outcome: "changed", path: "on_call_shifts[1]" });
  // In winter the two clocks go alike.
  const expected = onCallOnCall(shifts, "UTC", false, "2027-01-10T00:00:00");
  expectSameOnCall(result, "S", expected, ["2026-01-01T00:00:00Z", "2026-03-08T00:00:00Z"], []);
});
