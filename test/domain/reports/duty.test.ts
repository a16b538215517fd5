/** When somebody is on duty, and who carries how much: exact examples, and sums that must come out on random teams. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { finalSchedule } from "#domain/oncall/on-call";
import { zoneClock } from "#domain/oncall/zone-clock";
import { dutyOf } from "#domain/reports/duty";
import { tallyOf } from "#domain/reports/duty-tally";
import { fairnessOf } from "#domain/reports/fairness";
import type { ScheduleId } from "#domain/ids";
import type { Team } from "#domain/team";
import { ana, at, ben, chi, dia, scheduleId, teamOf } from "../oncall/team-builder.ts";
import { randomPolicies } from "./random-policies.ts";

const hour = 3_600_000;
const none: ReadonlySet<number> = new Set();
const span = (start: string, end: string) => ({ start: at(start), end: at(end) });

describe("tally", () => {
  test("a week: seven nights, one week-end, and its hours", () => {
    const week = span("2026-03-02T09:00[Europe/Berlin]", "2026-03-09T09:00[Europe/Berlin]");
    expect(tallyOf([week], zoneClock("Europe/Berlin"), none)).toEqual({
      dutyMs: 168 * hour,
      nightMs: 56 * hour,
      nights: 7,
      weekendMs: 48 * hour,
      weekends: 1,
      holidayMs: 0,
      holidays: 0,
    });
  });

  test("the same hours elsewhere are other nights", () => {
    const day = span("2026-03-02T09:00[Europe/Berlin]", "2026-03-02T17:00[Europe/Berlin]");
    expect(tallyOf([day], zoneClock("Europe/Berlin"), none)).toMatchObject({ nights: 0, nightMs: 0 });
    // In Auckland it is nine in the evening to five in the morning.
    expect(tallyOf([day], zoneClock("Pacific/Auckland"), none)).toMatchObject({
      nights: 1,
      nightMs: 7 * hour,
    });
  });

  test("a night is seven hours when the clocks go forward, nine when they go back", () => {
    const night = (day: string, next: string) =>
      tallyOf(
        [span(`${day}T22:00[Europe/Berlin]`, `${next}T06:00[Europe/Berlin]`)],
        zoneClock("Europe/Berlin"),
        none,
      );
    expect(night("2026-03-28", "2026-03-29")).toMatchObject({
      nights: 1,
      nightMs: 7 * hour,
      dutyMs: 7 * hour,
    });
    expect(night("2026-10-24", "2026-10-25")).toMatchObject({
      nights: 1,
      nightMs: 9 * hour,
      dutyMs: 9 * hour,
    });
  });

  test("half-open: a night that begins when the duty ends is not in it", () => {
    const evening = span("2026-03-02T17:00:00Z", "2026-03-02T22:00:00Z");
    const early = span("2026-03-03T06:00:00Z", "2026-03-03T09:00:00Z");
    expect(tallyOf([evening, early], zoneClock("UTC"), none)).toMatchObject({ nights: 0, dutyMs: 8 * hour });
    const longer = { ...evening, end: evening.end + 1000 };
    expect(tallyOf([longer], zoneClock("UTC"), none)).toMatchObject({ nights: 1, nightMs: 1000 });
  });

  test("a night in two pieces is one night", () => {
    const pieces = [
      span("2026-03-02T22:00:00Z", "2026-03-03T01:00:00Z"),
      span("2026-03-03T02:00:00Z", "2026-03-03T06:00:00Z"),
    ];
    expect(tallyOf(pieces, zoneClock("UTC"), none)).toMatchObject({ nights: 1, nightMs: 7 * hour });
  });

  test("holidays are dates on the person's own calendar, week-end or not", () => {
    const christmas = new Set([
      Math.floor(at("2026-12-25T00:00:00Z") / (24 * hour)),
      Math.floor(at("2026-12-26T00:00:00Z") / (24 * hour)),
    ]);
    const duty = span("2026-12-25T12:00:00Z", "2026-12-26T12:00:00Z");
    expect(tallyOf([duty], zoneClock("UTC"), christmas)).toMatchObject({
      holidays: 2,
      holidayMs: 24 * hour,
      // 26 December 2026 is a Saturday.
      weekendMs: 12 * hour,
    });
    expect(tallyOf([duty], zoneClock("Pacific/Kiritimati"), christmas)).toMatchObject({
      holidays: 1,
      holidayMs: 22 * hour,
    });
  });
});

describe("duty", () => {
  const weekly = teamOf({
    timeZone: "UTC",
    layers: [{}],
    overrides: [{ ...span("2026-01-14T00:00:00Z", "2026-01-14T12:00:00Z"), person: ana }],
    absences: [{ ...span("2026-01-19T00:00:00Z", "2026-01-21T00:00:00Z"), person: chi, substitute: ana }],
  });
  const [person] = weekly.people;

  test("turns of the rotation, overrides, and whatever one stands in for", () => {
    const { turns } = dutyOf(weekly, person!, at("2026-01-07T00:00:00Z"), at("2026-01-27T00:00:00Z"));
    expect(turns).toEqual([
      { schedule: scheduleId, ...span("2026-01-07T00:00:00Z", "2026-01-12T09:00:00Z") },
      { schedule: scheduleId, ...span("2026-01-14T00:00:00Z", "2026-01-14T12:00:00Z") },
      { schedule: scheduleId, ...span("2026-01-19T09:00:00Z", "2026-01-21T00:00:00Z") },
      { schedule: scheduleId, ...span("2026-01-26T09:00:00Z", "2026-01-27T00:00:00Z") },
    ]);
  });

  test("in two schedules at once it counts once", () => {
    const twice = withSecond(weekly);
    const interval = [at("2026-01-05T09:00:00Z"), at("2026-01-12T09:00:00Z")] as const;
    const { turns, total } = dutyOf(twice, person!, ...interval);
    expect(turns.map(({ schedule }) => schedule)).toEqual([scheduleId, "second"]);
    expect(total).toMatchObject({ dutyMs: 168 * hour, nights: 7, weekends: 1 });
    expect(fairnessOf(twice, ...interval, none).total.find((one) => one.person === ana)).toMatchObject(total);
  });
});

function withSecond(team: Team): Team {
  return { ...team, schedules: [...team.schedules, { ...team.schedules[0]!, id: "second" as ScheduleId }] };
}

describe("fairness", () => {
  test("everybody of a rotation, in the team's order, with zeros for who served nothing", () => {
    const team = teamOf({ timeZone: "UTC", layers: [{ participants: [ben, ana, chi] }] });
    const { schedules, total } = fairnessOf(
      team,
      at("2026-01-05T09:00:00Z"),
      at("2026-01-19T09:00:00Z"),
      none,
    );
    expect(schedules[0]!.burdens.map(({ person, dutyMs }) => [person, dutyMs / hour])).toEqual([
      [ana, 168],
      [ben, 168],
      [chi, 0],
    ]);
    expect(total).toEqual(schedules[0]!.burdens);
  });

  test("somebody who only overrides is there too", () => {
    const overrides = [{ ...span("2026-01-14T00:00:00Z", "2026-01-14T12:00:00Z"), person: dia }];
    const team = teamOf({ timeZone: "UTC", layers: [{}], overrides });
    const { total } = fairnessOf(team, at("2026-01-05T00:00:00Z"), at("2026-01-19T00:00:00Z"), none);
    expect(total.find(({ person }) => person === dia)).toMatchObject({ dutyMs: 12 * hour, nights: 1 });
  });
});

test(
  "hours are the covered hours, person by person, and no part is more than the whole",
  { timeout: 60_000 },
  () => {
    fc.assert(
      fc.property(randomPolicies, fc.array(fc.nat(720), { maxLength: 12 }), ({ team, from, to }, days) => {
        const firstDay = Math.floor(from / (24 * hour));
        const holidays = new Set(days.map((day) => firstDay + day));
        const { schedules, total } = fairnessOf(team, from, to, holidays);
        const [{ burdens, coveredMs, uncoveredMs }] = schedules as [(typeof schedules)[0]];
        const covered = finalSchedule(team, scheduleId, from, to)
          .filter(({ person }) => person !== null)
          .reduce((sum, { start, end }) => sum + end - start, 0);
        expect(coveredMs).toBe(covered);
        expect(coveredMs + uncoveredMs).toBe(to - from);
        expect(burdens.reduce((sum, { dutyMs }) => sum + dutyMs, 0)).toBe(covered);
        expect(total).toEqual(burdens);
        for (const { person, ...tally } of burdens) {
          expect(Math.max(tally.nightMs, tally.weekendMs, tally.holidayMs)).toBeLessThanOrEqual(tally.dutyMs);
          expect(tally.nightMs).toBeLessThanOrEqual(tally.nights * 10 * hour);
          expect(tally.weekendMs).toBeLessThanOrEqual(tally.weekends * 50 * hour);
          const found = dutyOf(
            team,
            team.people.find(({ id }) => id === person)!,
            from,
            to,
          );
          expect(found.turns.reduce((sum, { start, end }) => sum + end - start, 0)).toBe(tally.dutyMs);
        }
      }),
      { numRuns: 60 },
    );
  },
);
