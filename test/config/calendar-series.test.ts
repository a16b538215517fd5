/** Calendars' series that change on the way, how long their events last, and whom they concern. */
import ICAL from "ical.js";
import { describe, expect, test } from "vitest";
import { calendar, read } from "../support/calendars.ts";

const berlin = "TZID=Europe/Berlin";
const weekly = [
  "UID:s",
  `DTSTART;${berlin}:20260302T090000`,
  `DTEND;${berlin}:20260302T170000`,
  "RRULE:FREQ=WEEKLY;COUNT=6",
];

async function entriesOf(...events: string[][]): Promise<string[]> {
  return (await read(calendar(...events))).entries;
}

describe("RANGE=THISANDFUTURE moves all that follow", () => {
  test("by the same time on the wall clock, over a change of the clocks, and for as long", async () => {
    const later = [
      "UID:s",
      `RECURRENCE-ID;RANGE=THISANDFUTURE;${berlin}:20260316T090000`,
      `DTSTART;${berlin}:20260317T103000`,
      `DTEND;${berlin}:20260317T113000`,
    ];
    expect(await entriesOf(weekly, later)).toEqual([
      "ana 2026-03-02T08:00 2026-03-02T16:00",
      "ana 2026-03-09T08:00 2026-03-09T16:00",
      "ana 2026-03-17T09:30 2026-03-17T10:30",
      "ana 2026-03-24T09:30 2026-03-24T10:30",
      "ana 2026-03-31T08:30 2026-03-31T09:30",
      "ana 2026-04-07T08:30 2026-04-07T09:30",
    ]);
  });

  test("also to somebody else, until the next one, with exceptions and one that is moved alone", async () => {
    const series = [...weekly, `EXDATE;${berlin}:20260330T090000`];
    const toBen = [
      "UID:s",
      "SUMMARY:Ben",
      `RECURRENCE-ID;RANGE=THISANDFUTURE;${berlin}:20260309T090000`,
      `DTSTART;${berlin}:20260309T100000`,
      "DURATION:PT2H",
    ];
    const alone = [
      "UID:s",
      `RECURRENCE-ID;${berlin}:20260316T090000`,
      "DTSTART:20260318T000000Z",
      "DURATION:PT1H",
    ];
    const toChi = [
      "UID:s",
      "SUMMARY:chi",
      `RECURRENCE-ID;RANGE=THISANDFUTURE;${berlin}:20260323T090000`,
      `DTSTART;${berlin}:20260323T080000`,
      "DURATION:PT1H",
    ];
    const expected = [
      "ana 2026-03-02T08:00 2026-03-02T16:00",
      "ben 2026-03-09T09:00 2026-03-09T11:00",
      "ana 2026-03-18T00:00 2026-03-18T01:00",
      "chi 2026-03-23T07:00 2026-03-23T08:00",
      "chi 2026-04-06T06:00 2026-04-06T07:00",
    ];
    expect(await entriesOf(series, toBen, alone, toChi)).toEqual(expected);
    expect(await entriesOf(toChi, alone, toBen, series)).toEqual(expected);
  });

  test("a cancelled one ends the series", async () => {
    const end = [
      "UID:s",
      "STATUS:CANCELLED",
      `RECURRENCE-ID;RANGE=THISANDFUTURE;${berlin}:20260309T090000`,
      `DTSTART;${berlin}:20260309T090000`,
    ];
    expect(await entriesOf(weekly, end)).toEqual(["ana 2026-03-02T08:00 2026-03-02T16:00"]);
  });

  test("whole days, also where they become times and times become days", async () => {
    const days = ["UID:d", "DTSTART;VALUE=DATE:20260302", "RRULE:FREQ=WEEKLY;COUNT=3"];
    const from = (...lines: string[]) => [
      "UID:d",
      "RECURRENCE-ID;VALUE=DATE;RANGE=THISANDFUTURE:20260309",
      ...lines,
    ];
    expect(await entriesOf(days, from("DTSTART;VALUE=DATE:20260310", "DTEND;VALUE=DATE:20260312"))).toEqual([
      "ana 2026-03-01T23:00 2026-03-02T23:00",
      "ana 2026-03-09T23:00 2026-03-11T23:00",
      "ana 2026-03-16T23:00 2026-03-18T23:00",
    ]);
    expect(await entriesOf(days, from("DTSTART:20260310T120000Z", "DURATION:PT1H"))).toEqual([
      "ana 2026-03-01T23:00 2026-03-02T23:00",
      "ana 2026-03-10T12:00 2026-03-10T13:00",
      "ana 2026-03-17T12:00 2026-03-17T13:00",
    ]);
    const day = [
      "UID:s",
      `RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260330`,
      "DTSTART;VALUE=DATE:20260401",
    ];
    expect((await entriesOf(weekly, day)).slice(4)).toEqual([
      "ana 2026-03-31T22:00 2026-04-01T22:00",
      "ana 2026-04-07T22:00 2026-04-08T22:00",
    ]);
  });

  test("into the time that counts and out of it, for a series without an end", async () => {
    const endless = ["UID:e", "DTSTART:20150105T090000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYMONTHDAY=5"];
    const ahead = [
      "UID:e",
      "RECURRENCE-ID;RANGE=THISANDFUTURE:20150205T090000Z",
      "DTSTART:20160205T100000Z",
      "DURATION:PT1H",
    ];
    const entries = await entriesOf(endless, ahead);
    expect(entries).toHaveLength(24);
    expect(entries[0]).toBe("ana 2026-01-05T10:00 2026-01-05T11:00");
    expect(entries.at(-1)).toBe("ana 2027-12-05T10:00 2027-12-05T11:00");
  });

  test("as the library that calendars are made with has it", async () => {
    for (const [day, hour, minutes] of [
      ["20260316", "12", 45],
      ["20260322", "07", 600],
      ["20260330", "23", 90],
    ] as const) {
      const moved = [
        "UID:s",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20260316T090000Z",
        `DTSTART:${day}T${hour}0000Z`,
        `DURATION:PT${minutes}M`,
      ];
      const series = [
        "UID:s",
        "DTSTART:20260302T090000Z",
        "DTEND:20260302T100000Z",
        "RRULE:FREQ=WEEKLY;COUNT=9",
      ];
      const text = calendar(series, moved);
      const root = new ICAL.Component(ICAL.parse(text) as unknown[]);
      const event = new ICAL.Event(root.getFirstSubcomponent("vevent")!);
      const iterator = event.iterator();
      const expected: string[] = [];
      for (let next = iterator.next(); next; next = iterator.next()) {
        const { startDate, endDate } = event.getOccurrenceDetails(next);
        const [start, end] = [startDate, endDate].map((time) => time.toJSDate().toISOString().slice(0, 16));
        expected.push(`ana ${start} ${end}`);
      }
      expect(await entriesOf(series, moved)).toEqual(
        expected.sort((a, b) => (a.slice(4) < b.slice(4) ? -1 : 1)),
      );
    }
  });

  test("a series that is called off takes what was changed of it along, unless that is newer", async () => {
    const off = [...weekly, "STATUS:CANCELLED", "SEQUENCE:3"];
    const change = (sequence: number) => [
      "UID:s",
      `SEQUENCE:${sequence}`,
      `RECURRENCE-ID;RANGE=THISANDFUTURE;${berlin}:20260316T090000`,
      "DTSTART:20260316T120000Z",
      "DURATION:PT1H",
    ];
    expect(await entriesOf(off, change(2))).toEqual([]);
    expect(await entriesOf(off, change(4))).toEqual(["ana 2026-03-16T12:00 2026-03-16T13:00"]);
  });

  test("a long one starts before the time that counts and reaches into it", async () => {
    const series = ["UID:l", "DTSTART:20251101T000000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;COUNT=3"];
    const longer = [
      "UID:l",
      "RECURRENCE-ID;RANGE=THISANDFUTURE:20251101T000000Z",
      "DTSTART:20251101T000000Z",
      "DURATION:P40D",
    ];
    expect(await entriesOf(series, longer)).toEqual([
      "ana 2025-12-01T00:00 2026-01-10T00:00",
      "ana 2026-01-01T00:00 2026-02-10T00:00",
    ]);
  });

  test("hundreds of them in one series take no time", async () => {
    const days = Array.from({ length: 400 }, (_, index) =>
      new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10).replaceAll("-", ""),
    );
    const series = ["UID:h", "DTSTART:20260101T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY"];
    const moved = days.map((day) => [
      "UID:h",
      `RECURRENCE-ID;RANGE=THISANDFUTURE:${day}T000000Z`,
      `DTSTART:${day}T020000Z`,
      "DURATION:PT1H",
    ]);
    const { entries, warnings } = await read(calendar(series, ...moved));
    expect(warnings).toEqual([]);
    expect(entries).toHaveLength(730);
    expect(entries.at(-1)).toBe("ana 2027-12-31T02:00 2027-12-31T03:00");
  });

  test("THISANDPRIOR, which is no longer in use, is said", async () => {
    const prior = [
      "UID:s",
      `RECURRENCE-ID;RANGE=THISANDPRIOR;${berlin}:20260316T090000`,
      "DTSTART:20260316T120000Z",
      "DURATION:PT1H",
    ];
    expect((await read(calendar(weekly, prior))).warnings[0]).toContain("RANGE=THISANDPRIOR is no longer");
  });
});

