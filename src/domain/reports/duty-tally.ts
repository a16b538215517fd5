/**
 * How much of somebody's duty falls into nights, week-ends and holidays, on that person's own wall clock. Used by `duty`
 * and `fairness`.
 *
 * Durations are time that really passes: the night in which the clocks go forward has seven hours.
 */
import { dayMs, hourMs, weekdayOf } from "../oncall/wall-clock.ts";
import type { Span } from "../oncall/timeline.ts";
import type { ZoneClock } from "../oncall/zone-clock.ts";

export interface DutyTally {
  readonly dutyMs: number;
  /** Between 22:00 and 06:00. */
  readonly nightMs: number;
  /** In how many nights there is any duty. */
  readonly nights: number;
  /** On Saturdays and Sundays. */
  readonly weekendMs: number;
  readonly weekends: number;
  readonly holidayMs: number;
  readonly holidays: number;
}

/** Dates, as days since 1970-01-01; the same for everybody, each on the person's own calendar. */
export type Holidays = ReadonlySet<number>;

const nightStartMs = 22 * hourMs;
const nightEndMs = 30 * hourMs;
const saturday = 5;

/** `spans` must be ascending and apart: what overlaps would count twice. */
export function tallyOf(spans: readonly Span[], clock: ZoneClock, holidays: Holidays): DutyTally {
  const [nights, weekends, onHolidays] = [new Set<number>(), new Set<number>(), new Set<number>()];
  let [dutyMs, nightMs, weekendMs, holidayMs] = [0, 0, 0, 0];
  for (const span of spans) {
    dutyMs += span.end - span.start;
    const lastDay = dayOf(clock, span.end - 1);
    // The night before may still last.
    for (let day = dayOf(clock, span.start) - 1; day <= lastDay; day += 1) {
      const midnight = day * dayMs;
      const nightly = overlapMs(
        span,
        clock.instantOf(midnight + nightStartMs),
        clock.instantOf(midnight + nightEndMs),
      );
      nightMs += nightly;
      if (nightly > 0) nights.add(day);
      const weekday = weekdayOf(midnight);
      if (weekday < saturday && !holidays.has(day)) continue;
      const daily = overlapMs(span, clock.instantOf(midnight), clock.instantOf(midnight + dayMs));
      if (daily === 0) continue;
      if (weekday >= saturday) {
        weekendMs += daily;
        weekends.add(day - weekday);
      }
      if (holidays.has(day)) {
        holidayMs += daily;
        onHolidays.add(day);
      }
    }
  }
  return {
    dutyMs,
    nightMs,
    nights: nights.size,
    weekendMs,
    weekends: weekends.size,
    holidayMs,
    holidays: onHolidays.size,
  };
}

function dayOf(clock: ZoneClock, at: number): number {
  return Math.floor(clock.localAt(at) / dayMs);
}

function overlapMs(span: Span, start: number, end: number): number {
  return Math.max(0, Math.min(span.end, end) - Math.max(span.start, start));
}
