/**
 * Who is on call in a PagerDuty schedule, worked out for one instant from its JSON in the most literal way. Shares no code
 * with the importer.
 */
import { wallClock, type Expected } from "./imported.ts";

export interface PagerDutyLayer {
  readonly name: string;
  readonly id: string;
  readonly start: string;
  readonly end: string | null;
  readonly rotation_virtual_start: string;
  readonly rotation_turn_length_seconds: number;
  readonly users: readonly { readonly user: { readonly id: string } }[];
  readonly restrictions: readonly {
    readonly type: string;
    readonly start_time_of_day: string;
    readonly duration_seconds: number;
    readonly start_day_of_week?: number;
  }[];
}

export interface PagerDutySchedule {
  readonly id: string;
  readonly time_zone: string;
  /** The first one wins. */
  readonly schedule_layers: readonly PagerDutyLayer[];
}

interface PagerDutyOverride {
  readonly start: string;
  readonly end: string;
  readonly user: { readonly id: string };
}

const dayMs = 86_400_000;

export function pagerDutyOnCall(
  schedule: PagerDutySchedule,
  overrides: readonly PagerDutyOverride[] = [],
): Expected {
  const wall = wallClock(schedule.time_zone);
  return (at) => {
    const override = overrides.findLast(({ start, end }) => Date.parse(start) <= at && at < Date.parse(end));
    if (override !== undefined) return new Set([override.user.id]);
    for (const layer of schedule.schedule_layers) {
      if (at < Date.parse(layer.start) || (layer.end !== null && at >= Date.parse(layer.end))) continue;
      const local = wall(at);
      if (layer.restrictions.length > 0 && !layer.restrictions.some((one) => isWithin(one, local))) continue;
      const turns = Math.floor(
        (local - wall(Date.parse(layer.rotation_virtual_start))) /
          (layer.rotation_turn_length_seconds * 1000),
      );
      const { length } = layer.users;
      return new Set([layer.users[((turns % length) + length) % length]!.user.id]);
    }
    return new Set();
  };
}

/** Whether one of the last eight days had an opening that still lasts. */
function isWithin(restriction: PagerDutyLayer["restrictions"][number], local: number): boolean {
  const [hours, minutes] = restriction.start_time_of_day.split(":").map(Number);
  for (let back = 0; back <= 8; back += 1) {
    const day = Math.floor(local / dayMs) * dayMs - back * dayMs;
    const isoWeekday = ((new Date(day).getUTCDay() + 6) % 7) + 1;
    if (restriction.type === "weekly_restriction" && isoWeekday !== restriction.start_day_of_week) continue;
    const opening = day + (hours! * 60 + minutes!) * 60_000;
    if (opening <= local && local < opening + restriction.duration_seconds * 1000) return true;
  }
  return false;
}
