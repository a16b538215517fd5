/**
 * Cuts an iCalendar text into its events and zones, within bounds, keeping only the properties that matter here. Used by
 * `read-calendar`: whatever the library is given afterwards is small, flat and one event.
 */

export interface CalendarPart {
  readonly kind: "VEVENT" | "VTIMEZONE";
  /** Its content lines, unfolded, from BEGIN to END. */
  readonly lines: readonly string[];
  /** Where it begins in the file, from 1. */
  readonly line: number;
}

export type SplitCalendar =
  | {
      readonly ok: true;
      readonly parts: readonly CalendarPart[];
      /** `X-WR-TIMEZONE`, which many programs write: where times without a zone are meant. */
      readonly timeZone: string | null;
    }
  | { readonly ok: false; readonly text: string };

const wanted: Readonly<Record<CalendarPart["kind"], ReadonlySet<string>>> = {
  VEVENT: new Set(
    "UID SEQUENCE SUMMARY STATUS ATTENDEE ORGANIZER DTSTART DTEND DURATION RRULE RDATE EXDATE RECURRENCE-ID".split(
      " ",
    ),
  ),
  VTIMEZONE: new Set("TZID X-LIC-LOCATION DTSTART RRULE RDATE TZOFFSETFROM TZOFFSETTO BEGIN END".split(" ")),
};

const maxDepth = 10;
export const maxParts = 20_000;
/** Of one event, after what does not matter has been left out: thousands of exceptions to a rule. */
const maxPartLength = 256 * 1024;

/** Refused: what is no iCalendar, what is cut off, what is nested or large beyond reason. Times are linear in the text. */
export function splitCalendar(text: string): SplitCalendar {
  const parts: CalendarPart[] = [];
  const stack: string[] = [];
  let part: { kind: CalendarPart["kind"]; lines: string[]; line: number; length: number } | null = null;
  let hasCalendar = false;
  let timeZone: string | null = null;
  let takesFolded = false;
  let number = 0;
  for (let start = 0; start < text.length;) {
    let end = text.indexOf("\n", start);
    if (end === -1) end = text.length;
    const stop = text[end - 1] === "\r" ? end - 1 : end;
    const [from, first] = [start, text[start]];
    start = end + 1;
    number += 1;
    if (stop <= from) continue;
    if (first === " " || first === "\t") {
      if (!takesFolded || part === null) continue;
      part.lines[part.lines.length - 1] += text.slice(from + 1, stop);
      if ((part.length += stop - from) > maxPartLength) return tooLarge(part.line);
      continue;
    }
    const name = nameAt(text, from, stop);
    takesFolded = false;
    if (name === "BEGIN") {
      const component = text
        .slice(from + 6, stop)
        .trim()
        .toUpperCase();
      if (stack.length === 0 && component !== "VCALENDAR") return noCalendar(text);
      if (stack.push(component) > maxDepth) return refuse(`line ${number}: nested far too deeply`);
      hasCalendar = true;
      if (stack.length === 2 && (component === "VEVENT" || component === "VTIMEZONE"))
        part = { kind: component, lines: [], line: number, length: 0 };
    } else if (stack.length === 0) {
      return hasCalendar ? refuse(`line ${number}: something follows the calendar's end`) : noCalendar(text);
    }
    if (stack.length === 1 && name === "X-WR-TIMEZONE")
      timeZone = text.slice(text.indexOf(":", from) + 1, stop).trim() || null;
    // Alarms within an event have lines of their own, which are not the event's.
    const isOwn = part !== null && (part.kind === "VTIMEZONE" || stack.length === 2);
    const isEdge = stack.length === 2 && (name === "BEGIN" || name === "END");
    if (part !== null && isOwn && (isEdge || wanted[part.kind].has(name))) {
      if ((part.length += stop - from) > maxPartLength) return tooLarge(part.line);
      part.lines.push(text.slice(from, stop));
      takesFolded = true;
    }
    if (name !== "END") continue;
    const component = text
      .slice(from + 4, stop)
      .trim()
      .toUpperCase();
    const open = stack.pop();
    if (open !== component)
      return refuse(`line ${number}: END:${component.slice(0, 40)} where ${open} is open`);
    if (stack.length === 1 && part !== null) {
      if (parts.length >= maxParts) return refuse(`more than ${maxParts} events`);
      parts.push({ kind: part.kind, lines: part.lines, line: part.line });
      part = null;
    }
  }
  if (stack.length > 0) return refuse("it is cut off: its end is missing");
  return hasCalendar ? { ok: true, parts, timeZone } : noCalendar(text);
}

/** The property's name in capitals; empty for what is no content line. */
function nameAt(text: string, from: number, stop: number): string {
  for (let at = from; at < stop && at < from + 64; at += 1) {
    if (text[at] === ":" || text[at] === ";") return text.slice(from, at).toUpperCase();
  }
  return "";
}

function noCalendar(text: string): SplitCalendar {
  const beginning = text.trim().slice(0, 40).replace(/\s+/g, " ");
  return refuse(`it is no iCalendar file; it begins with ${JSON.stringify(beginning)}`);
}

function tooLarge(line: number): SplitCalendar {
  return refuse(`line ${line}: an event larger than ${maxPartLength / 1024} KiB`);
}

function refuse(text: string): { readonly ok: false; readonly text: string } {
  return { ok: false, text };
}
