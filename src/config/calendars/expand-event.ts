/** An event's stretches of time within a window: its rule, its additions and exceptions. Used by `read-calendar`. */
import type { EpochMs } from "#domain/ids";
import { occurrencesOf } from "#domain/oncall/occurrences";
import { frequencies, readRule } from "#domain/oncall/rule";
import { dayMs, midnightOf, type LocalMs } from "#domain/oncall/wall-clock";
import type { EventZone } from "./event-zone.ts";
import type { CalendarEvent, EventTime } from "./read-event.ts";

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

export type Expanded =
  | { readonly ok: true; readonly stretches: readonly Stretch[] }
  /** Its rule cannot be followed. */
  | { readonly ok: false; readonly text: string };

/** Two centuries: beyond the last time that a date can show there is nothing to compute. */
const longestMs = 200 * 366 * dayMs;

/**
 * What of the event touches the window. `home` is the zone of whoever it concerns: whole days and times without a zone
 * are theirs. `replaced` are the occurrences for which the file has events of their own.
 */
export function expandEvent(
  event: CalendarEvent,
  home: EventZone,
  window: Window,
  replaced: readonly EventTime[] = [],
): Expanded {
  const zone = event.start.zone ?? home;
  const starts = new Map<LocalMs, number | null>([[event.start.local, null]]);
  for (const rule of event.rules) {
    const times = timesOf(rule, event, zone, window);
    if (!times.ok) return times;
    for (const time of times.times) starts.set(time, null);
  }
  const without = exclusionOf([...event.excluded, ...replaced], home);
  const stretches: Stretch[] = [];
  const add = (start: EventTime, length: number): void => {
    const durationMs = Math.min(length, longestMs);
    const at = (start.zone ?? home).instantOf(start.local);
    const end = start.isDate ? home.instantOf(start.local + durationMs) : at + durationMs;
    if (end > at && end > window.from && at < window.to && !without(start, at))
      stretches.push({ start: at, end });
  };
  for (const local of starts.keys()) add({ ...event.start, local }, event.durationMs);
  for (const { start, durationMs } of event.extra) add(start, durationMs ?? event.durationMs);
  return { ok: true, stretches };
}

type Times =
  | { readonly ok: true; readonly times: readonly LocalMs[] }
  | { readonly ok: false; readonly text: string };

function timesOf(text: string, { start, durationMs }: CalendarEvent, zone: EventZone, window: Window): Times {
  const reading = readRule(text);
  if (!reading.ok) return reading;
  const { rule } = reading;
  if (frequencies.indexOf(rule.frequency) > frequencies.indexOf("DAILY"))
    return { ok: false, text: `FREQ=${rule.frequency} repeats more often than daily` };
  const { until } = rule;
  const last = until === null ? Infinity : until.utc && !start.isDate ? zone.localAt(until.at) : until.at;
  try {
    const { times } = occurrencesOf(rule, start.local, last).between(
      zone.localAt(window.from) - Math.min(durationMs, longestMs) - dayMs,
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
  excluded: readonly EventTime[],
  home: EventZone,
): (start: EventTime, at: EpochMs) => boolean {
  const days = new Set(excluded.filter(({ isDate }) => isDate).map(({ local }) => local));
  const instants = new Set(
    excluded.filter(({ isDate }) => !isDate).map(({ local, zone }) => (zone ?? home).instantOf(local)),
  );
  return (start, at) => days.has(midnightOf(start.local)) || instants.has(at);
}
