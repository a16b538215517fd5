/**
 * The numbered occurrences of a rule in local time, from any moment on, without walking there from DTSTART each time.
 * Used by `rotation` (whose turn depends on the number) and `window` (which needs only the days).
 *
 * From WEEKLY down to SECONDLY a rule is a pattern that comes back in fixed steps, thinned out by its limits (BYMONTH,
 * …): the library expands the pattern once, and the rest is arithmetic. Without limits even the number is. What is
 * left, months and years, the library expands from DTSTART, once.
 */
import { expand } from "./recurrence.ts";
import type { Rule } from "./rule.ts";
import { choosePositions, isStepped, leavesRoom, limitsOf, stepsOf } from "./steps.ts";
import type { Limits, Steps } from "./steps.ts";
import { dayMs, daysFromCivil, weekdayOf } from "./wall-clock.ts";
import type { LocalMs } from "./wall-clock.ts";

export interface Occurrences {
  /** Those in `[from, to)`, ascending. `first`: the number of the first of them; 0 is the first one from DTSTART on. */
  between(from: LocalMs, to: LocalMs): { readonly first: number; readonly times: readonly LocalMs[] };
  /** How many there are in `[from, to)`; `between` without the list. */
  count(from: LocalMs, to: LocalMs): number;
  /** The one with this number; null when the rule ends before (or time does, in the year 3000). */
  timeOf(number: number): LocalMs | null;
}

/** More than this in one answer, or to be counted from DTSTART, is refused: `faultOfRecurrence` lets no such rule through. */
export const occurrenceLimit = 1_000_000;
/** Moments to look at, for rules that look at many and take few (FREQ=SECONDLY;BYHOUR=9;…). */
const candidateLimit = 30_000_000;
/** Nobody plans further; and a rule that no day fits is found out the sooner. */
const calendarEnd: LocalMs = daysFromCivil(3000, 1, 1) * dayMs;

const none: Occurrences = {
  between: () => ({ first: 0, times: [] }),
  count: () => 0,
  timeOf: () => null,
};

/** `until`: the last moment of UNTIL on the wall clock, inclusive; Infinity without one. */
export function occurrencesOf(given: Rule, start: LocalMs, until: LocalMs): Occurrences {
  const rule = given.byWeekNumber.length === 0 ? given : withWeeks(given, start);
  const steps = isStepped(rule) ? stepsOf(rule, start) : null;
  const limits = limitsOf(rule);
  if (limits !== null && !leavesRoom(limits, steps)) return none;
  if (steps === null) return counted(rule, start, until, (to, accept) => expandUpTo(rule, start, to, accept));
  if (limits === null)
    return numbered(rule, start, until, { ...steps, offsets: choosePositions(steps.offsets, rule) });
  return counted(rule, start, until, (to, accept) => walkUpTo(rule, start, to, steps, limits, accept));
}

/**
 * BYWEEKNO as every week, limited by its number: the library numbers the first days of some years wrongly (1 January
 * 2011 and 2022). With INTERVAL or BYSETPOS it needs the whole year, and stays with the library.
 */
function withWeeks(rule: Rule, start: LocalMs): Rule {
  const isOpen = [rule.byDay, rule.byMonthDay, rule.byYearDay].every((list) => list.length === 0);
  const everyDay = [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ weekday, ordinal: 0 }));
  // Of a week's days DTSTART's is meant (RFC 5545 §3.3.10: what the rule leaves open); the library would take all seven.
  const byDay = isOpen
    ? [{ weekday: weekdayOf(start), ordinal: 0 }]
    : rule.byDay.length === 0
      ? everyDay
      : rule.byDay;
  return rule.interval === 1 && rule.bySetPosition.length === 0
    ? { ...rule, frequency: "WEEKLY", byDay }
    : { ...rule, byDay };
}

