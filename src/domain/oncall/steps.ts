/**
 * Rules from WEEKLY down to SECONDLY as arithmetic: a pattern that comes back in fixed steps, and the limits that thin
 * it out. Used by `occurrences`.
 */
import { expand } from "./recurrence.ts";
import { frequencies } from "./rule.ts";
import type { Rule } from "./rule.ts";
import {
  civilOf,
  dayMs,
  daysFromCivil,
  hourMs,
  midnightOf,
  minuteMs,
  modulo,
  secondMs,
  weekdayOf,
  weekMs,
} from "./wall-clock.ts";
import type { LocalMs } from "./wall-clock.ts";

/** Occurrences repeat every `stepMs` from `base`, at `offsets` within each step. `base` is at or before DTSTART. */
export interface Steps {
  readonly base: LocalMs;
  readonly stepMs: number;
  readonly offsets: readonly number[];
}

/** Whether a rule is a pattern that comes back in fixed steps. */
export function isStepped(rule: Rule): boolean {
  return frequencies.indexOf(rule.frequency) >= frequencies.indexOf("WEEKLY");
}

/** What BYSETPOS chooses of a step's occurrences, after the limits; all of them without one. */
export function choosePositions(offsets: readonly number[], { bySetPosition }: Rule): readonly number[] {
  if (bySetPosition.length === 0) return offsets;
  return offsets.filter(
    (_, index) => bySetPosition.includes(index + 1) || bySetPosition.includes(index - offsets.length),
  );
}

const unitMs = { WEEKLY: weekMs, DAILY: dayMs, HOURLY: hourMs, MINUTELY: minuteMs, SECONDLY: secondMs };

/** The pattern of a stepped rule, before its limits and BYSETPOS. The library would begin its first week at DTSTART. */
export function stepsOf(rule: Rule, start: LocalMs): Steps {
  const unit = unitMs[rule.frequency as keyof typeof unitMs];
  const base =
    rule.frequency === "WEEKLY"
      ? midnightOf(start) - modulo(weekdayOf(start) - rule.weekStart, 7) * dayMs
      : Math.floor(start / unit) * unit;
  const offsets: number[] = [];
  // What the rule leaves open comes from DTSTART, not from `base`; what is as coarse as the step itself is a limit.
  const time = start - midnightOf(start);
  const given = (list: readonly number[], isFiner: boolean, fallback: number): readonly number[] =>
    !isFiner ? [] : list.length === 0 ? [fallback] : list;
  expand(
    {
      frequency: rule.frequency,
      interval: 1,
      weekStart: rule.weekStart,
      byMonth: [],
      byWeekNumber: [],
      byYearDay: [],
      byMonthDay: [],
      byDay:
        unit !== weekMs
          ? []
          : rule.byDay.length === 0
            ? [{ weekday: weekdayOf(start), ordinal: 0 }]
            : rule.byDay,
      byHour: given(rule.byHour, unit > hourMs, Math.floor(time / hourMs)),
      byMinute: given(rule.byMinute, unit > minuteMs, Math.floor(time / minuteMs) % 60),
      bySecond: given(rule.bySecond, unit > secondMs, Math.floor(time / secondMs) % 60),
      bySetPosition: [],
    },
    base,
    (at) => at < base + unit && offsets.push(at - base) > 0,
  );
  return { base, stepMs: rule.interval * unit, offsets };
}

/** Whether a moment's day and its time of day are let through. */
export type Limits = (at: LocalMs) => { readonly day: boolean; readonly time: boolean };

/** What a stepped rule's moments must also satisfy, or null when there is nothing. Source: the table in RFC 5545 §3.3.10. */
export function limitsOf(rule: Rule): Limits | null {
  const unit = unitMs[rule.frequency as keyof typeof unitMs];
  const weekdays = unit === weekMs ? [] : rule.byDay.map((day) => day.weekday);
  const hours = unit <= hourMs ? rule.byHour : [];
  const minutes = unit <= minuteMs ? rule.byMinute : [];
  const seconds = unit <= secondMs ? rule.bySecond : [];
  const { byMonth, byMonthDay, byYearDay, byWeekNumber } = rule;
  if (
    [weekdays, hours, minutes, seconds, byMonth, byMonthDay, byYearDay, byWeekNumber].every(
      (list) => list.length === 0,
    )
  )
    return null;

  const has = (list: readonly number[], value: number): boolean => list.length === 0 || list.includes(value);
  const hasFromEitherEnd = (list: readonly number[], value: number, length: number): boolean =>
    list.length === 0 || list.includes(value) || list.includes(value - length - 1);
  let checkedDay = NaN;
  let isDay = false;
  return (at) => {
    const day = Math.floor(at / dayMs);
    if (day !== checkedDay) {
      checkedDay = day;
      const { year, month, day: dayOfMonth } = civilOf(at);
      const firstOfYear = daysFromCivil(year, 1, 1);
      const firstOfMonth = daysFromCivil(year, month, 1);
      const firstOfNext = daysFromCivil(month === 12 ? year + 1 : year, (month % 12) + 1, 1);
      isDay =
        has(weekdays, weekdayOf(at)) &&
        has(byMonth, month) &&
        hasFromEitherEnd(byMonthDay, dayOfMonth, firstOfNext - firstOfMonth) &&
        hasFromEitherEnd(byYearDay, day - firstOfYear + 1, daysFromCivil(year + 1, 1, 1) - firstOfYear) &&
        (byWeekNumber.length === 0 || hasFromEitherEnd(byWeekNumber, ...weekNumberOf(at, rule.weekStart)));
    }
    const time = at - day * dayMs;
    return {
      day: isDay,
      time:
        has(hours, Math.floor(time / hourMs)) &&
        has(minutes, Math.floor(time / minuteMs) % 60) &&
        has(seconds, Math.floor(time / secondMs) % 60),
    };
  };
}

/** The number of the week that a moment is in, and how many weeks that week's year has. Week 1 has 4 January in it. */
function weekNumberOf(at: LocalMs, weekStart: number): [number: number, weeksInYear: number] {
  const weekOf = (local: LocalMs): LocalMs =>
    midnightOf(local) - modulo(weekdayOf(local) - weekStart, 7) * dayMs;
  // A week belongs to the year that has most of its days, and so its fourth.
  const { year } = civilOf(weekOf(at) + 3 * dayMs);
  const first = weekOf(daysFromCivil(year, 1, 4) * dayMs);
  const firstOfNext = weekOf(daysFromCivil(year + 1, 1, 4) * dayMs);
  return [(weekOf(at) - first) / weekMs + 1, (firstOfNext - first) / weekMs];
}
