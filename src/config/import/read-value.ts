/**
 * Values of an export that must be right for the result to be right: whatever is malformed is a fault with its place, and
 * null is returned. Used by the vendors' importers.
 */
import type { EpochMs } from "#domain/ids";
import { Temporal } from "temporal-polyfill";
import { quote } from "../fault.ts";
import { suggestion } from "../suggest.ts";
import { isTimeZone } from "../time-zone.ts";
import type { Findings } from "./findings.ts";
import { isAbsent, type Place, textOf } from "./place.ts";

function readText(place: Place, words: string, findings: Findings): string | null {
  const text = textOf(place);
  if (text === null) findings.fault(place, `${given(place)}; must be ${words}`);
  return text;
}

/** Ids are compared as texts; some exports have numbers. */
export function readId(place: Place, findings: Findings): string | null {
  if (typeof place.value === "number" && Number.isSafeInteger(place.value)) return String(place.value);
  return readText(place, "an id, as the API gives it", findings);
}

export function readInteger(place: Place, least: number, most: number, findings: Findings): number | null {
  const { value } = place;
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  findings.fault(place, `${given(place)}; must be a whole number from ${least} to ${most}`);
  return null;
}

/** ISO 8601 with an offset or `Z`, cut to whole seconds. */
export function readInstant(place: Place, findings: Findings): EpochMs | null {
  return readTime(place, "a time with its offset, such as 2026-01-05T08:00:00Z", findings, (text) => {
    const zoned = text.replace(/([+-]\d\d)(\d\d)$/, "$1:$2");
    return Temporal.Instant.from(zoned).epochMilliseconds;
  });
}

/** `YYYY-MM-DDTHH:MM:SS` without an offset, as milliseconds of a wall clock. A `Z` that an export adds is not meant. */
export function readWallClock(place: Place, findings: Findings): number | null {
  return readTime(
    place,
    "a time without an offset, such as 2026-01-05T08:00:00",
    findings,
    (text) => Temporal.PlainDateTime.from(text.replace(/Z$/i, "")).toZonedDateTime("UTC").epochMilliseconds,
  );
}

/** The team file knows these years. */
const [firstMs, lastMs] = [Date.UTC(1970, 0, 3), Date.UTC(2099, 11, 29)];
/** An end after the last year that a team file can say is no end. */
const isForEver = (at: number): boolean => at > lastMs;

function readTime(
  place: Place,
  words: string,
  findings: Findings,
  parse: (text: string) => number,
): number | null {
  const text = textOf(place);
  let at: number | null = null;
  try {
    if (text !== null && text.length <= 40) at = parse(text.trim());
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  if (at === null) {
    findings.fault(place, `${given(place)}; must be ${words}`);
    return null;
  }
  const seconds = Math.floor(at / 1000) * 1000;
  if (seconds >= firstMs) return seconds;
  findings.fault(place, `${given(place)}; must be in the years 1970 to 2099`);
  return null;
}

/** For a beginning, which must be one that the team file can say. */
export function readStart(
  place: Place,
  read: (place: Place, findings: Findings) => number | null,
  findings: Findings,
): number | null {
  const at = read(place, findings);
  if (at === null || !isForEver(at)) return at;
  findings.fault(place, `${given(place)}; must be in the years 1970 to 2099`);
  return null;
}

/** Null: there is no end, or none that matters. `ok` false: it is malformed. */
export function readEnd(
  place: Place,
  read: (place: Place, findings: Findings) => number | null,
  findings: Findings,
): { readonly ok: boolean; readonly at: number | null } {
  if (isAbsent(place)) return { ok: true, at: null };
  const at = read(place, findings);
  return { ok: at !== null, at: at === null || isForEver(at) ? null : at };
}

/** An IANA zone. */
export function readZone(place: Place, findings: Findings): string | null {
  const text = textOf(place);
  if (text !== null && isTimeZone(text)) return text;
  const hint = text === null ? "" : suggestion(text, Intl.supportedValuesOf("timeZone"));
  findings.fault(place, `${given(place)}; must be an IANA time zone such as Europe/Berlin${hint}`);
  return null;
}

/** `HH:MM[:SS]` as milliseconds after midnight. */
export function readTimeOfDay(place: Place, findings: Findings): number | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?/.exec(textOf(place) ?? "");
  if (match !== null) return (Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0)) * 1000;
  findings.fault(place, `${given(place)}; must be a time of day such as 09:00:00`);
  return null;
}

/** What stands there, for the beginning of a message. */
export function given({ value }: Place): string {
  if (value === undefined) return "missing";
  if (typeof value === "string") return quote(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  return Array.isArray(value) ? "a list" : "a map";
}
