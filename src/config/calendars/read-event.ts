/** One VEVENT as plain data. Used by `read-calendar`; `expand-event` makes stretches of time of it. */
import ICAL from "ical.js";
import { dayMs, hourMs, localOf, minuteMs, secondMs, weekMs, type LocalMs } from "#domain/oncall/wall-clock";
import { type EventZone, type EventZones, utcZone } from "./event-zone.ts";
import type { CalendarPart } from "./split-calendar.ts";

export interface CalendarEvent {
  readonly uid: string;
  readonly sequence: number;
  readonly line: number;
  readonly summary: string;
  /** Without those who declined, and those who are only to know of it. */
  readonly attendees: readonly Attendee[];
  /** An e-mail address in lower case. */
  readonly organiser: string | null;
  readonly isCancelled: boolean;
  readonly start: EventTime;
  readonly length: Length;
  /** RRULE values. */
  readonly rules: readonly string[];
  readonly extra: readonly { readonly start: EventTime; readonly length: Length | null }[];
  readonly excluded: readonly EventTime[];
  /** The occurrence of the series with this UID that this event replaces. */
  readonly recurrenceId: EventTime | null;
  /** It replaces all that follow as well: RANGE=THISANDFUTURE. */
  readonly isFromThereOn: boolean;
}

export interface Attendee {
  /** In lower case. */
  readonly address: string | null;
  readonly name: string;
}

/**
 * RFC 5545 §3.3.6: first the days, on the wall clock, then the rest, as it passes. Whole days and weeks are as long as the
 * changes of the clocks make them.
 */
export interface Length {
  readonly nominalMs: number;
  readonly exactMs: number;
}

export interface EventTime {
  readonly local: LocalMs;
  /** A whole day. */
  readonly isDate: boolean;
  /** Null: in the zone of whoever it concerns. */
  readonly zone: EventZone | null;
}

export type ReadEvent =
  /** `remarks`: what there is to say of its zones, and of what of it does not count. */
  | { readonly ok: true; readonly event: CalendarEvent; readonly remarks: readonly string[] }
  | { readonly ok: false; readonly text: string };

