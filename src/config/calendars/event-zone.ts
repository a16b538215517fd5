/** The zone that a TZID of an iCalendar file means: an IANA zone, or what the file's own VTIMEZONE says. Used by `read-event`. */
import ICAL from "ical.js";
import type { EpochMs } from "#domain/ids";
import { civilOf, dayMs, hourMs, midnightOf, minuteMs, type LocalMs } from "#domain/oncall/wall-clock";
import { zoneClock } from "#domain/oncall/zone-clock";
import { isTimeZone } from "../time-zone.ts";

export interface EventZone {
  instantOf(local: LocalMs): EpochMs;
  localAt(at: EpochMs): LocalMs;
}

export const utcZone: EventZone = { instantOf: (local) => local, localAt: (at) => at };

/** The zones of one file, by TZID. */
export class EventZones {
  private readonly zones = new Map<string, EventZone | null>();
  private readonly written = new Map<string, readonly string[]>();

  /** A VTIMEZONE's lines. */
  add(lines: readonly string[]): void {
    const tzid = lines.find((line) => /^TZID[:;]/i.test(line));
    if (tzid !== undefined) this.written.set(tzid.slice(tzid.indexOf(":") + 1).trim(), lines);
  }

  /** Null when neither the world nor the file knows it. */
  find(tzid: string): EventZone | null {
    let zone = this.zones.get(tzid);
    if (zone === undefined) this.zones.set(tzid, (zone = this.make(tzid)));
    return zone;
  }

  private make(tzid: string): EventZone | null {
    const name = ianaName(tzid);
    if (name !== null) return zoneClock(name);
    const lines = this.written.get(tzid);
    return lines === undefined ? null : zoneOf(lines);
  }
}

/** Some programs put a path before it: `/freeassociation.sourceforge.net/Europe/Berlin`. */
function ianaName(tzid: string): string | null {
  const parts = tzid
    .trim()
    .slice(0, 200)
    .split("/")
    .filter((part) => part !== "");
  for (const count of [parts.length, 3, 2, 1]) {
    const name = parts.slice(-count).join("/");
    if (isTimeZone(name)) return name;
  }
  return null;
}

/** What real zones are: once a year. Anything else could keep the library busy for ever. */
const yearly =
  /^RRULE:FREQ=YEARLY(;(INTERVAL=1|BYMONTH=\d{1,2}|BYDAY=[+-]?[1-5]?[A-Z]{2}|BYMONTHDAY=(-?([1-9]|1\d|2[0-8]),?){1,8}|UNTIL=\d{8}(T\d{6}Z?)?|WKST=[A-Z]{2}))*$/i;
const maxTransitions = 200;

function zoneOf(lines: readonly string[]): EventZone | null {
  const rules = lines.filter((line) => /^RRULE/i.test(line));
  if (rules.some((rule) => !yearly.test(rule)) || lines.length > maxTransitions * 8) return null;
  try {
    const [, , [component]] = ICAL.parse(`BEGIN:VCALENDAR\r\n${lines.join("\r\n")}\r\nEND:VCALENDAR`) as [
      string,
      unknown[],
      unknown[][],
    ];
    const zone = new ICAL.Timezone({ component: new ICAL.Component(component!) });
    const offsetAt = (local: LocalMs): number => {
      const { year, month, day } = civilOf(local);
      const ofDay = local - midnightOf(local);
      const [hour, minute] = [Math.floor(ofDay / hourMs), Math.floor(ofDay / minuteMs) % 60];
      return zone.utcOffset(ICAL.Time.fromData({ year, month, day, hour, minute, isDate: false })) * 1000;
    };
    // One that cannot say what time it is is no zone.
    const trial = offsetAt(20_000 * dayMs);
    if (!Number.isFinite(trial) || Math.abs(trial) > dayMs) return null;
    return {
      instantOf: (local) => local - offsetAt(local),
      localAt: (at) => at + offsetAt(at + offsetAt(at)),
    };
  } catch {
    return null;
  }
}
