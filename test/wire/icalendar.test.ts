import fc from "fast-check";
import ICAL from "ical.js";
import ical from "node-ical";
import { describe, expect, test } from "vitest";
import { escapeText, foldLine, writeCalendar, type PublishedCalendar } from "#wire/icalendar";

const at = Date.parse;
const calendar: PublishedCalendar = {
  name: "On call: primary, Platform",
  stampedAt: at("2026-03-01T12:00:00Z"),
  refreshMinutes: 60,
  events: [
    {
      uid: "primary-ana-1767600000@tocsin",
      start: at("2026-03-02T08:00:00Z"),
      end: at("2026-03-09T08:00:00Z"),
      summary: "Ana Ruiz on call: primary",
    },
  ],
};

/** The content lines as they stand, checked for what RFC 5545 §3.1 asks of every line. */
function linesOf(text: string): string[] {
  expect(text.endsWith("\r\n")).toBe(true);
  const lines = text.slice(0, -2).split("\r\n");
  for (const line of lines) {
    expect(line).not.toMatch(/[\r\n]/);
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(line).not.toBe("");
  }
  return lines;
}

describe("a calendar", () => {
  test("has what RFC 5545 requires and what subscribers look for", () => {
    expect(linesOf(writeCalendar(calendar))).toEqual([
      "BEGIN:VCALENDAR",
      "VERSION:2.0",
      "PRODID:-//Tocsin//On call//EN",
      "CALSCALE:GREGORIAN",
      "METHOD:PUBLISH",
      "X-WR-CALNAME:On call: primary\\, Platform",
      "NAME:On call: primary\\, Platform",
      "REFRESH-INTERVAL;VALUE=DURATION:PT60M",
      "X-PUBLISHED-TTL:PT60M",
      "BEGIN:VEVENT",
      "UID:primary-ana-1767600000@tocsin",
      "DTSTAMP:20260301T120000Z",
      "DTSTART:20260302T080000Z",
      "DTEND:20260309T080000Z",
      "SUMMARY:Ana Ruiz on call: primary",
      "TRANSP:TRANSPARENT",
      "END:VEVENT",
      "END:VCALENDAR",
    ]);
  });

  test("without a shift is still a calendar", () => {
    const text = writeCalendar({ ...calendar, events: [] });
    expect(new ICAL.Component(ICAL.parse(text) as unknown[]).getAllSubcomponents()).toEqual([]);
  });
});

test("text is escaped and keeps its lines", () => {
  expect(escapeText("a,b;c\\d\r\ne\u2028f\0\x1b[31m")).toBe("a\\,b\\;c\\\\d\\ne\\nf[31m");
  expect(escapeText("half \ud83d")).toBe("half \ufffd");
});

test("folding never cuts a character in two", () => {
  const line = `SUMMARY:${"🔔ü€".repeat(40)}`;
  const folded = foldLine(line);
  for (const part of folded.split("\r\n")) {
    expect(Buffer.byteLength(part)).toBeLessThanOrEqual(75);
    expect(Buffer.from(part).toString()).toBe(part);
  }
  expect(folded.replaceAll("\r\n ", "")).toBe(line);
});

/** What a reader can get back: everything but controls, in which a bell of a name is no loss. */
const readable = (text: string): string =>
  text
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, "")
    .replace(/\p{Cs}/gu, "\ufffd");

test("whatever the names, ical.js reads the same events back", () => {
  const event = fc.record({
    start: fc.integer({ min: at("1990-01-01T00:00:00Z") / 1000, max: at("2090-01-01T00:00:00Z") / 1000 }),
    seconds: fc.integer({ min: 1, max: 400 * 86_400 }),
    summary: fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.string({
        unit: fc.constantFrom("\\", "n", "N", ",", ";", ":", '"', "\n", "\r", " ", "^", "ü", "🔔"),
      }),
    ),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 5 }), fc.string({ unit: "binary" }), (events, name) => {
      const written = events.map(({ start, seconds, summary }, index) => ({
        uid: `u${index}@tocsin`,
        start: start * 1000,
        end: (start + seconds) * 1000,
        summary,
        description: summary,
      }));
      const text = writeCalendar({ ...calendar, name, events: written });
      const unfolded = linesOf(text).join("\n").replaceAll("\n ", "").split("\n");
      const writtenName = unfolded.find((line) => line.startsWith("X-WR-CALNAME:"))!.slice(13);
      // Neither library takes this property for TEXT, so its escapes are undone here.
      expect(writtenName.replace(/\\(.)/gs, (_, letter: string) => (letter === "n" ? "\n" : letter))).toBe(
        readable(name),
      );
      const root = new ICAL.Component(ICAL.parse(text) as unknown[]);
      const read = root.getAllSubcomponents("vevent").map((component) => {
        const { uid, startDate, endDate, summary, description } = new ICAL.Event(component);
        return {
          uid,
          start: startDate.toUnixTime() * 1000,
          end: endDate.toUnixTime() * 1000,
          summary,
          description,
        };
      });
      expect(read).toEqual(
        written.map((each) => ({
          ...each,
          summary: readable(each.summary),
          description: readable(each.summary),
        })),
      );
    }),
    { numRuns: 300 },
  );
});

test("node-ical reads it too", () => {
  const read = Object.values(ical.sync.parseICS(writeCalendar(calendar))).filter(
    (component) => component?.type === "VEVENT",
  );
  expect(read).toMatchObject([
    {
      uid: "primary-ana-1767600000@tocsin",
      summary: "Ana Ruiz on call: primary",
      start: new Date("2026-03-02T08:00:00Z"),
      end: new Date("2026-03-09T08:00:00Z"),
      transparency: "TRANSPARENT",
    },
  ]);
});
