/** Random schedules in the vendors' forms: who is on call is what the source says, over two changes of the clocks. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { expectSameOnCall, good, json } from "./imported.ts";
import { onCallOnCall, type OnCallShift } from "./oncall-oracle.ts";
import { opsgenieOnCall, type OpsgenieRotation, type TimeRestriction } from "./opsgenie-oracle.ts";
import { pagerDutyOnCall, type PagerDutyLayer } from "./pagerduty-oracle.ts";

const range = ["2026-02-10T00:00:00Z", "2026-04-10T00:00:00Z"] as const;
const zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"] as const;
const runs = { numRuns: Number(process.env["IMPORT_RUNS"] ?? 25) };

const zone = fc.constantFrom(...zones);
const users = ["ua", "ub", "uc", "ud"];
const user = fc.constantFrom(...users);
const halfHours = (least: number, most: number) => fc.integer({ min: least * 2, max: most * 2 });
const two = (value: number): string => String(value).padStart(2, "0");
const timeText = (half: number): string => `${two(Math.floor(half / 2))}:${half % 2 === 0 ? "00" : "30"}`;
/** In the first weeks of the year, at a full or half hour. */
const moment = fc
  .tuple(fc.integer({ min: 1, max: 60 }), halfHours(4, 23))
  .map(([day, half]) => Date.UTC(2026, 0, day) + half * 1_800_000);
const instant = moment.map((at) => new Date(at).toISOString().replace(".000", ""));
const wallClock = moment.map((at) => new Date(at).toISOString().slice(0, 19));

const people = users.map((id) => ({ id, type: "user", name: id, email: `${id}@example.org` }));

