/**
 * What a VTIMEZONE says, as a clock: its changes, from the world's first calendars to the year 2100. Used by `event-zone`.
 *
 * Source: RFC 5545 §3.6.5. Own code beside the library's, which reads a time that occurs twice as its second occurrence
 * and knows no offset before the first change.
 */
import type { EpochMs } from "#domain/ids";
import { lowerBound, occurrencesOf } from "#domain/oncall/occurrences";
import { readRule } from "#domain/oncall/rule";
import { dayMs, daysFromCivil, hourMs, localOf, minuteMs, type LocalMs } from "#domain/oncall/wall-clock";
import { instantByOffset } from "#domain/oncall/zone-clock";

export interface WrittenZone {
  instantOf(local: LocalMs): EpochMs;
  localAt(at: EpochMs): LocalMs;
  /** The changes that it lists; null when one of its rules goes on for ever. */
  readonly listed: readonly { readonly at: EpochMs; readonly fromMs: number; readonly toMs: number }[] | null;
}

interface Change {
  readonly at: EpochMs;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What real zones are: once a year. Anything else could keep the reader busy for ever. */
const yearly =
  /^FREQ=YEARLY(;(INTERVAL=1|COUNT=\d{1,3}|BYMONTH=\d{1,2}|BYDAY=[+-]?[1-5]?[A-Z]{2}|BYMONTHDAY=(-?([1-9]|[12]\d|3[01]),?){1,8}|UNTIL=\d{8}(T\d{6}Z?)?|WKST=[A-Z]{2}))*$/i;
const maxRules = 60;
const maxChanges = 5000;
const [expandedFrom, expandedTo] = [1960, 2100].map((year) => daysFromCivil(year, 1, 1) * dayMs) as [
  LocalMs,
  LocalMs,
];

/** `lines`: its content lines, unfolded. Null for one that does not say what time it is. */
export function readVtimezone(lines: readonly string[]): WrittenZone | null {
  const changes: Change[] = [];
  let rules = 0;
  let isOpen = false;
  try {
    for (const observance of observancesOf(lines)) {
      const [fromMs, toMs] = [
        offsetOf(observance.get("TZOFFSETFROM")),
        offsetOf(observance.get("TZOFFSETTO")),
      ];
      const [start] = observance.get("DTSTART") ?? [];
      if (fromMs === null || toMs === null || start === undefined) return null;
      const add = (local: LocalMs): void => void changes.push({ at: local - fromMs, fromMs, toMs });
      const first = timeOf(start);
      add(first);
      for (const text of (observance.get("RDATE") ?? []).flatMap((value) => value.split(","))) {
        // Meant to be local; one in UTC says so.
        add(timeOf(text) + (/Z$/i.test(text.trim()) ? fromMs : 0));
      }
      for (const text of observance.get("RRULE") ?? []) {
        if (!yearly.test(text) || (rules += 1) > maxRules) return null;
        const reading = readRule(text);
        if (!reading.ok) return null;
        const { until, count } = reading.rule;
        const last = until === null ? Infinity : until.utc ? until.at + fromMs : until.at;
        isOpen ||= last === Infinity && count === Infinity;
        occurrencesOf(reading.rule, first, last).between(expandedFrom, expandedTo).times.forEach(add);
      }
      if (changes.length > maxChanges) return null;
    }
  } catch {
    // A date that no calendar has, a rule that cannot be followed.
    return null;
  }
  if (changes.length === 0) return null;
  changes.sort((a, b) => a.at - b.at);
  const times = Float64Array.from(changes, ({ at }) => at);
  const offsetAt = (at: EpochMs): number => {
    const index = lowerBound(times, at + 1) - 1;
    return index < 0 ? changes[0]!.fromMs : changes[index]!.toMs;
  };
  return {
    instantOf: (local) => instantByOffset(local, offsetAt),
    localAt: (at) => at + offsetAt(at),
    listed: isOpen ? null : changes,
  };
}

/** Values by property of each STANDARD and DAYLIGHT. */
function observancesOf(lines: readonly string[]): Map<string, string[]>[] {
  const observances: Map<string, string[]>[] = [];
  let open: Map<string, string[]> | null = null;
  for (const line of lines) {
    const [, name, value] = /^([\w-]+)(?:;[^:]*)?:(.*)$/s.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const key = name.toUpperCase();
    if (key === "BEGIN") {
      open = /^(STANDARD|DAYLIGHT)$/i.test(value.trim()) ? new Map() : null;
      if (open !== null) observances.push(open);
    } else if (key === "END") open = null;
    else open?.set(key, [...(open.get(key) ?? []), value.trim()]);
  }
  return observances;
}

/** `+0100`, also `-00:44` and `+005328`, in milliseconds; null beyond a day. */
function offsetOf(values: readonly string[] | undefined): number | null {
  const match = /^([+-]?)(\d\d):?([0-5]\d)(?::?([0-5]\d))?$/.exec(values?.[0] ?? "");
  if (match === null) return null;
  const ms = Number(match[2]) * hourMs + Number(match[3]) * minuteMs + Number(match[4] ?? 0) * 1000;
  return ms >= dayMs ? null : match[1] === "-" ? -ms : ms;
}

/** @throws RangeError */
function timeOf(text: string): LocalMs {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?$/i.exec(text.trim());
  if (match === null) throw new RangeError("no date or time");
  const [, year, month, day, hour = "00", minute = "00", second = "00"] = match;
  return localOf(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
}
