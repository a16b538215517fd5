/**
 * Names of time zones as calendars write them: IANA's, with or without a path before it, Windows', and what Outlook shows
 * (`(UTC+01:00) Amsterdam, Berlin, …`). Used by `event-zone`.
 */
import windowsIana from "windows-iana";
import { dayMs, hourMs, minuteMs } from "#domain/oncall/wall-clock";
import { zoneClock, type ZoneClock } from "#domain/oncall/zone-clock";
import { isTimeZone } from "../time-zone.ts";

export type NamedZone =
  /** One that knows its summers. */
  | { readonly kind: "zone"; readonly clock: ZoneClock }
  /** The same all the year. `isSure`: nothing else was written. */
  | { readonly kind: "offset"; readonly offsetMs: number; readonly isSure: boolean };

/** Null when nobody knows it. */
export function zoneNamed(text: string): NamedZone | null {
  const name = text.slice(0, 200).replaceAll('"', "").replace(/\s+/g, " ").trim();
  const clock = byName(name);
  if (clock !== null) return { kind: "zone", clock };
  const [, sign, hours, minutes, rest] =
    /^\(?\s*(?:(?:UTC|GMT|Z)(?![A-Za-z]))?\s*(?:([+\-\u2212\u2013])\s*(\d{1,2})(?:[:.]?([0-5]\d))?)?\s*\)?\s*(.*)$/i.exec(
      name,
    )!;
  if (hours === undefined) {
    if (rest === "" && name !== "") return { kind: "zone", clock: zoneClock("UTC") };
    const shown = byName(rest!) ?? byShownName(rest!, null);
    return shown === null ? null : { kind: "zone", clock: shown };
  }
  const ms = Number(hours) * hourMs + Number(minutes ?? 0) * minuteMs;
  if (ms > 18 * hourMs) return null;
  const offsetMs = sign === "+" ? ms : -ms;
  if (rest === "") return { kind: "offset", offsetMs, isSure: true };
  const shown = byName(rest!) ?? byShownName(rest!, offsetMs);
  return shown === null ? { kind: "offset", offsetMs, isSure: false } : { kind: "zone", clock: shown };
}

/** IANA's or Windows'. */
function byName(name: string): ZoneClock | null {
  const parts = name.split("/").filter((part) => part !== "");
  // Some programs put a path before it: `/freeassociation.sourceforge.net/Europe/Berlin`, `tzone://Microsoft/Utc`.
  for (const count of [parts.length, 3, 2, 1]) {
    const clock = clockOf(parts.slice(-count).join("/"));
    if (clock !== null) return clock;
  }
  // Others keep clear of the slash: `US-Eastern`, `America-New_York`.
  return windowsZone(name) ?? clockOf(name.replace(/^([A-Za-z]{2,})-(?=[A-Za-z])/, "$1/"));
}

/** What the user interface of Windows shows: `Eastern Time (US & Canada)`, or the names of some cities. */
function byShownName(text: string, offsetMs: number | null): ZoneClock | null {
  if (/^Coordinated Universal Time$/i.test(text)) return zoneClock("UTC");
  const plain = text.replace(/\s*\([^)]*\)\s*$/, "");
  for (const [, standard] of [text, plain].map((name) => /^(.*\S) Time\b/i.exec(name) ?? [])) {
    const clock = standard === undefined ? null : windowsZone(`${standard} Standard Time`);
    if (clock !== null && (offsetMs === null || standardOffset(clock) === offsetMs)) return clock;
  }
  for (const city of text.split(/[,;/&]/)) {
    const clock = cities().get(city.trim().replaceAll(" ", "_").toLowerCase());
    if (clock === undefined) continue;
    const found = clockOf(clock);
    if (found !== null && (offsetMs === null || standardOffset(found) === offsetMs)) return found;
  }
  return null;
}

function windowsZone(name: string): ZoneClock | null {
  const standard = name.replace(/ (Daylight|Summer) Time\b/i, " Standard Time");
  return clockOf(windowsNames().get(standard.toLowerCase()) ?? "");
}

/** Null for what this machine's tables do not have. */
function clockOf(name: string): ZoneClock | null {
  return isTimeZone(name) ? zoneClock(name) : null;
}

/** In winter, wherever that is. */
function standardOffset({ localAt }: ZoneClock): number {
  const offsetAt = (day: number): number => localAt(day * dayMs) - day * dayMs;
  const [january, july] = [20_454, 20_635];
  return Math.min(offsetAt(january), offsetAt(july));
}

let windows: Map<string, string> | null = null;

/** From CLDR: the zone of the world at large for each of Windows' names, in lower case. */
function windowsNames(): ReadonlyMap<string, string> {
  windows ??= new Map(
    windowsIana.WINDOWS_TO_IANA_MAP.filter(({ territory }) => territory === "001").map(
      ({ windowsName, iana }) => [windowsName.toLowerCase(), iana[0]!],
    ),
  );
  return windows;
}

let byCity: Map<string, string> | null = null;

function cities(): ReadonlyMap<string, string> {
  if (byCity === null) {
    byCity = new Map();
    const names = [
      ...Intl.supportedValuesOf("timeZone"),
      // Cities that have been renamed.
      ...windowsIana.IANA_ALIAS_MAP.flatMap(({ alias }) => alias),
    ];
    for (const name of names) {
      const city = name.split("/").at(-1)!.toLowerCase();
      if (name.includes("/") && !name.startsWith("Etc/") && !byCity.has(city)) byCity.set(city, name);
    }
  }
  return byCity;
}