const layer: fc.Arbitrary<PagerDutyLayer> = fc
  .record({
    starts: fc.tuple(instant, instant),
    end: fc.option(instant, { nil: null, freq: 4 }),
    hours: fc.constantFrom(12, 24, 48, 72, 168, 336),
    users: fc.array(user, { minLength: 1, maxLength: 4 }),
    restrictions: fc.array(
      fc.record({
        type: fc.constantFrom("daily_restriction", "weekly_restriction"),
        start_time_of_day: halfHours(4, 23).map((half) => `${timeText(half)}:00`),
        duration_seconds: halfHours(1, 24).map((half) => half * 1800),
        start_day_of_week: fc.integer({ min: 1, max: 7 }),
        days: fc.integer({ min: 0, max: 5 }),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ starts, end, hours, users: members, restrictions }) => {
    const [virtual, start] = [...starts].sort();
    return {
      name: "layer",
      id: "P1",
      start: start!,
      end: end !== null && end > start! ? end : null,
      rotation_virtual_start: virtual!,
      rotation_turn_length_seconds: hours * 3600,
      users: members.map((id) => ({ user: { id, type: "user_reference" } })),
      restrictions: restrictions.map(({ days, ...one }) =>
        one.type === "daily_restriction"
          ? one
          : { ...one, duration_seconds: one.duration_seconds + days * 86_400 },
      ),
    };
  });

test("PagerDuty", () => {
  fc.assert(
    fc.property(zone, fc.array(layer, { minLength: 1, maxLength: 3 }), (time_zone, schedule_layers) => {
      // Somebody is there in any case, so that there is something to compare.
      const base = { ...schedule_layers[0]!, end: null, restrictions: [] };
      const schedule = {
        id: "P",
        name: "P",
        type: "schedule",
        time_zone,
        schedule_layers: [...schedule_layers, base],
      };
      const result = good("pagerduty", [json({ schedule }), json({ users: people })]);
      expectSameOnCall(result, "P", pagerDutyOnCall(schedule), range, [time_zone]);
    }),
    runs,
  );
});

const time = fc
  .tuple(halfHours(4, 23), halfHours(4, 23))
  .filter(([from, to]) => from !== to)
  .map(([from, to]) => ({
    startHour: Math.floor(from / 2),
    startMin: (from % 2) * 30,
    endHour: Math.floor(to / 2),
    endMin: (to % 2) * 30,
  }));
const day = fc.constantFrom("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday");
const timeRestriction: fc.Arbitrary<TimeRestriction> = fc.oneof(
  time.map((restriction) => ({ type: "time-of-day" as const, restriction })),
  fc.array(fc.tuple(time, day, day), { minLength: 1, maxLength: 3 }).map((list) => ({
    type: "weekday-and-time-of-day" as const,
    restrictions: list.map(([times, startDay, endDay]) => ({ ...times, startDay, endDay })),
  })),
);
const rotation: fc.Arbitrary<OpsgenieRotation> = fc
  .record({
    startDate: instant,
    endDate: fc.option(instant, { nil: undefined, freq: 4 }),
    turn: fc.constantFrom(
      ["hourly", 12],
      ["hourly", 8],
      ["daily", 1],
      ["daily", 3],
      ["weekly", 1],
      ["weekly", 2],
    ),
    participants: fc.array(
      fc.oneof(
        { weight: 4, arbitrary: user.map((id) => ({ type: "user", id })) },
        { weight: 1, arbitrary: fc.constant({ type: "none" }) },
      ),
      { minLength: 1, maxLength: 4 },
    ),
    timeRestriction: fc.option(timeRestriction, { nil: undefined }),
  })
  .map(({ startDate, endDate, turn: [type, length], participants, timeRestriction: limits }) => ({
    id: "",
    name: "rotation",
    startDate,
    ...(endDate !== undefined && endDate > startDate && { endDate }),
    type: type as OpsgenieRotation["type"],
    length: length as number,
    participants,
    ...(limits !== undefined && { timeRestriction: limits }),
  }));

test("Opsgenie", () => {
  let left = 0;
  fc.assert(
    fc.property(zone, fc.array(rotation, { minLength: 1, maxLength: 3 }), (timezone, rotations) => {
      const always = { id: "r9", name: "always", startDate: "2026-01-01T12:00:00Z", type: "weekly" as const };
      const numbered = [
        ...rotations.map((one, index) => ({ ...one, id: `r${index}` })),
        { ...always, length: 1, participants: [{ type: "user", id: "ua" }] },
      ];
      const schedule = { id: "O", name: "O", timezone, enabled: true, rotations: numbered };
      const result = good("opsgenie", [
        json({ data: [schedule] }),
        json({ users: people.map(({ id, email }) => ({ id, username: email })) }),
      ]);
      const lost = result.imported.report.filter(
        ({ outcome, what, why }) =>
          outcome === "left-out" && what !== "a rotation" && !why.includes("ends before it begins"),
      );
      if (lost.length > 0) left += 1;
      else expectSameOnCall(result, "O", opsgenieOnCall(schedule), range, [timezone]);
    }),
    runs,
  );
  expect(left).toBeLessThan(runs.numRuns / 4);
});

const weekdays = fc.subarray(["MO", "TU", "WE", "TH", "FR", "SA", "SU"], { minLength: 1 });
const shift = (zoned: fc.Arbitrary<string | null>): fc.Arbitrary<OnCallShift> =>
  fc
    .record({
      type: fc.constantFrom("rolling_users" as const, "recurrent_event" as const, "single_event" as const),
      time_zone: zoned,
      level: fc.integer({ min: 0, max: 2 }),
      start: wallClock,
      later: fc.option(fc.integer({ min: 0, max: 30 }), { nil: 0 }),
      hours: fc.integer({ min: 1, max: 24 }),
      frequency: fc.constantFrom("daily" as const, "weekly" as const),
      interval: fc.integer({ min: 1, max: 3 }),
      week_start: fc.constantFrom("MO", "SU"),
      by_day: fc.option(weekdays, { nil: null }),
      until: fc.option(wallClock, { nil: null, freq: 4 }),
      groups: fc.array(fc.uniqueArray(user, { maxLength: 2 }), { minLength: 1, maxLength: 3 }),
      index: fc.integer({ min: 0, max: 2 }),
    })
    .map(({ later, hours, groups, index, start, ...rest }) => {
      const rotationStart = new Date(Date.parse(`${start}Z`) + later * 86_400_000).toISOString().slice(0, 19);
      const isRolling = rest.type === "rolling_users";
      const whole = rest.by_day === null && rest.type !== "single_event" && hours > 12;
      const unit = rest.frequency === "daily" ? 24 : 168;
      const filled = groups.some((group) => group.length > 0) ? groups : [["ua"]];
      return {
        ...rest,
        id: "",
        start,
        duration: (whole ? unit * rest.interval : hours) * 3600,
        rotation_start: isRolling ? rotationStart : start,
        interval:
          rest.by_day !== null && rest.frequency === "daily"
            ? Math.min(rest.interval, rest.by_day.length)
            : rest.interval,
        ...(isRolling
          ? { rolling_users: filled, start_rotation_from_user_index: Math.min(index, filled.length - 1) }
          : { users: [...new Set(filled.flat())] }),
        ...(rest.type === "single_event" && { frequency: null, interval: null, by_day: null, until: null }),
      };
    });

const isLost = (result: ReturnType<typeof good>): boolean =>
  result.imported.report.some(
    ({ outcome, what, why }) =>
      (outcome === "left-out" && !why.includes("ends before it begins")) ||
      what.startsWith("the time in which"),
  );

/** What random runs have found before. */
const found: [(typeof zones)[number], OnCallShift[]][] = [
  // The recurrence begins on a day that is not chosen, and `until` falls into its first event.
  [
    "Asia/Kolkata",
    [
      {
        ...{
          id: "",
          type: "recurrent_event",
          time_zone: null,
          level: 0,
          start: "2026-01-28T07:00:00",
          duration: 10_800,
        },
        ...{
          frequency: "weekly",
          interval: 3,
          week_start: "MO",
          by_day: ["MO", "TU"],
          until: "2026-02-16T04:00:00",
        },
        users: ["ua"],
      },
    ],
  ],
  // `until` falls into an event that is not the first of its group and weekday.
  [
    "Europe/Berlin",
    [
      {
        ...{
          id: "",
          type: "rolling_users",
          time_zone: null,
          level: 0,
          start: "2026-01-01T04:00:00",
          duration: 7200,
        },
        ...{ frequency: "daily", interval: 1, by_day: ["TH", "SU"], until: "2026-02-12T04:00:00" },
        ...{
          rotation_start: "2026-01-01T04:00:00",
          rolling_users: [["ua"]],
          start_rotation_from_user_index: 0,
        },
      },
    ],
  ],
];

test("Grafana OnCall, made by its API or Terraform", () => {
  let left = 0;
  fc.assert(
    fc.property(
      zone,
      fc.array(shift(fc.constant(null)), { minLength: 1, maxLength: 3 }),
      (time_zone, shifts) => {
        const numbered = withBase(shifts);
        const schedule = {
          id: "S",
          name: "S",
          type: "calendar",
          time_zone,
          shifts: numbered.map(({ id }) => id),
        };
        const result = good("oncall", [
          json({ results: numbered }),
          json({ results: [schedule] }),
          json({ users: people.map(({ id, email }) => ({ id, email, username: id })) }),
        ]);
        if (isLost(result)) left += 1;
        else
          expectSameOnCall(result, "S", onCallOnCall(numbered, time_zone, false, horizon), range, [
            time_zone,
          ]);
      },
    ),
    { ...runs, examples: found },
  );
  expect(left).toBeLessThan(runs.numRuns / 3);
});

test("Grafana OnCall, made on the web", () => {
  let left = 0;
  const rolling = shift(fc.constant("UTC")).filter(({ type }) => type === "rolling_users");
  fc.assert(
    fc.property(fc.array(rolling, { minLength: 1, maxLength: 3 }), (shifts) => {
      const numbered = withBase(shifts);
      const schedule = {
        id: "S",
        name: "S",
        type: "web",
        time_zone: "Europe/Berlin",
        shifts: numbered.map(({ id }) => id),
      };
      const result = good("oncall", [
        json({ results: numbered }),
        json({ results: [schedule] }),
        json({ users: people.map(({ id, email }) => ({ id, email, username: id })) }),
      ]);
      if (isLost(result)) left += 1;
      else expectSameOnCall(result, "S", onCallOnCall(numbered, "UTC", true, horizon), range, []);
    }),
    runs,
  );
  expect(left).toBeLessThan(runs.numRuns / 3);
});

const horizon = "2026-05-01T00:00:00";

/** A lowest level that is always there, so that there is something to compare. */
function withBase(shifts: readonly OnCallShift[]): (OnCallShift & { readonly name: string })[] {
  const base: OnCallShift = {
    id: "",
    type: "rolling_users",
    time_zone: shifts[0]!.time_zone,
    level: -1,
    start: "2026-01-05T09:00:00",
    rotation_start: "2026-01-05T09:00:00",
    duration: 604_800,
    frequency: "weekly",
    interval: 1,
    week_start: "MO",
    until: null,
    rolling_users: [["ud"]],
    start_rotation_from_user_index: 0,
  };
  return [...shifts, base].map((one, index) => ({ ...one, id: `H${index}`, name: `shift ${index}` }));
}
