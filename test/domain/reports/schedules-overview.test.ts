/** What the schedules page shows, on exact examples: the shifts around now, what is next, and coverage from now on. */
import { describe, expect, test } from "vitest";
import type { EpochMs, PolicyId } from "#domain/ids";
import { proveCoverage } from "#domain/reports/coverage-proof";
import { horizonMs, schedulesOverview } from "#domain/reports/schedules-overview";
import type { Shift } from "#domain/reports/schedules-overview";
import type { Team } from "#domain/team";
import { ana, at, ben, teamOf } from "../oncall/team-builder.ts";

const dayMs = 86_400_000;
/** A Wednesday. */
const now = at("2026-03-04T12:00:00Z");

function overview(team: Team, instant: EpochMs = now) {
  const from = Math.floor(instant / dayMs) * dayMs;
  return schedulesOverview(team, proveCoverage(team, from, from + 367 * dayMs), instant);
}

/** `2026-03-02T09:00 2026-03-09T09:00 ana` */
function line({ start, end, person }: Shift): string {
  const text = (instant: EpochMs | null) =>
    instant === null ? "…" : new Date(instant).toISOString().slice(0, 16);
  return `${text(start)} ${text(end)} ${person ?? "-"}`;
}

describe("a rotation round the clock", () => {
  const team = teamOf({ timeZone: "UTC", layers: [{ participants: [ana, ben] }] });
  const [primary] = overview(team).schedules;

  test("the shift of now is whole, and everything that touches two weeks follows", () => {
    expect(line(primary!.onCall)).toBe("2026-03-02T09:00 2026-03-09T09:00 ana");
    expect(primary!.shifts.map(line)).toEqual([
      "2026-03-02T09:00 2026-03-09T09:00 ana",
      "2026-03-09T09:00 2026-03-16T09:00 ben",
      "2026-03-16T09:00 2026-03-23T09:00 ana",
    ]);
    expect(line(primary!.next!)).toBe("2026-03-09T09:00 2026-03-16T09:00 ben");
    expect(primary!.why).toBe(
      "ANA is on call: shift 8 of layer layer-0, 2026-03-02 09:00 to 2026-03-09 09:00. (UTC)",
    );
    expect(primary!.gaps).toEqual([]);
  });

  test("at the handoff the next one is on call", () => {
    const [handed] = overview(team, at("2026-03-09T09:00:00Z")).schedules;
    expect(line(handed!.onCall)).toBe("2026-03-09T09:00 2026-03-16T09:00 ben");
  });
});

test("somebody who is always on call has neither a beginning nor an end nor a next", () => {
  const team = teamOf({ layers: [{ participants: [ana], start: "2020-01-06T09:00:00" }] });
  const [primary] = overview(team).schedules;
  expect(line(primary!.onCall)).toBe("… … ana");
  expect(primary!.next).toBeNull();
  expect(primary!.shifts).toHaveLength(1);
});

test("nobody now: the next is the next somebody, and the gap that is under way begins now", () => {
  const workdays = { rrule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", from: "09:00", to: "11:00" };
  const team = teamOf({ timeZone: "UTC", layers: [{ participants: [ana], windows: [workdays] }] });
  const [primary] = overview(team).schedules;
  expect(line(primary!.onCall)).toBe("2026-03-04T11:00 2026-03-05T09:00 -");
  expect(line(primary!.next!)).toBe("2026-03-05T09:00 2026-03-05T11:00 ana");
  // Last night's gap is over: it is not told.
  expect(primary!.gaps[0]).toEqual({
    start: now,
    end: at("2026-03-05T09:00:00Z"),
    reason: "outside-windows",
  });
  expect(primary!.gaps.at(-1)!.end).toBe(now + horizonMs);
});

test("policies, people and absences that need a look are told with their stretches", () => {
  const base = teamOf({
    timeZone: "UTC",
    layers: [{ participants: [ana, ben], end: "2026-04-06T09:00:00" }],
    absences: [{ person: ben, start: at("2026-03-09T00:00:00Z"), end: at("2026-03-17T00:00:00Z") }],
  });
  const id = "default" as PolicyId;
  const team: Team = {
    ...base,
    people: base.people.map((person) => (person.id === ben ? { ...person, notify: [] } : person)),
    policies: [
      { id, steps: [{ notify: [{ kind: "schedule", id: base.schedules[0]!.id }], withinMs: 1 }], repeat: 0 },
    ],
    routes: [{ match: {}, policy: id }],
  };
  const { warnings } = overview(team);
  expect(warnings.map(({ kind, text }) => [kind, text])).toEqual([
    ["policy", "Policy default reaches nobody for any alert"],
    ["unreachable", "BEN is on call in primary and no way of reaching them is set up"],
    ["unsubstituted", "BEN is away for a whole shift of primary without a substitute; unasked comes ANA"],
  ]);
  expect(warnings[2]!.stretches).toEqual([
    { start: at("2026-03-09T09:00:00Z"), end: at("2026-03-16T09:00:00Z") },
  ]);
  expect(warnings[0]!.stretches.at(-1)).toEqual({ start: at("2026-04-06T09:00:00Z"), end: now + horizonMs });
});

test("a proof that is too short is a mistake of the caller", () => {
  const team = teamOf({ layers: [{}] });
  expect(() => schedulesOverview(team, proveCoverage(team, now, now + dayMs), now)).toThrow(RangeError);
});
