/**
 * The windows in which a layer is on duty. Used by `layer`.
 * Source: contract §3, "Windows".
 */
import type { EpochMs } from "../ids.ts";
import type { DutyWindow, Layer } from "../team.ts";
import { ruleOccurrences } from "./rotation.ts";
import { union } from "./timeline.ts";
import type { Span } from "./timeline.ts";
import { dayMs, localOf, midnightOf, timeOfDayOf } from "./wall-clock.ts";
import type { ZoneClock } from "./zone-clock.ts";

export interface DutyWindows {
  /** The union of all windows that touch `[from, to)`; not cut to it. */
  between(from: EpochMs, to: EpochMs): Span[];
}

/** Null for a layer without windows: it is always on duty. Throws a RangeError for what `config` would have refused. */
export function dutyWindowsOf(layer: Layer, clock: ZoneClock): DutyWindows | null {
  if (layer.windows === undefined) return null;
  const windows = layer.windows.map((window) => spansOf(window, layer, clock));
  return {
    between: (from, to) =>
      union(windows.flatMap((spansBetween) => spansBetween(from, to))).filter(
        (span) => span.end > from && span.start < to,
      ),
  };
}

function spansOf(window: DutyWindow, layer: Layer, clock: ZoneClock): (from: EpochMs, to: EpochMs) => Span[] {
  const from = timeOfDayOf(window.from);
  const to = timeOfDayOf(window.to);
  const closing = to > from ? to : to + dayMs;
  const { occurrences: days, lastInstant } = ruleOccurrences(
    window.rrule,
    midnightOf(localOf(layer.start)) + from,
    clock,
  );
  return (low, high) => {
    // Three days back: a window lasts up to one, its day has up to one before BYHOUR, a skipped time moves by up to one.
    const { times } = days.between(clock.localAt(low) - 3 * dayMs, clock.localAt(high) + dayMs);
    const meant =
      lastInstant === Infinity ? times : times.filter((time) => clock.instantOf(time) <= lastInstant);
    return meant.map((time) => {
      const midnight = midnightOf(time);
      return { start: clock.instantOf(midnight + from), end: clock.instantOf(midnight + closing) };
    });
  };
}
