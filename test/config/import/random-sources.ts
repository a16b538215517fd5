/** Random layers, rotations and shifts in the vendors' forms. */
import fc from "fast-check";
import type { OnCallShift } from "./oncall-oracle.ts";
import type { OpsgenieRotation, TimeRestriction } from "./opsgenie-oracle.ts";
import type { PagerDutyLayer } from "./pagerduty-oracle.ts";

export const zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"] as const;
export const zone = fc.constantFrom(...zones);
export const users = ["ua", "ub", "uc", "ud"];
const user = fc.constantFrom(...users);
const halfHours = (least: number, most: number) => fc.integer({ min: least * 2, max: most * 2 });
const two = (value: number): string => String(value).padStart(2, "0");
const timeText = (half: number): string => `${two(Math.floor(half / 2))}:${half % 2 === 0 ? "00" : "30"}`;
/** In the first weeks of the year, at a full or half hour. */
const moment = fc
  .tuple(fc.integer({ min: 1, max: 60 }), halfHours(4, 23))
  .map(([day, half]) => Date.UTC(2026, 0, day) + half * 1_800_000);

const wallClock = moment.map((at) => new Date(at).toISOString().slice(0, 19));

export const people = users.map((id) => ({ id, type: "user", name: id, email: `${id}@example.org` }));

const instant = moment.map((at) => new Date(at).toISOString().replace(".000", ""));

export const layer: fc.Arbitrary<PagerDutyLayer> = fc
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
export const rotation: fc.Arbitrary<OpsgenieRotation> = fc
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

const weekdays = fc.subarray(["MO", "TU", "WE", "TH", "FR", "SA", "SU"], { minLength: 1 });
/** `zoned`: the time zones that they may have of their own. */
export const shift = (zoned: fc.Arbitrary<string | null>): fc.Arbitrary<OnCallShift> =>
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

/** A lowest level that is always there, so that there is something to compare. */
export function withBase(shifts: readonly OnCallShift[]): (OnCallShift & { readonly name: string })[] {
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
