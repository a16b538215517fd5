/** An event's stretches of time within a window: its rule, its additions and exceptions. Used by `read-calendar`. */
import type { EpochMs } from "#domain/ids";
import { occurrencesOf } from "#domain/oncall/occurrences";
import { frequencies, readRule } from "#domain/oncall/rule";
import { dayMs, midnightOf, type LocalMs } from "#domain/oncall/wall-clock";
import type { EventZone } from "./event-zone.ts";
import type { CalendarEvent, EventTime, Length } from "./read-event.ts";

export interface Stretch {
  readonly start: EpochMs;
  readonly end: EpochMs;
}

export interface Window {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** More than this from one event is refused. */
  readonly most: number;
}

/** What other events of the file have to do with this one. */
export interface Standing {
  /** Occurrences for which the file has events of their own. */
  readonly replaced: readonly EventTime[];
  /** From this occurrence on another event stands for the series; null: none does. */
  readonly before: EventTime | null;
  /** The series whose further occurrences move as this one did; null: it stands for nothing but itself. */
  readonly series: CalendarEvent | null;
}

export type Expanded =
  | { readonly ok: true; readonly stretches: readonly Stretch[] }
  /** Its rule cannot be followed. */
  | { readonly ok: false; readonly text: string };

/** Two centuries: beyond the last time that a date can show there is nothing to compute. */
const longestMs = 200 * 366 * dayMs;

/**
 * What of the event touches the window. `home` is the zone of whoever it concerns: whole days and times without a zone
 * are theirs.
 */
export function expandEvent(
  event: CalendarEvent,
  home: EventZone,
  window: Window,
  standing: Standing,
): Expanded {
  const { series, before, replaced } = standing;
  const stretches: Stretch[] = [];
  const add = (start: EventTime, length: Length): void => {
    const at = instantOf(start, home);
    const end = endOf(start, length, home);
    if (end > at && end > window.from && at < window.to) stretches.push({ start: at, end });
  };
  const limit = before === null ? Infinity : replacedAt(before, series ?? event, home);
  if (series === null) {
    const own = occurrencesWithin(event, home, window, replaced);
    if (!own.ok) return own;
    for (const { start, length } of own.occurrences)
      if (instantOf(start, home) < limit) add(start, length ?? event.length);
    return { ok: true, stretches };
  }
  // RFC 5545 §3.8.4.4: whatever follows is moved by the same time, and lasts as long.
  add(event.start, event.length);
  const id = event.recurrenceId!;
  const first = replacedAt(id, series, home);
  const by = instantOf(event.start, home) - first;
  const from = Math.max(
    window.from - by - Math.min(event.length.nominalMs + event.length.exactMs, longestMs),
    first,
  );
  const to = Math.min(window.to - by, limit);
  if (from > to + dayMs) return { ok: true, stretches };
  const following = occurrencesWithin(
    series,
    home,
    { from: from - dayMs, to: to + dayMs, most: window.most },
    replaced,
  );
  if (!following.ok) return following;
  for (const { start } of following.occurrences) {
    const at = instantOf(start, home);
    if (at > first && at < limit) add(moved(start, event, series, home), event.length);
  }
  return { ok: true, stretches };
}

interface Occurrence {
  readonly start: EventTime;
  /** Null: as long as all of them. */
  readonly length: Length | null;
}

/** Those that may touch the window, without the excluded ones. */
function occurrencesWithin(
  event: CalendarEvent,
  home: EventZone,
  window: Window,
  replaced: readonly EventTime[],
): { readonly ok: true; readonly occurrences: readonly Occurrence[] } | (Expanded & { readonly ok: false }) {
  const starts = new Set<LocalMs>([event.start.local]);
  for (const rule of event.rules) {
    const times = timesOf(rule, event, event.start.zone ?? home, window);
    if (!times.ok) return times;
    times.times.forEach((time) => starts.add(time));
  }
  const without = exclusionOf(event, replaced, home);
  const all = [
    ...[...starts].map((local) => ({ start: { ...event.start, local }, length: null })),
    ...event.extra,
  ];
  return { ok: true, occurrences: all.filter(({ start }) => !without(start)) };
}

/** Where an occurrence of the series is that follows one which has been moved: by as much on the wall clock. */
function moved(start: EventTime, event: CalendarEvent, series: CalendarEvent, home: EventZone): EventTime {
  const id = event.recurrenceId!;
  const zone = start.zone ?? home;
  // The moved one's own occurrence, on the same wall clock as this one.
  const from = start.isDate
    ? midnightOf(id.local)
    : id.isDate
      ? id.local + series.start.local - midnightOf(series.start.local)
      : zone.localAt(instantOf(id, home));
  if (event.start.isDate)
    return { ...event.start, local: midnightOf(start.local) + event.start.local - midnightOf(from) };
  if (start.isDate) return { ...event.start, local: start.local + event.start.local - midnightOf(from) };
  const to = zone.localAt(instantOf(event.start, home));
  return { ...start, local: start.local + to - from };
}

/** When the occurrence begins that an exception to the series names; it may name only the day of one that has a time. */
export function replacedAt(id: EventTime, { start }: CalendarEvent, home: EventZone): EpochMs {
  const zone = id.isDate && !start.isDate ? start.zone : id.zone;
  return (zone ?? home).instantOf(id.local);
}

function instantOf({ local, zone }: EventTime, home: EventZone): EpochMs {
  return (zone ?? home).instantOf(local);
}

function endOf(start: EventTime, { nominalMs, exactMs }: Length, home: EventZone): EpochMs {
  const zone = start.zone ?? home;
  // A whole day has no hours to be exact about.
  const [nominal, exact] = start.isDate ? [nominalMs + exactMs, 0] : [nominalMs, exactMs];
  return zone.instantOf(start.local + Math.min(nominal, longestMs)) + Math.min(exact, longestMs);
}

type Times =
  | { readonly ok: true; readonly times: readonly LocalMs[] }
  | { readonly ok: false; readonly text: string };

function timesOf(
  text: string,
  { start, length: { nominalMs, exactMs } }: CalendarEvent,
  zone: EventZone,
  window: Window,
): Times {
  const reading = readRule(text);
  if (!reading.ok) return reading;
  const { rule } = reading;
  if (frequencies.indexOf(rule.frequency) > frequencies.indexOf("DAILY"))
    return { ok: false, text: `FREQ=${rule.frequency} repeats more often than daily` };
  const { until } = rule;
  const last = until === null ? Infinity : until.utc && !start.isDate ? zone.localAt(until.at) : until.at;
  try {
    const { times } = occurrencesOf(rule, start.local, last).between(
      zone.localAt(window.from) - Math.min(nominalMs + exactMs, longestMs) - dayMs,
      zone.localAt(window.to) + dayMs,
    );
    if (times.length <= window.most) return { ok: true, times };
    return { ok: false, text: `it occurs ${times.length} times in the time that counts` };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, text: error.message };
    throw error;
  }
}

/** An exception names its occurrence's start, or only the day. */
function exclusionOf(
  event: CalendarEvent,
  replaced: readonly EventTime[],
  home: EventZone,
): (start: EventTime) => boolean {
  const excluded = [...event.excluded, ...replaced];
  // Of whole days some programs name the midnight.
  const days = new Set(
    excluded.filter(({ isDate }) => isDate || event.start.isDate).map(({ local }) => midnightOf(local)),
  );
  const instants = new Set(excluded.filter(({ isDate }) => !isDate).map((time) => instantOf(time, home)));
  return (start) => days.has(midnightOf(start.local)) || instants.has(instantOf(start, home));
}
