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

/**
 * What a rule's moments must also satisfy. Each answers with the moment itself when it is let through, else with the
 * first one after it that might be: so whoever walks can leave out a night, or a month, at once.
 */
export interface Limits {
  day(at: LocalMs): LocalMs;
  time(at: LocalMs): LocalMs;
}

/** Null when a rule has none. Of months and years it knows only the days. Source: the table in RFC 5545 §3.3.10. */
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
  /** How many days on the first one is that might be let through; 0: this one is. */
  const daysToGo = (day: number): number => {
    const { year, month, day: dayOfMonth } = civilOf(day * dayMs);
    const firstOfYear = daysFromCivil(year, 1, 1);
    const firstOfMonth = daysFromCivil(year, month, 1);
    const firstOfNext = daysFromCivil(month === 12 ? year + 1 : year, (month % 12) + 1, 1);
    if (!has(byMonth, month)) return firstOfNext - day;
    const isDay =
      has(weekdays, weekdayOf(day * dayMs)) &&
      hasFromEitherEnd(byMonthDay, dayOfMonth, firstOfNext - firstOfMonth) &&
      hasFromEitherEnd(byYearDay, day - firstOfYear + 1, daysFromCivil(year + 1, 1, 1) - firstOfYear) &&
      (byWeekNumber.length === 0 ||
        hasFromEitherEnd(byWeekNumber, ...weekNumberOf(day * dayMs, rule.weekStart)));
    return isDay ? 0 : 1;
  };
  let checkedDay = NaN;
  let found = 0;
  return {
    day(at) {
      const day = Math.floor(at / dayMs);
      if (day !== checkedDay) {
        found = daysToGo(day);
        checkedDay = day;
      }
      return found === 0 ? at : (day + found) * dayMs;
    },
    time(at) {
      const time = modulo(at, dayMs);
      if (!has(hours, Math.floor(time / hourMs))) return (Math.floor(at / hourMs) + 1) * hourMs;
      if (!has(minutes, Math.floor(time / minuteMs) % 60)) return (Math.floor(at / minuteMs) + 1) * minuteMs;
      return has(seconds, Math.floor(time / secondMs) % 60) ? at : at + secondMs;
    },
  };
}

/**
 * Whether there are days, and times of day, that the limits let through. If not the rule never occurs, which would else
 * be known only at the end of time. (If so it still may not, where INTERVAL keeps it off those days.)
 */
export function leavesRoom(limits: Limits, steps: Steps | null): boolean {
  return hasDay(limits) && (steps === null || hasTime(limits, steps));
}

function hasDay(limits: Limits): boolean {
  // 28 years have each kind of year, and each beside every other that it can be beside.
  const end = daysFromCivil(2028, 1, 1) * dayMs;
  for (let at = daysFromCivil(2000, 1, 1) * dayMs; at < end;) {
    const possible = limits.day(at);
    if (possible === at) return true;
    at = possible;
  }
  return false;
}

function hasTime(limits: Limits, { base, stepMs, offsets }: Steps): boolean {
  // After so many steps the times of day come back.
  const distinct = dayMs / greatestCommonDivisor(stepMs, dayMs);
  for (let step = 0; step < distinct; step += 1) {
    const stepStart = base + step * stepMs;
    if (offsets.some((offset) => limits.time(stepStart + offset) === stepStart + offset)) return true;
  }
  return false;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
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
