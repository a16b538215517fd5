/**
 * Times as people write them: `2026-01-05T09:00:00` on the wall clock, or an instant when an offset or `Z` follows.
 * Source: contract §2. Parsed by the schema; resolved once the enclosing time zone is known.
 */
import type { EpochMs } from "#domain/ids";
import { localOf } from "#domain/oncall/wall-clock";
import { zoneClock } from "#domain/oncall/zone-clock";
import type { LocalDateTime } from "#domain/team";
import { Temporal } from "temporal-polyfill";
import { accept, type Parsed, reject } from "./parsed.ts";

export type WrittenTime =
  | { readonly kind: "instant"; readonly at: EpochMs }
  /** `YYYY-MM-DDTHH:MM:SS` in the nearest enclosing time zone. */
  | { readonly kind: "wall-clock"; readonly local: LocalDateTime };

export const writtenTimeWords = "a time such as 2026-01-05T09:00:00 (wall clock) or 2026-01-05T08:00:00Z";

const form = /^(\d{4})-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)?)?$/;

/**
 * The seconds may be left out, and on the wall clock the whole time of day (midnight). Of an instant milliseconds count, as
 * programs print them; the wall clock has seconds.
 */
export function parseWrittenTime(text: string): Parsed<WrittenTime> {
  const [match, year, offset] = form.exec(text) ?? [];
  if (match === undefined) return reject(`must be ${writtenTimeWords}`);
  // Rotations are counted from their start: a start in the year 26 would be two thousand years of handoffs.
  if (Number(year) < 1970 || Number(year) > 2099) return reject("must be in the years 1970 to 2099");
  try {
    if (offset !== undefined)
      return accept({ kind: "instant", at: Temporal.Instant.from(text).epochMilliseconds });
    return accept({ kind: "wall-clock", local: localText(Temporal.PlainDateTime.from(text)) });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const next = nextDay(text);
    return reject(
      next === null
        ? "no such date or time; a month has its days, a day has 24 hours"
        : `a day ends where the next one begins: write ${next}T00:00${offset ?? ""}`,
    );
  }
}

/** Of `2026-12-31T24:00`. */
function nextDay(text: string): string | null {
  const [match, day] = /^([\d-]{10})[Tt ]24:00/.exec(text) ?? [];
  if (match === undefined) return null;
  try {
    return Temporal.PlainDate.from(day!).add({ days: 1 }).toString();
  } catch {
    return null;
  }
}

/** A wall-clock time that the zone skips moves forward, one that comes twice is its first (RFC 5545 §3.3.5). */
export function instantOf(time: WrittenTime, timeZone: string): EpochMs {
  if (time.kind === "instant") return time.at;
  return zoneClock(timeZone).instantOf(localOf(time.local));
}

export function wallClockOf(time: WrittenTime, timeZone: string): LocalDateTime {
  if (time.kind === "wall-clock") return time.local;
  return localText(
    Temporal.Instant.fromEpochMilliseconds(time.at).toZonedDateTimeISO(timeZone).toPlainDateTime(),
  );
}

/** `HH:MM` or `HH:MM:SS` on the wall clock, 00:00 to 23:59:59. */
export function parseTimeOfDay(text: string): Parsed<string> {
  if (/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(text)) return accept(text);
  if (isEndOfDay(text)) return reject('a day begins at "00:00"; only to may be "24:00"');
  return reject('must be a time of day such as "09:00"');
}

/** The same, or `24:00` for the day's end: the next day's midnight, which is how the team has it. */
export function parseEndOfDay(text: string): Parsed<string> {
  return isEndOfDay(text) ? accept("00:00") : parseTimeOfDay(text);
}

function isEndOfDay(text: string): boolean {
  return /^24:00(:00)?$/.test(text);
}

function localText(time: Temporal.PlainDateTime): LocalDateTime {
  return time.toString({ smallestUnit: "second" });
}
