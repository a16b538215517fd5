/**
 * Durations of the team file: `90s`, `5m`, `2h`, `1d` or ISO 8601 (`PT5M`). Source: contract §2. Used by the schema;
 * the command line reads `--for 30m` with it too.
 */
import { accept, type Parsed, reject } from "./parsed.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
/** A day is 24 hours here, also when the clocks change. */
const dayMs = 24 * hourMs;
const weekMs = 7 * dayMs;
/** Longer is a typing error, and far within what a timer can count. */
const longestMs = 366 * dayMs;

export const durationWords = "a duration such as 90s, 5m, 2h, 1d or PT5M";

/** In milliseconds, from `leastMs` (the contract's smallest wait is 1 s) to 366 days. */
export function parseDuration(text: string, leastMs: number = secondMs): Parsed<number> {
  const ms = simple(text) ?? iso8601(text);
  if (ms === null) return reject(`must be ${durationWords}`);
  if (ms < leastMs) return reject(`must be at least ${leastMs / secondMs}s`);
  if (!(ms <= longestMs)) return reject("must be at most 366d");
  return accept(ms);
}

function simple(text: string): number | null {
  const [, count, unit] = /^(\d{1,12})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) return null;
  return Number(count) * { s: secondMs, m: minuteMs, h: hourMs, d: dayMs }[unit as "s" | "m" | "h" | "d"];
}

/** Without months and years, whose length depends on where they stand. */
function iso8601(text: string): number | null {
  const match =
    /^P(?=.*\d[WDHMS]$)(?:(\d{1,12})W)?(?:(\d{1,12})D)?(?:T(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12})S)?)?$/.exec(
      text,
    );
  if (match === null) return null;
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return weeks! * weekMs + days! * dayMs + hours! * hourMs + minutes! * minuteMs + seconds! * secondMs;
}