/** A pattern without limits: the number of an occurrence follows from its time. */
function numbered(rule: Rule, start: LocalMs, until: LocalMs, { base, stepMs, offsets }: Steps): Occurrences {
  const timeOf = (index: number): LocalMs =>
    base + Math.floor(index / offsets.length) * stepMs + offsets[index % offsets.length]!;
  // The first index whose time is at or after `at`. Only for moments from `base` on.
  const indexFrom = (at: LocalMs): number => {
    const step = Math.floor((at - base) / stepMs);
    const within = offsets.findIndex((offset) => offset >= at - base - step * stepMs);
    return step * offsets.length + (within === -1 ? offsets.length : within);
  };
  if (offsets.length === 0) return none;
  const origin = indexFrom(start);
  const lastMoment = Math.min(until + 1, calendarEnd);
  const end = Math.min(origin + rule.count, Math.max(origin, indexFrom(Math.max(lastMoment, start))));
  const clamp = (at: LocalMs): number =>
    at <= start ? origin : at >= lastMoment ? end : Math.min(indexFrom(at), end);
  return {
    between(from, to) {
      const [low, high] = [clamp(from), clamp(to)];
      if (high - low > occurrenceLimit) throw tooMany(rule);
      const times: LocalMs[] = [];
      for (let index = low; index < high; index += 1) times.push(timeOf(index));
      return { first: low - origin, times };
    },
    count: (from, to) => Math.max(0, clamp(to) - clamp(from)),
    timeOf: (number) => (origin + number < end ? timeOf(origin + number) : null),
  };
}

/**
 * Gives occurrences from DTSTART to `to` (exclusive), in order, until `accept` returns false. Returns how far all of
 * them are known: Infinity when the rule has no more.
 */
type Source = (to: LocalMs, accept: (at: LocalMs) => boolean) => LocalMs;

/** Any other rule: its occurrences are listed from DTSTART, as far as anyone has asked, and found by binary search. */
function counted(rule: Rule, start: LocalMs, until: LocalMs, source: Source): Occurrences {
  let times: readonly LocalMs[] = [];
  let listedTo = start;
  const listTo = (to: LocalMs): void => {
    if (to <= listedTo || listedTo > until || times.length >= rule.count) return;
    const listed: LocalMs[] = [];
    // Each time at least twice as far, so that starting over costs no more than the last run.
    const target = Math.max(to, start + 2 * (listedTo - start), start + 400 * dayMs);
    listedTo = source(Math.min(target, until + 1), (at) => {
      if (listed.push(at) > occurrenceLimit) throw tooMany(rule);
      return listed.length < rule.count;
    });
    times = listed;
  };
  return {
    between(from, to) {
      listTo(to);
      const low = lowerBound(times, from);
      return { first: low, times: times.slice(low, lowerBound(times, to)) };
    },
    count(from, to) {
      listTo(to);
      return Math.max(0, lowerBound(times, to) - lowerBound(times, from));
    },
    timeOf(number) {
      while (
        times.length <= number &&
        times.length < rule.count &&
        listedTo <= until &&
        listedTo < calendarEnd
      )
        listTo(listedTo + 1);
      return times[number] ?? null;
    },
  };
}

function expandUpTo(rule: Rule, start: LocalMs, to: LocalMs, accept: (at: LocalMs) => boolean): LocalMs {
  let listedTo = Infinity;
  expand(rule, start, (at) => {
    if (at >= to) listedTo = to;
    return at < to && accept(at);
  });
  return listedTo;
}

function walkUpTo(
  rule: Rule,
  start: LocalMs,
  to: LocalMs,
  { base, stepMs, offsets }: Steps,
  limits: Limits,
  accept: (at: LocalMs) => boolean,
): LocalMs {
  let candidates = 0;
  const possibleFrom = (at: LocalMs): LocalMs => {
    const onDay = limits.day(at);
    return onDay === at ? limits.time(at) : onDay;
  };
  for (let step = 0; offsets.length > 0; step += 1) {
    const stepStart = base + step * stepMs;
    if (stepStart >= to) return to;
    if (stepStart >= calendarEnd) return Infinity;
    if ((candidates += offsets.length) > candidateLimit) throw tooMany(rule);
    const isPositioned = rule.bySetPosition.length > 0;
    const chosen = isPositioned
      ? choosePositions(
          offsets.filter((offset) => possibleFrom(stepStart + offset) === stepStart + offset),
          rule,
        )
      : offsets;
    for (const offset of chosen) {
      const at = stepStart + offset;
      if (at >= to) return to;
      if (at < start) continue;
      const possible = possibleFrom(at);
      if (possible === at && !accept(at)) return Infinity;
      // Nothing before that moment, so the next step to look at is the one that it falls in.
      step = Math.max(step, Math.floor((possible - base) / stepMs) - 1);
    }
  }
  return Infinity;
}

/** The first index whose value is at least `value`. `sorted` ascends. */
export function lowerBound(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function tooMany(rule: Rule): RangeError {
  return new RangeError(
    `the rule ${rule.text} occurs too often to be counted; give it a larger INTERVAL or a coarser FREQ`,
  );
}
