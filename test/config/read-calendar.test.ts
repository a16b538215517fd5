/** Calendars as Google, Outlook, Thunderbird and personnel systems write them, and as somebody hostile would. */
import fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, test } from "vitest";
import { readCalendar } from "#config/calendars/read-calendar";
import { escapeText, foldLine } from "#wire/icalendar";
import {
  calendar,
  calendarOptions as options,
  calendarPeople as people,
  read,
  refusal,
} from "../support/calendars.ts";

describe("times", () => {
  test.each<[string, string[], string[]]>([
    [
      "whole days are the person's own, summer or winter",
      ["DTSTART;VALUE=DATE:20260323", "DTEND;VALUE=DATE:20260330"],
      ["ana 2026-03-22T23:00 2026-03-29T22:00"],
    ],
    [
      "a day without an end is one day",
      ["DTSTART;VALUE=DATE:20260323"],
      ["ana 2026-03-22T23:00 2026-03-23T23:00"],
    ],
    [
      "a date without VALUE=DATE",
      ["DTSTART:20260323", "DTEND:20260324"],
      ["ana 2026-03-22T23:00 2026-03-23T23:00"],
    ],
    [
      "an instant",
      ["DTSTART:20260323T100000Z", "DTEND:20260323T120000Z"],
      ["ana 2026-03-23T10:00 2026-03-23T12:00"],
    ],
    [
      "a zone by name, over a change of the clocks",
      ["DTSTART;TZID=America/New_York:20260307T220000", "DTEND;TZID=America/New_York:20260308T060000"],
      ["ana 2026-03-08T03:00 2026-03-08T10:00"],
    ],
    [
      "a zone with a path before its name",
      ["DTSTART;TZID=/freeassociation.sourceforge.net/Asia/Tokyo:20260307T090000", "DURATION:PT1H"],
      ["ana 2026-03-07T00:00 2026-03-07T01:00"],
    ],
    [
      "no zone is the person's",
      ["DTSTART:20260707T090000", "DURATION:P1DT2H"],
      ["ana 2026-07-07T07:00 2026-07-08T09:00"],
    ],
    ["a moment is no absence", ["DTSTART:20260323T100000Z"], []],
    ["what is long over does not count", ["DTSTART;VALUE=DATE:20200101", "DTEND;VALUE=DATE:20201231"], []],
    [
      "what reaches into the window counts whole",
      ["DTSTART;VALUE=DATE:20251220", "DTEND;VALUE=DATE:20260105"],
      ["ana 2025-12-19T23:00 2026-01-04T23:00"],
    ],
  ])("%s", async (_, lines, entries) => {
    expect(await read(calendar(lines))).toEqual({ entries, warnings: [] });
  });

  test("a zone that only the file knows, as Outlook writes it", async () => {
    const zone = [
      "BEGIN:VTIMEZONE",
      "TZID:Our own time",
      "BEGIN:STANDARD",
      "DTSTART:16010101T030000",
      "TZOFFSETFROM:+0200",
      "TZOFFSETTO:+0100",
      "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10",
      "END:STANDARD",
      "BEGIN:DAYLIGHT",
      "DTSTART:16010101T020000",
      "TZOFFSETFROM:+0100",
      "TZOFFSETTO:+0200",
      "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3",
      "END:DAYLIGHT",
      "END:VTIMEZONE",
    ].join("\r\n");
    const text = calendar(
      ["DTSTART;TZID=Our own time:20260115T090000", "DURATION:PT1H"],
      ["DTSTART;TZID=Our own time:20260715T090000", "DURATION:PT1H"],
    ).replace("BEGIN:VEVENT", `${zone}\r\nBEGIN:VEVENT`);
    expect(await read(text)).toEqual({
      entries: ["ana 2026-01-15T08:00 2026-01-15T09:00", "ana 2026-07-15T07:00 2026-07-15T08:00"],
      warnings: [],
    });
    const hostile = text.replaceAll("FREQ=YEARLY;INTERVAL=1", "FREQ=SECONDLY");
    const { entries, warnings } = await read(hostile);
    expect(entries).toHaveLength(2);
    expect(warnings[0]).toContain('the time zone "Our own time" is unknown');
  });
});

