/**
 * Windows of a layer, as the team file writes them. A window of the team file is at most a day long and belongs to the
 * day on which it opens (contract §3), so longer stretches are cut into days here. Used by the layers' builders.
 */
import {
  dayMs,
  hourMs,
  midnightOf,
  minuteMs,
  modulo,
  weekdayOf,
  type LocalMs,
} from "#domain/oncall/wall-clock";
import type { WeeklyWindow } from "./draft.ts";

export interface WrittenWindow {
  readonly rrule: string;
  /** `HH:MM` or `HH:MM:SS`. */
  readonly from: string;
  readonly to: string;
}

export const weekdayNames = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;

/** For a layer that begins at `start`. */
export function weeklyWindows(windows: readonly WeeklyWindow[], start: LocalMs): WrittenWindow[] {
  const days = windows.flatMap(intoDays).flatMap((window) => intoNights(window, start));
  // What opens and closes at the same times is one window on several days.
  const merged = new Map<string, Set<number>>();
  for (const { days: weekdays, from, length } of days) {
    const key = `${from} ${length}`;
    const known = merged.get(key) ?? new Set();
    weekdays.forEach((day) => known.add(day));
    merged.set(key, known);
  }
  return [...merged].map(([key, weekdays]) => {
    const [from, length] = key.split(" ").map(Number);
    return writtenWindow(weeklyRule([...weekdays]), from!, length!);
  });
}

export function weeklyRule(days: readonly number[]): string {
  if (new Set(days).size === 7) return "FREQ=DAILY";
  return `FREQ=WEEKLY;BYDAY=${byDay(days)}`;
}

export function byDay(days: readonly number[]): string {
  return [...new Set(days)]
    .sort((a, b) => a - b)
    .map((day) => weekdayNames[day])
    .join(",");
}

/** `from`: milliseconds after midnight; `length`: up to a day. */
export function writtenWindow(rrule: string, from: number, length: number): WrittenWindow {
  const to = (from + length) % dayMs;
  return { rrule, from: timeText(from), to: to === 0 ? "24:00" : timeText(to) };
}

/** Stretches of more than a day as one for each day. */
function intoDays({ days, from, length }: WeeklyWindow): WeeklyWindow[] {
  const cut: WeeklyWindow[] = [];
  for (let done = 0; done < length; done += dayMs) {
    const shifted = days.map((day) => (day + done / dayMs) % 7);
    cut.push({ days: shifted, from, length: Math.min(dayMs, length - done) });
  }
  return cut;
}

/** A layer that begins in a night window of the day before would miss the rest of that night: cut it at midnight. */
function intoNights(window: WeeklyWindow, start: LocalMs): WeeklyWindow[] {
  const { days, from, length } = window;
  const after = from + length - dayMs;
  const isWithin = start - midnightOf(start) < after && days.includes(modulo(weekdayOf(start) - 1, 7));
  if (!isWithin) return [window];
  const evening = { days, from, length: dayMs - from };
  return [evening, { days: days.map((day) => (day + 1) % 7), from: 0, length: after }];
}

/** `HH:MM`, with seconds only when there are any. */
function timeText(ms: number): string {
  const parts = [Math.floor(ms / hourMs), Math.floor(ms / minuteMs) % 60, Math.floor(ms / 1000) % 60];
  return parts
    .slice(0, parts[2] === 0 ? 2 : 3)
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}
