/** Imported schedules come out as a person would write them, or it is said why they do not. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { trials } from "../../support/trials.ts";
import { expectSameOnCall, good, json } from "./imported.ts";
import { onCallOnCall, type OnCallShift } from "./oncall-oracle.ts";
import { layer, people, shift, withBase, zone } from "./random-sources.ts";

const users = json({
  users: people.map(({ id, email, name }) => ({ id, email, username: name, name, type: "user" })),
});
const range = [
  "2026-01-01T00:00:00Z",
  trials(0, 1) === 1 ? "2027-02-01T00:00:00Z" : "2026-05-01T00:00:00Z",
] as const;

type Named = OnCallShift & { readonly name: string };

function onCall(shifts: readonly Omit<Named, "id">[], isWeb = true, timeZone = "UTC") {
  const numbered = shifts.map((one, index) => ({ ...one, id: `H${index}` }));
  const schedule = {
    ...{ id: "S", name: "Primary", type: isWeb ? "web" : "calendar" },
    ...{ time_zone: timeZone, shifts: numbered.map(({ id }) => id) },
  };
  const result = good("oncall", [json({ shifts: numbered }), json({ schedules: [schedule] }), users]);
  const expected = onCallOnCall(numbered, timeZone, isWeb, "2027-03-01T00:00:00");
  expectSameOnCall(result, "S", expected, range, [timeZone]);
  const { yaml, report } = result.imported;
  const schedules = yaml.slice(yaml.indexOf("schedules:"), yaml.indexOf("policies:")).trimEnd();
  const why = report.filter(
    ({ outcome, what }) => outcome === "changed" && /^the (schedule|shifts)/.test(what),
  );
  return {
    schedules: schedules.split("\n").slice(1),
    why: why.map((remark) => `${remark.what}: ${remark.why}`),
  };
}

const common = { time_zone: "UTC", week_start: "MO", interval: 1, until: null, by_day: null } as const;
const weekly: Omit<Named, "id"> = {
  ...common,
  ...{ name: "Weekly", type: "rolling_users", level: 1, frequency: "weekly", duration: 604_800 },
  // On the web a rotation begins when it is made, in the middle of a week.
  ...{ start: "2026-01-05T08:00:00", rotation_start: "2026-01-07T08:00:00" },
  ...{ rolling_users: [["ua"], ["ub"], ["uc"]], start_rotation_from_user_index: 0 },
};
const weekend: Omit<Named, "id"> = {
  ...common,
  ...{ name: "Weekend", type: "rolling_users", level: 2, frequency: "weekly", duration: 86_400 },
  ...{ start: "2026-01-10T08:00:00", rotation_start: "2026-01-10T08:00:00", by_day: ["SA", "SU"] },
  ...{ rolling_users: [["ub"], ["uc"]], start_rotation_from_user_index: 0 },
};
const swap: Omit<Named, "id"> = {
  ...{ name: "Swap", type: "single_event", time_zone: "UTC", level: 3, users: ["uc"] },
  ...{ start: "2026-02-01T08:00:00", duration: 86_400 },
};

test("three shifts are one schedule of three layers", () => {
  const { schedules, why } = onCall([weekly, weekend, swap]);
  expect(schedules).toEqual([
    "  - id: primary # Primary",
    "    timeZone: UTC",
    "    layers: # a later layer wins over an earlier one",
    "      - id: weekly # Weekly",
    "        participants: [ua, ub, uc]",
    "        start: 2026-01-07T08:00:00",
    "        handoff: FREQ=WEEKLY;BYDAY=MO",
    "      - id: weekend # Weekend",
    "        participants: [ub, uc]",
    "        start: 2026-01-10T08:00:00",
    "        handoff: FREQ=WEEKLY;BYDAY=SA",
    "        windows:",
    '          - { rrule: "FREQ=WEEKLY;BYDAY=SA,SU", from: "08:00", to: "08:00" }',
    "      - id: swap # Swap",
    "        participants: [uc]",
    "        start: 2026-02-01T08:00:00",
    "        handoff: FREQ=WEEKLY",
    "        end: 2026-02-02T08:00:00",
  ]);
  expect(why).toEqual([]);
});

test("weekdays that begin on a Wednesday, a rotation of two weeks and nights are a layer each", () => {
  const offices = {
    ...weekly,
    ...{ name: "Office", duration: 28_800, by_day: ["MO", "TU", "WE", "TH", "FR"] },
    ...{ start: "2026-01-05T09:00:00", rotation_start: "2026-01-07T12:00:00" },
  };
  const twoWeeks = {
    ...weekend,
    ...{ name: "Two weeks", interval: 2, duration: 36_000, by_day: ["MO", "WE", "FR"] },
    ...{ start: "2026-01-05T18:00:00", rotation_start: "2026-01-07T10:00:00" },
  };
  const nights = {
    ...weekend,
    ...{ name: "Nights", level: 0, frequency: "daily" as const, duration: 43_200, by_day: null },
    ...{ start: "2026-01-05T20:00:00", rotation_start: "2026-01-06T03:00:00" },
  };
  const { schedules, why } = onCall([offices, twoWeeks, nights]);
  expect(schedules.filter((line) => line.includes("handoff:")).map((line) => line.trim())).toEqual([
    "handoff: FREQ=DAILY;BYHOUR=20;BYMINUTE=0",
    "handoff: FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0",
    "handoff: FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
  ]);
  expect(why).toEqual([]);
});

test("weekdays of one day each, by its API, over the changes of the clocks", () => {
  const daily = {
    ...weekly,
    ...{ name: "Days", time_zone: null, frequency: "daily" as const, duration: 43_200 },
    ...{ by_day: ["MO", "TU", "WE", "TH", "FR"], rotation_start: "2026-01-05T08:00:00" },
  };
  const { schedules, why } = onCall([daily, { ...weekend, time_zone: null }], false, "Europe/Berlin");
  expect(schedules.filter((line) => line.includes(" id: "))).toHaveLength(3);
  expect(why).toEqual([]);
});

test("three shifts of two people are one schedule of three layers with pairs", () => {
  const { schedules, why } = onCall([
    { ...weekly, rolling_users: [["ua", "ub"], ["uc"], ["ud", "ua"]] },
    { ...weekend, rolling_users: [["ub", "uc"], []] },
    { ...swap, name: "Both", users: ["ua", "ub"] },
  ]);
  expect(schedules).toEqual([
    "  - id: primary # Primary",
    "    timeZone: UTC",
    "    layers: # a later layer wins over an earlier one",
    "      - id: weekly # Weekly",
    "        participants: [[ua, ub], uc, [ud, ua]]",
    "        start: 2026-01-07T08:00:00",
    "        handoff: FREQ=WEEKLY;BYDAY=MO",
    "      - id: weekend # Weekend",
    "        participants: [[ub, uc], []]",
    "        start: 2026-01-10T08:00:00",
    "        handoff: FREQ=WEEKLY;BYDAY=SA",
    "        windows:",
    '          - { rrule: "FREQ=WEEKLY;BYDAY=SA,SU", from: "08:00", to: "08:00" }',
    "      - id: both # Both",
    "        participants: [[ua, ub]]",
    "        start: 2026-02-01T08:00:00",
    "        handoff: FREQ=WEEKLY",
    "        end: 2026-02-02T08:00:00",
  ]);
  expect(why).toEqual([]);
});

test("shifts of one level whose turns go together are pairs", () => {
  const second = { ...weekly, name: "Second", rolling_users: [["ud"], ["ub"]] };
  expect(onCall([weekly, second]).schedules.find((line) => line.includes("participants"))).toBe(
    "        participants: [[ua, ud], ub, [uc, ud], [ua, ub], [ub, ud], [uc, ub]]",
  );
  // Begun a week earlier, it is a turn ahead.
  const ahead = onCall([weekly, { ...second, start: "2025-12-29T08:00:00" }]);
  expect(ahead.why).toEqual([]);
  expect(ahead.schedules.find((line) => line.includes("participants"))).toBe(
    "        participants: [[ua, ub], [ub, ud], [uc, ub], [ua, ud], ub, [uc, ud]]",
  );
  // In another time of the week the two come and go apart.
  const apart = onCall([weekly, { ...second, start: "2026-01-06T08:00:00" }]);
  expect(apart.schedules.filter((line) => line.startsWith("  - id: "))).toHaveLength(2);
  expect(apart.why).toHaveLength(1);
});

test("an override of two people needs a second schedule, which has no more than it must, and that is said", () => {
  const both = { ...swap, type: "override" as const, users: ["ua", "ub"], rolling_users: [["ua", "ub"]] };
  const { schedules, why } = onCall([weekly, both]);
  expect(schedules.filter((line) => line.includes("handoff:"))).toHaveLength(1);
  expect(schedules.slice(schedules.findIndex((line) => line.includes("primary-also-1")))).toEqual([
    "  - id: primary-also-1 # Primary: who is on call beside them",
    "    timeZone: UTC",
    "    overrides: # the last listed one wins",
    "      - { start: 2026-02-01T08:00:00Z, end: 2026-02-02T08:00:00Z, person: ub }",
  ]);
  expect(why).toEqual([
    'the schedule "Primary": several are on call in it together who share no turn (an override), so it is 2 schedules',
  ]);
});

test("shifts of one level at the same time are on call together: a layer each, and that is said", () => {
  const { schedules, why } = onCall([weekly, { ...weekend, level: 1 }, { ...swap, level: 1 }]);
  expect(schedules.filter((line) => line.includes("handoff:"))).toHaveLength(3);
  expect(why[0]).toContain('together who share no turn ("Weekend", "Swap"), so it is 3 schedules');
});

test("turns of nobody are turns of nobody", () => {
  const { schedules, why } = onCall([{ ...weekly, rolling_users: [["ua"], [], ["uc"]] }]);
  // OnCall takes the empty groups to the end.
  expect(schedules.filter((line) => line.includes("participants"))).toEqual([
    "        participants: [ua, uc, []]",
  ]);
  expect(why).toEqual([]);
});

test(
  "random shifts and layers: hardly more layers than the source has",
  () => {
    const count = trials(25, 400);
    const counted = { given: 0, layers: 0 };
    const take = (given: number, { imported }: ReturnType<typeof good>): void => {
      counted.given += given;
      counted.layers += (imported.yaml.match(/ handoff: /g) ?? []).length;
    };
    const average = (): number => {
      const ratio = counted.layers / counted.given;
      [counted.given, counted.layers] = [0, 0];
      return ratio;
    };
    for (const isWeb of [false, true]) {
      const own = shift(fc.constant("UTC")).filter(({ type }) => !isWeb || type === "rolling_users");
      for (const shifts of fc.sample(fc.array(own, { minLength: 1, maxLength: 3 }), {
        numRuns: count,
        seed: 8,
      })) {
        const numbered = withBase(shifts);
        const schedule = { id: "S", name: "S", type: isWeb ? "web" : "calendar", time_zone: "UTC" };
        const listed = { ...schedule, shifts: numbered.map(({ id }) => id) };
        take(
          numbered.length,
          good("oncall", [json({ shifts: numbered }), json({ schedules: [listed] }), users]),
        );
      }
      expect(average(), isWeb ? "web" : "API").toBeLessThan(1.4);
    }
    const layers = fc.tuple(zone, fc.array(layer, { minLength: 1, maxLength: 3 }));
    for (const [time_zone, schedule_layers] of fc.sample(layers, { numRuns: count, seed: 8 })) {
      const schedule = { id: "P", name: "P", type: "schedule", time_zone, schedule_layers };
      take(schedule_layers.length, good("pagerduty", [json({ schedule }), users]));
    }
    expect(average(), "PagerDuty").toBeLessThan(1.3);
  },
  trials(30_000, 1_200_000),
);