export function readEvent({ lines, line }: CalendarPart, zones: EventZones): ReadEvent {
  // Rules are read by our own reader, which says what is wrong with one; the library's would refuse the whole event.
  const rules = lines
    .filter((each) => isRule.test(each))
    .map((each) => each.slice(each.indexOf(":") + 1).trim());
  const others = lines.filter((each) => !isRule.test(each)).map(withQuotedZone);
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

/**
 * A time has no colon in its value, but some programs write zones that have one without the quotes that this needs:
 * `DTSTART;TZID=tzone://Microsoft/Utc:20260101T120000`.
 */
function withQuotedZone(line: string): string {
  const colon = line.lastIndexOf(":");
  if (!/^(DTSTART|DTEND|RECURRENCE-ID|EXDATE|RDATE);/i.test(line) || colon === -1) return line;
  const head = line
    .slice(0, colon)
    .replace(/;TZID=([^";][^"]*?)(?=;[\w-]+=|$)/i, (whole, zone: string) =>
      /[:,]/.test(zone) ? `;TZID="${zone}"` : whole,
    );
  return head + line.slice(colon);
}

class EventReader {
  private readonly remarks = new Set<string>();

  constructor(
    private readonly component: ICAL.Component,
    private readonly zones: EventZones,
  ) {}

  read(line: number, rules: readonly string[]): ReadEvent {
    const [start] = this.times("dtstart");
    if (start === undefined) return { ok: false, text: "it has no DTSTART" };
    const length = this.length(start);
    if (length.nominalMs + length.exactMs < 0) return { ok: false, text: "it ends before it begins" };
    const text = (name: string): string => String(this.component.getFirstPropertyValue(name) ?? "");
    const event: CalendarEvent = {
      uid: text("uid").slice(0, 1000),
      sequence: Number(text("sequence")) || 0,
      line,
      summary: text("summary").slice(0, 1000),
      attendees: this.attendees(),
      organiser: addressOf(this.component.getFirstProperty("organizer")),
      isCancelled: text("status").toUpperCase() === "CANCELLED",
      start,
      length,
      rules,
      extra: this.extra(),
      excluded: this.times("exdate"),
      ...this.replaced(),
    };
    return { ok: true, event, remarks: [...this.remarks] };
  }

  private replaced(): Pick<CalendarEvent, "recurrenceId" | "isFromThereOn"> {
    const [recurrenceId] = this.times("recurrence-id");
    if (recurrenceId === undefined) return { recurrenceId: null, isFromThereOn: false };
    const range = String(
      this.component.getFirstProperty("recurrence-id")?.getParameter("range") ?? "",
    ).toUpperCase();
    if (range === "THISANDPRIOR")
      this.remarks.add("RANGE=THISANDPRIOR is no longer in use (RFC 5545); only this one is changed");
    return { recurrenceId, isFromThereOn: range === "THISANDFUTURE" };
  }

  /** Without an end, a whole day lasts a day and a time no time (RFC 5545 §3.6.1). */
  private length(start: EventTime): Length {
    const [end] = this.times("dtend");
    if (end !== undefined) {
      if (!start.isDate && !end.isDate)
        return exactly(this.instantIn(end, start) - this.instantIn(start, start));
      // Many write the day on which it ends, although the day after it is meant.
      const isSameDay = start.isDate && end.isDate && end.local === start.local;
      return { nominalMs: isSameDay ? dayMs : end.local - start.local, exactMs: 0 };
    }
    const [property] = this.component.getAllProperties("duration");
    if (property !== undefined) return lengthOf(String(rawValues(property)[0]));
    return { nominalMs: start.isDate ? dayMs : 0, exactMs: 0 };
  }

  private extra(): CalendarEvent["extra"] {
    return this.component.getAllProperties("rdate").flatMap((property) =>
      rawValues(property).map((value) => {
        if (!Array.isArray(value)) return { start: this.time(property, value), length: null };
        const start = this.time(property, value[0]);
        const end = String(value[1]);
        const length = /^[+-]?P/.test(end)
          ? lengthOf(end)
          : exactly(this.instantIn(this.time(property, end), start) - this.instantIn(start, start));
        return { start, length };
      }),
    );
  }

  private attendees(): Attendee[] {
    return this.component.getAllProperties("attendee").flatMap((property) => {
      const parameter = (name: string): string => String(property.getParameter(name) ?? "");
      const isConcerned =
        parameter("partstat").toUpperCase() !== "DECLINED" &&
        parameter("role").toUpperCase() !== "NON-PARTICIPANT";
      const [address, name] = [addressOf(property), parameter("cn").trim()];
      return isConcerned && (address !== null || name !== "") ? [{ address, name }] : [];
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
    if (typeof tzid !== "string") return this.zones.floating;
    const { zone, remark } = this.zones.find(tzid);
    if (remark !== null) this.remarks.add(remark);
    return zone;
  }

  /** For a difference only, where a zone of nobody in particular does. */
  private instantIn(time: EventTime, like: EventTime): number {
    return (time.zone ?? like.zone ?? utcZone).instantOf(time.local);
  }
}

/** As the parser left them (jCal, RFC 7265 §3.4): texts, and pairs for periods. */
function rawValues(property: ICAL.Property): unknown[] {
  return (property.toJSON() as unknown[]).slice(3);
}

/** @throws RangeError */
function lengthOf(text: string): Length {
  const { weeks, days, hours, minutes, seconds, isNegative } = ICAL.Duration.fromString(text);
  const sign = isNegative ? -1 : 1;
  const nominalMs = sign * (weeks * weekMs + days * dayMs);
  const exactMs = sign * (hours * hourMs + minutes * minuteMs + seconds * secondMs);
  if (!Number.isSafeInteger(nominalMs) || !Number.isSafeInteger(exactMs))
    throw new RangeError("its duration is no length of time");
  return { nominalMs, exactMs };
}

function exactly(exactMs: number): Length {
  return { nominalMs: 0, exactMs };
}

/** Apple has the address beside what the value says. */
function addressOf(property: ICAL.Property | null): string | null {
  if (property === null) return null;
  const given = [property.getFirstValue(), property.getParameter("email")].map((value) =>
    String(value ?? "")
      .replace(/^mailto:/i, "")
      .trim()
      .toLowerCase(),
  );
  return given.find((address) => address.includes("@")) ?? null;
}