describe("how long it lasts", () => {
  test.each<[string, string[], string[]]>([
    [
      "days and weeks are those of the wall clock",
      [`DTSTART;${berlin}:20260323T090000`, "DURATION:P7D"],
      ["ana 2026-03-23T08:00 2026-03-30T07:00"],
    ],
    [
      "a week",
      [`DTSTART;${berlin}:20261019T090000`, "DURATION:P1W"],
      ["ana 2026-10-19T07:00 2026-10-26T08:00"],
    ],
    [
      "first the days, then the hours as they pass",
      [`DTSTART;${berlin}:20260327T200000`, "DURATION:P1DT12H"],
      ["ana 2026-03-27T19:00 2026-03-29T07:00"],
    ],
    [
      "hours are hours",
      [`DTSTART;${berlin}:20260328T090000`, "DURATION:PT24H"],
      ["ana 2026-03-28T08:00 2026-03-29T08:00"],
    ],
    ["in UTC", ["DTSTART:20260323T090000Z", "DURATION:P7D"], ["ana 2026-03-23T09:00 2026-03-30T09:00"]],
    [
      "where no zone is named, those of the person",
      ["DTSTART:20260323T090000", "DURATION:P7D"],
      ["ana 2026-03-23T08:00 2026-03-30T07:00"],
    ],
    [
      "an addition's own",
      [
        `DTSTART;${berlin}:20260101T090000`,
        "DURATION:PT1H",
        `RDATE;VALUE=PERIOD;${berlin}:20260323T090000/P7D`,
      ],
      ["ana 2026-01-01T08:00 2026-01-01T09:00", "ana 2026-03-23T08:00 2026-03-30T07:00"],
    ],
    [
      "each of a series its own, without a hole between",
      [`DTSTART;${berlin}:20260316T090000`, "DURATION:P1W", "RRULE:FREQ=WEEKLY;COUNT=3"],
      [
        "ana 2026-03-16T08:00 2026-03-23T08:00",
        "ana 2026-03-23T08:00 2026-03-30T07:00",
        "ana 2026-03-30T07:00 2026-04-06T07:00",
      ],
    ],
    [
      "an end by its time is exact for all of a series (RFC 5545 §3.8.5.3)",
      [`DTSTART;${berlin}:20260321T090000`, `DTEND;${berlin}:20260322T090000`, "RRULE:FREQ=WEEKLY;COUNT=2"],
      ["ana 2026-03-21T08:00 2026-03-22T08:00", "ana 2026-03-28T08:00 2026-03-29T08:00"],
    ],
    [
      "a day that ends on itself is that day",
      ["DTSTART;VALUE=DATE:20260323", "DTEND;VALUE=DATE:20260323"],
      ["ana 2026-03-22T23:00 2026-03-23T23:00"],
    ],
  ])("%s", async (_, lines, entries) => {
    expect(await entriesOf(lines)).toEqual(entries);
  });

  test.each(["-P1D", "-PT1H"])("%s is before it begins", async (length) => {
    const { entries, warnings } = await read(calendar(["DTSTART:20260323T090000Z", `DURATION:${length}`]));
    expect(entries).toEqual([]);
    expect(warnings[0]).toContain("it ends before it begins");
  });
});