describe("series", () => {
  test("weekly on the wall clock, with exceptions, additions and a moved one", async () => {
    const series = [
      "UID:series",
      "DTSTART;TZID=Europe/Berlin:20260316T090000",
      "DTEND;TZID=Europe/Berlin:20260316T170000",
      "RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20260420T070000Z",
      "EXDATE;TZID=Europe/Berlin:20260323T090000",
      "EXDATE;VALUE=DATE:20260406",
      "RDATE;TZID=Europe/Berlin:20260501T090000",
      "RDATE;VALUE=PERIOD:20260601T080000Z/PT1H,20260602T080000Z/20260602T100000Z",
    ];
    const moved = [
      "UID:series",
      "RECURRENCE-ID;TZID=Europe/Berlin:20260330T090000",
      "DTSTART:20260331T100000Z",
      "DTEND:20260331T110000Z",
    ];
    const cancelled = [
      "UID:series",
      "RECURRENCE-ID:20260413T070000Z",
      "DTSTART:20260413T070000Z",
      "DTEND:20260413T150000Z",
      "STATUS:CANCELLED",
    ];
    expect(await read(calendar(series, moved, cancelled))).toEqual({
      entries: [
        "ana 2026-03-16T08:00 2026-03-16T16:00",
        "ana 2026-03-31T10:00 2026-03-31T11:00",
        "ana 2026-04-20T07:00 2026-04-20T15:00",
        "ana 2026-05-01T07:00 2026-05-01T15:00",
        "ana 2026-06-01T08:00 2026-06-01T09:00",
        "ana 2026-06-02T08:00 2026-06-02T10:00",
      ],
      warnings: [],
    });
  });

  test("every year, all day, from long ago", async () => {
    const { entries } = await read(calendar(["DTSTART;VALUE=DATE:19990401", "RRULE:FREQ=YEARLY"]));
    expect(entries).toEqual([
      "ana 2026-03-31T22:00 2026-04-01T22:00",
      "ana 2027-03-31T22:00 2027-04-01T22:00",
    ]);
  });

  test("of two versions the newer one counts; cancelled ones do not", async () => {
    const old = ["UID:a", "SEQUENCE:1", "DTSTART;VALUE=DATE:20260501"];
    const fresh = ["UID:a", "SEQUENCE:2", "DTSTART;VALUE=DATE:20260601"];
    const gone = ["UID:b", "DTSTART;VALUE=DATE:20260701", "STATUS:CANCELLED"];
    expect((await read(calendar(fresh, old, gone))).entries).toEqual([
      "ana 2026-05-31T22:00 2026-06-01T22:00",
    ]);
  });

  test("the same as the library that calendars are made with expands", async () => {
    const rule = fc.oneof(
      fc.record({
        freq: fc.constant("WEEKLY"),
        more: fc
          .subarray(["MO", "TU", "WE", "TH", "FR", "SA", "SU"], { minLength: 1 })
          .map((days) => `;BYDAY=${days.join(",")}`),
      }),
      fc.record({ freq: fc.constant("DAILY"), more: fc.constantFrom("", ";BYMONTH=3,4", ";COUNT=40") }),
      fc.record({
        freq: fc.constant("MONTHLY"),
        more: fc.constantFrom("", ";BYDAY=1MO", ";BYDAY=-1FR", ";BYMONTHDAY=15,-1"),
      }),
      fc.record({ freq: fc.constant("YEARLY"), more: fc.constantFrom("", ";BYMONTH=6;BYDAY=2SU") }),
    );
    await fc.assert(
      fc.asyncProperty(
        rule,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 28 }),
        async ({ freq, more }, interval, day) => {
          const start = `202601${String(day).padStart(2, "0")}T090000Z`;
          const text = calendar([
            `DTSTART:${start}`,
            "DURATION:PT1H",
            `RRULE:FREQ=${freq};INTERVAL=${interval}${more}`,
          ]);
          const event = new ICAL.Event(
            new ICAL.Component(ICAL.parse(text) as unknown[]).getFirstSubcomponent("vevent")!,
          );
          const expected = [event.startDate.toUnixTime() * 1000];
          const iterator = event.iterator();
          for (
            let next = iterator.next();
            next && next.toUnixTime() * 1000 < options.to;
            next = iterator.next()
          )
            if (!expected.includes(next.toUnixTime() * 1000)) expected.push(next.toUnixTime() * 1000);
          const reading = await readCalendar(Buffer.from(text), options);
          expect(reading.ok && reading.entries.map((entry) => entry.start)).toEqual(
            expected.sort((a, b) => a - b),
          );
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("whom it concerns", () => {
  const day = "DTSTART;VALUE=DATE:20260501";
  test.each<[string, string[], string[]]>([
    [
      "an attendee's address",
      ["SUMMARY:Holiday", "ATTENDEE;CN=B;PARTSTAT=ACCEPTED:mailto:BEN@tocsin.test"],
      ["ben"],
    ],
    [
      "several attendees, without who declined",
      [
        "SUMMARY:Away",
        "ATTENDEE:mailto:ana@tocsin.test",
        "ATTENDEE:mailto:chi@tocsin.test",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:ben@tocsin.test",
      ],
      ["ana", "chi"],
    ],
    ["a title that is a name", ["SUMMARY:ben"], ["ben"]],
    ["a name within a title", ["SUMMARY:Urlaub – Ana  RUIZ (genehmigt)"], ["ana"]],
    ["an address within a title", ["SUMMARY:OOO chi@tocsin.test"], ["chi"]],
    ["an id within a title", ["SUMMARY:vacation: chi"], ["chi"]],
    ["a part of a word is nobody", ["SUMMARY:Bending machines in Chile"], []],
    ["nobody", ["SUMMARY:Team offsite"], []],
  ])("%s", async (_, lines, expected) => {
    const { entries, warnings } = await read(calendar([day, ...lines]));
    expect(entries.map((entry) => entry.split(" ")[0]).sort()).toEqual(expected);
    expect(warnings.length).toBe(expected.length === 0 ? 1 : 0);
    if (expected.length === 0)
      expect(warnings[0]).toMatch(/^line 4: ".*" names nobody of the team and is left out$/);
  });

  test("a calendar of one person needs no names", async () => {
    const { entries } = await read(calendar([day, "SUMMARY:Lisbon"]), { person: people[2]!.id });
    expect(entries).toEqual(["chi 2026-04-30T15:00 2026-05-01T15:00"]);
  });

  test("an override that names two is nobody's", async () => {
    const { entries, warnings } = await read(calendar([day, "SUMMARY:Ben instead of Ana Ruiz"]), {
      isForOne: true,
    });
    expect(entries).toEqual([]);
    expect(warnings[0]).toContain("names several people (ana, ben)");
  });
});

describe("what cannot be understood is left out and said; the rest counts", () => {
  test.each<[string, string[], RegExp]>([
    ["no start", [], /line 4: the event is left out: it has no DTSTART/],
    ["the 31st of February", ["DTSTART;VALUE=DATE:20260231"], /left out: .*2026-02-31/],
    ["month 13", ["DTSTART:20261301T000000Z"], /left out: .*2026-13-01/],
    ["25 o'clock", ["DTSTART:20260101T250000Z"], /left out: .*25:00/],
    [
      "an end before its start",
      ["DTSTART;VALUE=DATE:20260301", "DTEND;VALUE=DATE:20260201"],
      /left out: it ends before it begins/,
    ],
    [
      "no rule at all",
      ["DTSTART;VALUE=DATE:20260301", "RRULE:FREQ=FORTNIGHTLY"],
      /"Ana Ruiz" is left out: .*FREQ/,
    ],
    [
      "an endless rule by the second",
      ["DTSTART:20260301T000000Z", "DURATION:PT1H", "RRULE:FREQ=SECONDLY"],
      /repeats more often than daily/,
    ],
    [
      "a rule that never comes",
      ["DTSTART:20260301T000000Z", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "DURATION:PT0S"],
      /^$/,
    ],
    [
      "86,400 times a day",
      [
        "DTSTART:20260301T000000Z",
        "DURATION:PT1S",
        `RRULE:FREQ=DAILY;BYHOUR=${range(24)};BYMINUTE=${range(60)};BYSECOND=${range(60)}`,
      ],
      /is left out: .*(too often|times in)/,
    ],
    ["a duration without end", ["DTSTART:20260301T000000Z", "DURATION:P99999999999999999999W"], /left out/],
    ["a line that is none", ["DTSTART;VALUE=DATE:20260301", "SUMMARY;;;:x"], /^$|left out/],
  ])("%s", async (_, lines, said) => {
    const good = ["UID:good", "SUMMARY:Ben", "DTSTART:20260401T000000Z", "DTEND:20260402T000000Z"];
    const { entries, warnings } = await read(calendar(lines, good));
    expect(entries).toContain("ben 2026-04-01T00:00 2026-04-02T00:00");
    expect(warnings.join("\n")).toMatch(said);
    for (const warning of warnings) expect(warning).not.toContain("\n");
  });
});

function range(count: number): string {
  return Array.from({ length: count }, (_, index) => index).join(",");
}

describe("a file that is none is refused whole", () => {
  const good = calendar(["DTSTART;VALUE=DATE:20260301"]);
  test.each<[string, string | Uint8Array, RegExp]>([
    [
      "a login page",
      "<!DOCTYPE html>\n<html>Sign in",
      /^it is no iCalendar file; it begins with "<!DOCTYPE html> <html>Sign in"$/,
    ],
    ["nothing", "", /^it is no iCalendar file/],
    ["cut off within an event", good.slice(0, 120), /cut off/],
    ["cut off after an event", good.replace("END:VCALENDAR", ""), /cut off/],
    [
      "ends that do not fit",
      good.replace("END:VEVENT", "END:VTODO"),
      /^line 8: END:VTODO where VEVENT is open$/,
    ],
    ["a vCard", "BEGIN:VCARD\r\nEND:VCARD\r\n", /^it is no iCalendar file/],
    [
      "nested a million times",
      `BEGIN:VCALENDAR\r\n${"BEGIN:VEVENT\r\n".repeat(700_000)}`,
      /nested far too deeply/,
    ],
    [
      "more events than a team can have",
      calendar(...Array.from({ length: 20_001 }, () => ["DTSTART;VALUE=DATE:20260301"])),
      /more than 20000 events/,
    ],
    [
      "an event of a megabyte",
      calendar([`SUMMARY:${"x".repeat(1024 * 1024)}`]),
      /^line 4: an event larger than 256 KiB/,
    ],
    [
      "one folded line without end",
      calendar([`SUMMARY:x${"\r\n x".repeat(300_000)}`]),
      /larger than 256 KiB/,
    ],
    ["eleven megabytes", new Uint8Array(11 * 1024 * 1024), /larger than 10 MiB/],
    ["zeros", new Uint8Array(1000), /no iCalendar/],
  ])("%s", async (_, text, said) => {
    expect(await refusal(text)).toMatch(said);
  });

  test("but a mark, bare line ends, lower case and alarms are fine", async () => {
    const text =
      `\ufeff${calendar(["DTSTART;VALUE=DATE:20260301", "BEGIN:VALARM", "TRIGGER:-PT15M", "DURATION:PT5M", "END:VALARM"])}`
        .replaceAll("\r\n", "\n")
        .replaceAll("BEGIN", "begin")
        .replaceAll("END:", "end:");
    expect(await read(text)).toEqual({ entries: ["ana 2026-02-28T23:00 2026-03-01T23:00"], warnings: [] });
  });
});

describe("bounds", () => {
  test("ten megabytes are read while other work goes on, and no pause is long", async () => {
    const noise = `DESCRIPTION:${"Lorem ipsum\\, ".repeat(30)}`;
    const events: string[][] = [];
    for (let size = 0, index = 0; size < 9.5 * 1024 * 1024; index += 1) {
      const lines = [
        `UID:${index}`,
        `SUMMARY:Ana Ruiz ${index}`,
        `DTSTART;VALUE=DATE:2026${String((index % 12) + 1).padStart(2, "0")}${String((index % 28) + 1).padStart(2, "0")}`,
        noise,
        noise,
      ];
      events.push(lines);
      size += lines.join("\r\n").length + 30;
    }
    const bytes = Buffer.from(calendar(...events));
    expect(bytes.length).toBeGreaterThan(9 * 1024 * 1024);
    let pauses = 0;
    const reading = await readCalendar(bytes, { ...options, pause: async () => void (pauses += 1) });
    expect(reading.ok && reading.entries.length).toBe(84);
    expect(pauses).toBeGreaterThan(5);
  });

  test("more than 10,000 entries are cut, and that is said first", async () => {
    const days = Array.from({ length: 60 }, (_, index) => [
      `UID:${index}`,
      `DTSTART:20260101T00${String(index).padStart(2, "0")}00Z`,
      "DURATION:PT1M",
      "RRULE:FREQ=DAILY",
    ]);
    const { entries, warnings } = await read(calendar(...days));
    expect(entries).toHaveLength(10_000);
    expect(warnings[0]).toContain("more than 10000 entries");
  });

  test("thousands of costly rules end when the time is up", async () => {
    const costly = Array.from({ length: 3000 }, (_, index) => [
      `UID:${index}`,
      `DTSTART:1970${String((index % 12) + 1).padStart(2, "0")}01T000000Z`,
      "DURATION:PT1H",
      "RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
    ]);
    let time = 0;
    // Each look at the stopwatch is a tenth of a second later.
    const { warnings } = await read(calendar(...costly), { stopwatch: () => (time += 100) });
    expect(warnings[0]).toContain("takes too long");
  });

  test("a warning for each of thousands is twenty and a number", async () => {
    const { warnings } = await read(calendar(...Array.from({ length: 5000 }, () => ["SUMMARY:x"])));
    expect(warnings).toHaveLength(21);
    expect(warnings.at(-1)).toBe("and 4980 more");
  });
});

test("no bytes make it throw", async () => {
  const line = fc.oneof(
    fc.constantFrom(
      "BEGIN:VEVENT",
      "END:VEVENT",
      "BEGIN:VALARM",
      "END:VALARM",
      "SUMMARY:Ana",
      "DTSTART:20260301",
      "DTSTART:20260301T000000Z",
      "DTEND:20260302",
      "DURATION:P1D",
      "RRULE:FREQ=DAILY;COUNT=3",
      "RECURRENCE-ID:20260301",
      "EXDATE:20260301",
      "RECURRENCE-ID;RANGE=THISANDFUTURE:20260302",
      "RECURRENCE-ID;RANGE=THISANDFUTURE:20260302T000000Z",
      "BEGIN:VTIMEZONE",
      "END:VTIMEZONE",
      "BEGIN:STANDARD",
      "END:STANDARD",
      "TZID:x",
      "TZOFFSETFROM:+0100",
      "TZOFFSETTO:+0200",
      "DTSTART;TZID=a:b;c:20260301T000000",
      "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
      "ATTENDEE;CN=Ana Ruiz:mailto:ana@tocsin.test",
      "ORGANIZER:mailto:ana@tocsin.test",
      "RDATE;VALUE=PERIOD:20260301T000000Z/PT1H",
      "UID:1",
      "DTSTART;TZID=x:20260301T000000",
      " folded",
    ),
    fc.string({ maxLength: 60 }),
    fc
      .tuple(
        fc.constantFrom(
          "DTSTART",
          "DTEND",
          "RRULE",
          "EXDATE",
          "RDATE",
          "DURATION",
          "ATTENDEE",
          "RECURRENCE-ID",
          "TZID",
        ),
        fc.string({ maxLength: 40 }),
      )
      .map(([name, value]) => foldLine(`${name}:${escapeText(value)}`)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 20 }), fc.boolean(), async (lines, framed) => {
      const text = framed ? calendar(lines) : lines.join("\r\n");
      expect(typeof (await readCalendar(Buffer.from(text), options)).ok).toBe("boolean");
    }),
    { numRuns: 1500 },
  );
});
