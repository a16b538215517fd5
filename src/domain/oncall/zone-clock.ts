/**
 * One time zone's wall clock: from instants to wall-clock times and back. Used by everything here that knows local
 * times; `config` needs it too, for the team file's times without an offset.
 */
import type { EpochMs } from "../ids.ts";
import { offsetMsAt } from "./recurrence.ts";
import { dayMs } from "./wall-clock.ts";
import type { LocalMs } from "./wall-clock.ts";

export interface ZoneClock {
  readonly timeZone: string;
  /** What the wall shows at an instant. */
  localAt(at: EpochMs): LocalMs;
  /**
   * The instant at which the wall shows this. One that occurs twice is its first occurrence; one that is skipped is
   * read with the offset before the gap, so it moves forward.
   * Source: contract §3, RFC 5545 §3.3.5; the same as Temporal's "compatible".
   */
  instantOf(local: LocalMs): EpochMs;
}

const clocks = new Map<string, ZoneClock>();

/** The clock of an IANA zone; the same object every time. Throws a RangeError for a zone that cannot be calculated with. */
export function zoneClock(timeZone: string): ZoneClock {
  let clock = clocks.get(timeZone);
  if (clock === undefined) clocks.set(timeZone, (clock = makeClock(timeZone)));
  return clock;
}

/** For times that are only shown: another machine's team may name a zone that this one's tables have not got. */
export function zoneClockOrUtc(timeZone: string): ZoneClock {
  try {
    return zoneClock(timeZone);
  } catch {
    return zoneClock("UTC");
  }
}

/** ECMA-262: there are no instants beyond it, on either side. */
const furthestMs = 8.64e15;

function makeClock(timeZone: string): ZoneClock {
  offsetMsAt(timeZone, 0);

  // A look-up costs Temporal about 10 µs, and a year of shifts needs thousands: the offsets at UTC midnights are kept,
  // and only the few days on which it changes are asked for again.
  const atMidnight = new Map<number, number>();
  const midnightOffset = (day: number): number => {
    let offset = atMidnight.get(day);
    if (offset === undefined) atMidnight.set(day, (offset = offsetMsAt(timeZone, within(day * dayMs))));
    return offset;
  };
  const offsetAt = (at: EpochMs): number => {
    const day = Math.floor(at / dayMs);
    const offset = midnightOffset(day);
    return offset === midnightOffset(day + 1) ? offset : offsetMsAt(timeZone, within(at));
  };

  return {
    timeZone,
    localAt: (at) => at + offsetAt(at),
    instantOf: (local) => instantByOffset(local, offsetAt),
  };
}

/** Nobody is on call in the year 275760, but whoever looks a day ahead of it must not fall over the edge. */
function within(at: EpochMs): EpochMs {
  return Math.min(Math.max(at, -furthestMs), furthestMs);
}

/** `ZoneClock.instantOf` for any zone whose offset is known at every instant. */
export function instantByOffset(local: LocalMs, offsetAt: (at: EpochMs) => number): EpochMs {
  // Offsets are less than a day, so a day to either side is safely before and after every reading of `local`.
  const before = offsetAt(local - dayMs);
  const after = offsetAt(local + dayMs);
  if (before === after || offsetAt(local - before) === before) return local - before;
  return offsetAt(local - after) === after ? local - after : local - before;
}