describe("whom it concerns, when programs add the organiser to those who attend", () => {
  const [ana, ben, chi] = ["ana", "ben", "chi"].map((id) => `ATTENDEE:mailto:${id}@tocsin.test`) as [
    string,
    string,
    string,
  ];
  const byBen = "ORGANIZER;CN=Ben:mailto:BEN@tocsin.test";
  const day = "DTSTART;VALUE=DATE:20260501";
  const names = async (isForOne: boolean, ...lines: string[]): Promise<(string | undefined)[]> =>
    (await read(calendar([day, ...lines]), { isForOne, timeZone: isForOne ? "UTC" : null })).entries
      .map((entry) => entry.split(" ")[0])
      .sort();

  test.each<[string, string[], string[]]>([
    ["the title names one of them", ["SUMMARY:Ana Ruiz takes over", byBen, ben, ana], ["ana"]],
    ["the title is an id", ["SUMMARY:ana", byBen, ana, ben], ["ana"]],
    ["the title names nobody, and there is one guest", ["SUMMARY:On call", byBen, ben, chi], ["chi"]],
    [
      "only the organiser attends, and the title names another",
      ["SUMMARY:On call: chi", byBen, ben],
      ["chi"],
    ],
    ["only the organiser attends, and the title names nobody", ["SUMMARY:On call", byBen, ben], ["ben"]],
    ["the organiser takes over himself", ["SUMMARY:Ben for Ana", byBen, ben], ["ben"]],
    ["an attendee is surer than the title", ["SUMMARY:Ben instead of Ana Ruiz", byBen, ben], ["ben"]],
    ["two guests, and the title names one", ["SUMMARY:Ana Ruiz", ana, chi], ["ana"]],
    ["two guests, and the title names nobody", ["SUMMARY:On call", ana, chi], []],
    ["two that attend, both named", ["SUMMARY:Ben for Ana Ruiz", byBen, ana, ben], []],
  ])("an override: %s", async (_, lines, expected) => {
    expect(await names(true, ...lines)).toEqual(expected);
  });

  test.each<[string, string[], string[]]>([
    ["the title names the one who is away", ["SUMMARY:Holiday: Ana Ruiz", byBen, ben, ana], ["ana"]],
    ["only the organiser attends", ["SUMMARY:Holiday: Ana Ruiz", byBen, ben], ["ana"]],
    ["the title names nobody: all of them", ["SUMMARY:Offsite", byBen, ben, ana], ["ana", "ben"]],
    ["the title names the organiser: all of them", ["SUMMARY:Ben away", byBen, ben, ana], ["ana", "ben"]],
  ])("an absence: %s", async (_, lines, expected) => {
    expect(await names(false, ...lines)).toEqual(expected);
  });

  test("an attendee by name, by the address beside it, and one who is only to know", async () => {
    const by = (line: string) => names(false, "SUMMARY:Away", line);
    expect(await by('ATTENDEE;CN="Ana Ruiz":mailto:private@example.org')).toEqual(["ana"]);
    expect(await by("ATTENDEE;CN=chi tanaka:invalid:nomail")).toEqual(["chi"]);
    expect(await by("ATTENDEE;EMAIL=ben@tocsin.test:/principals/1/")).toEqual(["ben"]);
    expect(
      await names(false, "SUMMARY:Away", ana, "ATTENDEE;ROLE=NON-PARTICIPANT:mailto:chi@tocsin.test"),
    ).toEqual(["ana"]);
  });
});
