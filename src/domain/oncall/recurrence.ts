/**
 * The domain's only door to two libraries: rrule (which days and times a rule means) and Temporal (what a zone's offset
 * is). `occurrences` and `zone-clock` do everything around them in plain numbers.
 *
 * `Date` appears here because rrule speaks it, as a wall-clock time dressed up as UTC; none is ever the current time.
 */
import * as rrulePackage from "rrule";
import { Temporal } from "temporal-polyfill";
import type { EpochMs } from "../ids.ts";
import { frequencies } from "./rule.ts";
import type { Rule } from "./rule.ts";
import type { LocalMs } from "./wall-clock.ts";

// Node sees rrule's CommonJS build, as a default export; bundlers see its ES modules, which have none (and warn about
// asking for it, unless it is asked through a variable).
const library: typeof rrulePackage & { readonly default?: typeof rrulePackage } = rrulePackage;
const { RRule, Weekday } = library.default ?? library;

/** The parts of a rule that can be given to the library. */
export type ExpandableRule = Pick<
  Rule,
  | "frequency"
  | "interval"
  | "weekStart"
  | "byMonth"
  | "byWeekNumber"
  | "byYearDay"
  | "byMonthDay"
  | "byDay"
  | "byHour"
  | "byMinute"
  | "bySecond"
  | "bySetPosition"
>;

/**
 * Calls `accept` with each occurrence from `start` (DTSTART) on, in order, until it returns false.
 *
 * COUNT and UNTIL are the caller's. So is the end: without a single occurrence the library looks as far as the year
 * 9999 (under a second for YEARLY and MONTHLY, 15 s for DAILY), and with an unreachable BYHOUR for ever. Give it a rule
 * that occurs, or a coarse one.
 */
export function expand(rule: ExpandableRule, start: LocalMs, accept: (at: LocalMs) => boolean): void {
  const recurrence = new RRule(
    {
      dtstart: new Date(start),
      freq: frequencies.indexOf(rule.frequency),
      interval: rule.interval,
      wkst: rule.weekStart,
      bymonth: orNull(rule.byMonth),
      byweekno: orNull(rule.byWeekNumber),
      byyearday: orNull(rule.byYearDay),
      bymonthday: orNull(rule.byMonthDay),
      byweekday: orNull(
        rule.byDay.map(({ weekday, ordinal }) => (ordinal === 0 ? weekday : new Weekday(weekday, ordinal))),
      ),
      byhour: orNull(rule.byHour),
      byminute: orNull(rule.byMinute),
      bysecond: orNull(rule.bySecond),
      bysetpos: orNull(rule.bySetPosition),
    },
    true,
  );
  let last = NaN;
  recurrence.all((date) => {
    // What BYSETPOS=1,-1 chooses from a single day comes twice.
    if (date.getTime() === last) return true;
    last = date.getTime();
    return accept(last);
  });
}

/**
 * How far the zone's wall clock is ahead of UTC at an instant, in milliseconds. Throws a RangeError for an unknown zone.
 *
 * Transitions are not asked for: the polyfill's search for the next one ends three years after the current time, so it
 * would answer differently next year.
 */
export function offsetMsAt(timeZone: string, at: EpochMs): number {
  return (
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).offsetNanoseconds / 1_000_000
  );
}

// The library takes an empty list for "given", and then for "nothing fits".
function orNull<Item>(list: readonly Item[]): Item[] | null {
  return list.length === 0 ? null : [...list];
}
