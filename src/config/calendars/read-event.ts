/** One VEVENT as plain data. Used by `read-calendar`; `expand-event` makes stretches of time of it. */
import ICAL from "ical.js";
import { dayMs, localOf, secondMs, type LocalMs } from "#domain/oncall/wall-clock";
import { type EventZone, type EventZones, utcZone } from "./event-zone.ts";
import type { CalendarPart } from "./split-calendar.ts";

export interface CalendarEvent {
  readonly uid: string;
  readonly sequence: number;
  readonly line: number;
  readonly summary: string;
  /** E-mail addresses in lower case; those who declined are left out. */
  readonly attendees: readonly string[];
  readonly isCancelled: boolean;
  readonly start: EventTime;
  /** For whole days in local time, otherwise exact. */
  readonly durationMs: number;
  /** RRULE values. */
  readonly rules: readonly string[];
  readonly extra: readonly { readonly start: EventTime; readonly durationMs: number | null }[];
  readonly excluded: readonly EventTime[];
  /** The occurrence of the series with this UID that this event replaces. */
  readonly recurrenceId: EventTime | null;
}

export interface EventTime {
  readonly local: LocalMs;
  /** A whole day. */
  readonly isDate: boolean;
  /** Null: in the zone of whoever it concerns. */
  readonly zone: EventZone | null;
}

export type ReadEvent =
  | { readonly ok: true; readonly event: CalendarEvent; readonly unknownZone: string | null }
  | { readonly ok: false; readonly text: string };

export function readEvent({ lines, line }: CalendarPart, zones: EventZones): ReadEvent {
  // Rules are read by our own reader, which says what is wrong with one; the library's would refuse the whole event.
  const rules = lines
    .filter((each) => isRule.test(each))
    .map((each) => each.slice(each.indexOf(":") + 1).trim());
  const others = lines.filter((each) => !isRule.test(each));
  try {
    const [, , [content]] = ICAL.parse(`BEGIN:VCALENDAR\r\n${others.join("\r\n")}\r\nEND:VCALENDAR`) as [
      string,
      unknown[],
      unknown[][],
    ];
    return new EventReader(new ICAL.Component(content!), zones).read(line, rules);
  } catch (error) {
    // The library throws for whatever it cannot parse, in errors of every kind.
    return {
      ok: false,
      text: error instanceof Error ? error.message.split("\n")[0]!.slice(0, 200) : "unreadable",
    };
  }
}

const isRule = /^RRULE[:;]/i;

class EventReader {
  private unknownZone: string | null = null;

  constructor(
    private readonly component: ICAL.Component,
    private readonly zones: EventZones,
  ) {}

  read(line: number, rules: readonly string[]): ReadEvent {
    const [start] = this.times("dtstart");
    if (start === undefined) return { ok: false, text: "it has no DTSTART" };
    const durationMs = this.duration(start);
    if (durationMs < 0) return { ok: false, text: "it ends before it begins" };
    const text = (name: string): string => String(this.component.getFirstPropertyValue(name) ?? "");
    const [recurrenceId] = this.times("recurrence-id");
    const event: CalendarEvent = {
      uid: text("uid").slice(0, 1000),
      sequence: Number(text("sequence")) || 0,
      line,
      summary: text("summary").slice(0, 1000),
      attendees: this.attendees(),
      isCancelled: text("status").toUpperCase() === "CANCELLED",
      start,
      durationMs,
      rules,
      extra: this.extra(),
      excluded: this.times("exdate"),
      recurrenceId: recurrenceId ?? null,
    };
    return { ok: true, event, unknownZone: this.unknownZone };
  }

  /** Without an end, a whole day lasts a day and a time no time (RFC 5545 §3.6.1). */
  private duration(start: EventTime): number {
    const [end] = this.times("dtend");
    if (end !== undefined) {
      if (start.isDate || end.isDate) return end.local - start.local;
      return instantIn(end, start) - instantIn(start, start);
    }
    const [property] = this.component.getAllProperties("duration");
    if (property !== undefined) return durationOf(String(rawValues(property)[0]));
    return start.isDate ? dayMs : 0;
  }

  private extra(): CalendarEvent["extra"] {
    return this.component.getAllProperties("rdate").flatMap((property) =>
      rawValues(property).map((value) => {
        if (!Array.isArray(value)) return { start: this.time(property, value), durationMs: null };
        const start = this.time(property, value[0]);
        const end = String(value[1]);
        const isDuration = /^[+-]?P/.test(end);
        const durationMs = isDuration
          ? durationOf(end)
          : instantIn(this.time(property, end), start) - instantIn(start, start);
        return { start, durationMs };
      }),
    );
  }

  private attendees(): string[] {
    return this.component.getAllProperties("attendee").flatMap((property) => {
      const address = String(property.getFirstValue() ?? "").replace(/^mailto:/i, "");
      const declined = String(property.getParameter("partstat") ?? "").toUpperCase() === "DECLINED";
      return declined || !address.includes("@") ? [] : [address.trim().toLowerCase()];
    });
  }

  private times(name: string): EventTime[] {
    return this.component
      .getAllProperties(name)
      .flatMap((property) => rawValues(property).map((value) => this.time(property, value)));
  }

  /** @throws RangeError for what no calendar has: the library would make 5 January of month 13 of it. */
  private time(property: ICAL.Property, value: unknown): EventTime {
    // Without a time but also without VALUE=DATE, which many leave out, the library says "T::".
    const form = /^(\d{4}-\d\d-\d\d)(?:T(?:::|(\d\d:\d\d:\d\d)(Z)?))?$/;
    const [match, date, time, utc] = form.exec(String(value)) ?? [];
    if (match === undefined) throw new RangeError(`${property.name.toUpperCase()} is no date or time`);
    const local = localOf(`${date}T${time ?? "00:00:00"}`);
    if (time === undefined) return { local, isDate: true, zone: null };
    return { local, isDate: false, zone: utc === undefined ? this.zoneOf(property) : utcZone };
  }

  private zoneOf(property: ICAL.Property): EventZone | null {
    const tzid = property.getParameter("tzid");
    if (typeof tzid !== "string") return null;
    const zone = this.zones.find(tzid);
    if (zone === null) this.unknownZone = tzid;
    return zone;
  }
}

/** As the parser left them (jCal, RFC 7265 §3.4): texts, and pairs for periods. */
function rawValues(property: ICAL.Property): unknown[] {
  return (property.toJSON() as unknown[]).slice(3);
}

/** @throws RangeError */
function durationOf(text: string): number {
  const ms = ICAL.Duration.fromString(text).toSeconds() * secondMs;
  if (!Number.isSafeInteger(ms)) throw new RangeError("its duration is no length of time");
  return ms;
}

/** For a difference only, where a zone of nobody in particular does. */
function instantIn(time: EventTime, like: EventTime): number {
  return (time.zone ?? like.zone ?? utcZone).instantOf(time.local);
}
