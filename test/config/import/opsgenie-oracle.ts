/**
 * Who is on call in an Opsgenie schedule, worked out for one instant from its JSON in the most literal way. Shares no code
 * with the importer.
 */
import { wallClock, type Expected } from "./imported.ts";

export interface OpsgenieRotation {
  readonly id: string;
  readonly name: string;
  readonly startDate: string;
  readonly endDate?: string;
  readonly type: "hourly" | "daily" | "weekly";
  readonly length: number;
  readonly participants: readonly { readonly type: string; readonly id?: string }[];
  readonly timeRestriction?: TimeRestriction;
}

interface Times {
  readonly startHour: number;
  readonly startMin: number;
  readonly endHour: number;
  readonly endMin: number;
}

export type TimeRestriction =
  | { readonly type: "time-of-day"; readonly restriction: Times }
  | {
      readonly type: "weekday-and-time-of-day";
      readonly restrictions: readonly (Times & { readonly startDay: string; readonly endDay: string })[];
    };

export interface OpsgenieSchedule {
  readonly id: string;
  readonly timezone: string;
  readonly rotations: readonly OpsgenieRotation[];
}

export interface OpsgenieOverride {
  readonly startDate: string;
  readonly endDate: string;
  readonly user: { readonly id: string };
  readonly rotations?: readonly { readonly id: string }[];
}

const unitHours = { hourly: 1, daily: 24, weekly: 168 };
const days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

export function opsgenieOnCall(
  schedule: OpsgenieSchedule,
  overrides: readonly OpsgenieOverride[] = [],
  teams: Readonly<Record<string, readonly string[]>> = {},
): Expected {
  const wall = wallClock(schedule.timezone);
  return (at) => {
    const onCall = new Set<string>();
    for (const rotation of schedule.rotations) {
      const override = overrides.findLast(
        ({ startDate, endDate, rotations }) =>
          Date.parse(startDate) <= at &&
          at < Date.parse(endDate) &&
          (rotations === undefined || rotations.some(({ id }) => id === rotation.id)),
      );
      if (override !== undefined) {
        onCall.add(override.user.id);
        continue;
      }
      if (at < Date.parse(rotation.startDate) || at >= Date.parse(rotation.endDate ?? "2999-01-01T00:00:00Z"))
        continue;
      const local = wall(at);
      if (rotation.timeRestriction !== undefined && !isWithin(rotation.timeRestriction, local)) continue;
      const turnMs = rotation.length * unitHours[rotation.type] * 3_600_000;
      const turn = Math.floor((local - wall(Date.parse(rotation.startDate))) / turnMs);
      const participant = rotation.participants[turn % rotation.participants.length]!;
      if (participant.type === "user") onCall.add(participant.id!);
      if (participant.type === "team") teams[participant.id!]!.forEach((member) => onCall.add(member));
    }
    return onCall;
  };
}

function isWithin(restriction: TimeRestriction, local: number): boolean {
  const date = new Date(local);
  const minute = date.getUTCHours() * 60 + date.getUTCMinutes();
  const between = (value: number, from: number, to: number): boolean =>
    from < to ? from <= value && value < to : value >= from || value < to;
  if (restriction.type === "time-of-day") {
    const { startHour, startMin, endHour, endMin } = restriction.restriction;
    return between(minute, startHour * 60 + startMin, endHour * 60 + endMin);
  }
  const minuteOfWeek = date.getUTCDay() * 1440 + minute;
  return restriction.restrictions.some(({ startDay, endDay, startHour, startMin, endHour, endMin }) =>
    between(
      minuteOfWeek,
      days.indexOf(startDay) * 1440 + startHour * 60 + startMin,
      days.indexOf(endDay) * 1440 + endHour * 60 + endMin,
    ),
  );
}
