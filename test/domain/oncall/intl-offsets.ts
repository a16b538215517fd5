/**
 * A zone's offsets as ICU gives them through Intl.DateTimeFormat: an oracle that neither Temporal nor the product's own
 * zone clock has a part in.
 */
import type { EpochMs } from "#domain/ids";

/** From `at` on (until the next change) the wall clock is `offsetMs` ahead of UTC. */
export interface OffsetChange {
  readonly at: EpochMs;
  readonly offsetMs: number;
}

/** The offset at `from`, then every change up to `to`, to the second. Two changes that undo each other within `stepMs` are missed. */
export function offsetChanges(
  timeZone: string,
  from: EpochMs,
  to: EpochMs,
  stepMs = 7 * 86_400_000,
): OffsetChange[] {
  const offsetAt = offsetsIn(timeZone);
  const changes = [{ at: from, offsetMs: offsetAt(from) }];
  for (let low = from; low < to; low += stepMs) {
    const high = Math.min(low + stepMs, to);
    for (let known = low; offsetAt(high) !== changes.at(-1)!.offsetMs;) {
      let [before, after] = [known, high];
      while (after - before > 1000) {
        const middle = Math.floor((before + after) / 2000) * 1000;
        if (offsetAt(middle) === changes.at(-1)!.offsetMs) before = middle;
        else after = middle;
      }
      changes.push({ at: after, offsetMs: offsetAt(after) });
      known = after;
    }
  }
  return changes;
}

/** The instant at which a wall clock with these offsets shows `local`; a skipped or doubled time as contract §3 has it. */
export function instantByOffsets(local: number, changes: readonly OffsetChange[]): EpochMs {
  const readings = changes.map(({ at, offsetMs }, index) => ({
    instant: local - offsetMs,
    begins: at,
    ends: changes[index + 1]?.at ?? Infinity,
  }));
  const valid = readings.find(({ instant, begins, ends }) => begins <= instant && instant < ends);
  if (valid !== undefined) return valid.instant;
  // No offset shows it: the one before the gap is the last whose time was over by then.
  return readings.findLast(({ instant, ends }) => instant >= ends)!.instant;
}

/** How far the wall clock is ahead of UTC at an instant (a whole second), in milliseconds. */
export function offsetsIn(timeZone: string): (at: EpochMs) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  return (at) => {
    const [month, day, year, hour, minute, second] = format.format(at).match(/\d+/g)!.map(Number);
    return Date.UTC(year!, month! - 1, day!, hour, minute, second) - at;
  };
}
