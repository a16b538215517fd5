/**
 * Writes iCalendar (RFC 5545): the feed that calendars subscribe to. Pure; used by the API's calendar feed.
 *
 * Only what a published calendar of shifts needs: every time is UTC, so no zone has to travel with it.
 */

export interface PublishedCalendar {
  readonly name: string;
  readonly events: readonly PublishedEvent[];
  /** When this content came to be (DTSTAMP): the same content keeps its stamp. Epoch ms. */
  readonly stampedAt: number;
  /** How often subscribers are asked to come back, in whole minutes. */
  readonly refreshMinutes: number;
}

export interface PublishedEvent {
  /** The same for the same event in every later version. Letters, digits and `-@._` only. */
  readonly uid: string;
  /** Half-open, epoch ms; seconds are the finest that the format has. */
  readonly start: number;
  readonly end: number;
  readonly summary: string;
  readonly description?: string;
}

/** The whole file, lines ending in CRLF. */
export function writeCalendar(calendar: PublishedCalendar): string {
  const { name, events, refreshMinutes } = calendar;
  const stamp = utc(calendar.stampedAt);
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Tocsin//On call//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    `X-WR-CALNAME:${escapeText(name)}`,
    // RFC 7986 §5.1 and §5.7, beside what Outlook and Apple read.
    `NAME:${escapeText(name)}`,
    `REFRESH-INTERVAL;VALUE=DURATION:PT${refreshMinutes}M`,
    `X-PUBLISHED-TTL:PT${refreshMinutes}M`,
    ...events.flatMap(({ uid, start, end, summary, description }) => [
      "BEGIN:VEVENT",
      `UID:${uid}`,
      `DTSTAMP:${stamp}`,
      `DTSTART:${utc(start)}`,
      `DTEND:${utc(end)}`,
      `SUMMARY:${escapeText(summary)}`,
      ...(description === undefined ? [] : [`DESCRIPTION:${escapeText(description)}`]),
      // Being on call does not make anybody busy.
      "TRANSP:TRANSPARENT",
      "END:VEVENT",
    ]),
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${foldLine(line)}\r\n`).join("");
}

/** A TEXT value (§3.3.11). Control characters have no place in one; halves of surrogate pairs none in UTF-8. */
export function escapeText(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, "")
    .replace(/\p{Cs}/gu, "\uFFFD")
    .replace(/[\\;,]/g, "\\$&")
    .replaceAll("\n", "\\n");
}

const longestLine = 75;

/** At most 75 octets a line without its end, never in the middle of a character; what follows begins with a blank (§3.1). */
export function foldLine(line: string): string {
  let folded = "";
  let octets = 0;
  for (const character of line) {
    const size = octetsOf(character.codePointAt(0)!);
    if (octets + size > longestLine) {
      folded += "\r\n ";
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}

/** In UTF-8. */
function octetsOf(codePoint: number): number {
  return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
}

/** `20260105T090000Z` (§3.3.5). */
function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}
