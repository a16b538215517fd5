/** Which time a calendar means: its own VTIMEZONE, names as IANA, Windows and Outlook have them, offsets, and none at all. */
import { describe, expect, test } from "vitest";
import { calendar, read } from "../support/calendars.ts";

interface Observance {
  readonly kind?: "STANDARD" | "DAYLIGHT";
  readonly start: string;
  readonly from: string;
  readonly to: string;
  readonly more?: readonly string[];
}

function vtimezone(tzid: string, observances: readonly Observance[], ...more: readonly string[]): string {
  const lines = observances.flatMap(({ kind = "STANDARD", start, from, to, more: own = [] }) => [
    `BEGIN:${kind}`,
    `DTSTART:${start}`,
    `TZOFFSETFROM:${from}`,
    `TZOFFSETTO:${to}`,
    ...own,
    `END:${kind}`,
  ]);
  return ["BEGIN:VTIMEZONE", `TZID:${tzid}`, ...more, ...lines, "END:VTIMEZONE"].join("\r\n");
}

const british = [
  {
    kind: "DAYLIGHT",
    start: "19810329T010000",
    from: "+0000",
    to: "+0100",
    more: ["RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"],
  },
  { start: "19961027T020000", from: "+0100", to: "+0000", more: ["RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"] },
] as const;
const american = [
  {
    kind: "DAYLIGHT",
    start: "20070311T020000",
    from: "-0500",
    to: "-0400",
    more: ["RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"],
  },
  { start: "20071104T020000", from: "-0400", to: "-0500", more: ["RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"] },
] as const;

/** The instants at which events that begin at these local times begin. */
async function starts(tzid: string, times: readonly string[], ...zones: readonly string[]) {
  const events = times.map((time) => [`DTSTART;TZID=${tzid}:${time}`, "DURATION:PT1H"]);
  const text = calendar(...events).replace("PRODID:x", ["PRODID:x", ...zones].join("\r\n"));
  const { entries, warnings } = await read(text);
  return { starts: entries.map((entry) => entry.split(" ")[1]), warnings };
}

describe("the file's own VTIMEZONE wins over a namesake", () => {
  test.each<[string, readonly Observance[], string, string]>([
    ["GMT", british, "20260723T102000", "2026-07-23T09:20"],
    ["GMT", british, "20260123T102000", "2026-01-23T10:20"],
    ["EST", american, "20260708T090000", "2026-07-08T13:00"],
    ["EST", american, "20260108T090000", "2026-01-08T14:00"],
    // The right name for the wrong place: an office that never changed its clocks.
    [
      "Europe/Berlin",
      [{ start: "19700101T000000", from: "+0100", to: "+0100" }],
      "20260708T090000",
      "2026-07-08T08:00",
    ],
    // Windows' name, and a path before it.
    ["Eastern Standard Time", british, "20260708T090000", "2026-07-08T08:00"],
    ["/example.org/20260101_1/Europe/Paris", american, "20260708T090000", "2026-07-08T13:00"],
  ])("%s", async (tzid, observances, local, instant) => {
    expect(await starts(tzid, [local], vtimezone(tzid, observances))).toEqual({
      starts: [instant],
      warnings: [],
    });
  });

  test("however it is written: quoted, escaped, in another case", async () => {
    const written = vtimezone("(UTC+01:00) Office\\, First Floor", american);
    const tzid = '"(utc+01:00) Office, First Floor"';
    expect((await starts(tzid, ["20260708T090000"], written)).starts).toEqual(["2026-07-08T13:00"]);
  });

  test("with several observances, each for its years, and changes by RDATE", async () => {
    const zone = vtimezone("Local", [
      {
        kind: "DAYLIGHT",
        start: "20260401T020000",
        from: "+0300",
        to: "+0400",
        more: ["RDATE:20270415T020000,20260401T020000"],
      },
      {
        start: "20260901T030000",
        from: "+0400",
        to: "+0300",
        more: ["RRULE:FREQ=YEARLY;UNTIL=20260831T230000Z"],
      },
      { start: "20271001T030000", from: "+0400", to: "+0530" },
    ]);
    const times = ["20260301", "20260601", "20261001", "20270601", "20271101"].map((day) => `${day}T120000`);
    expect((await starts("Local", times, zone)).starts).toEqual([
      "2026-03-01T09:00",
      "2026-06-01T08:00",
      "2026-10-01T09:00",
      "2027-06-01T08:00",
      "2027-11-01T06:30",
    ]);
  });

  test("a time that is skipped moves forward; one that comes twice is the first (RFC 5545 §3.3.5)", async () => {
    const zone = vtimezone("Own", british);
    const times = ["20260329T013000", "20261025T013000", "20261025T003000", "20261025T023000"];
    expect((await starts("Own", times, zone)).starts).toEqual([
      "2026-03-29T01:30",
      "2026-10-24T23:30",
      "2026-10-25T00:30",
      "2026-10-25T02:30",
    ]);
  });

  test("changes that end some day go on as the zone that they agree with; those of another zone do not", async () => {
    const listed = [
      { kind: "DAYLIGHT", start: "20250330T020000", from: "+0100", to: "+0200" },
      { start: "20251026T030000", from: "+0200", to: "+0100" },
    ] as const;
    const times = ["20250708T090000", "20260708T090000"];
    const { starts: known } = await starts("Europe/Berlin", times, vtimezone("Europe/Berlin", listed));
    expect(known).toEqual(["2026-07-08T07:00"]);
    const { starts: other } = await starts("Europe/Lisbon", times, vtimezone("Europe/Lisbon", listed));
    expect(other).toEqual(["2026-07-08T08:00"]);
    const located = vtimezone("Work", listed, "X-LIC-LOCATION:Europe/Berlin");
    expect((await starts("Work", times, located)).starts).toEqual(["2026-07-08T07:00"]);
  });

  test("one that says nothing of the time leaves it to the name", async () => {
    for (const observances of [
      [],
      [{ start: "20260101T000000", from: "+2500", to: "+0100" }],
      [{ start: "20260101T000000", from: "+0100", to: "+0100", more: ["RRULE:FREQ=SECONDLY"] }],
    ])
      expect(await starts("Asia/Tokyo", ["20260708T090000"], vtimezone("Asia/Tokyo", observances))).toEqual({
        starts: ["2026-07-08T00:00"],
        warnings: [],
      });
    const located = vtimezone("Work", [], "X-LIC-LOCATION:Asia/Tokyo");
    expect((await starts("Work", ["20260708T090000"], located)).starts).toEqual(["2026-07-08T00:00"]);
  });

  test("thousands of changes in one zone take no time", async () => {
    const many = Array.from({ length: 2000 }, (_, index) => ({
      start: `20260101T${String(index % 24).padStart(2, "0")}0000`,
      from: "+0000",
      to: "+0100",
      more: ["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"],
    }));
    const started = performance.now();
    expect((await starts("Asia/Tokyo", ["20260708T090000"], vtimezone("Asia/Tokyo", many))).starts).toEqual([
      "2026-07-08T00:00",
    ]);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe("names", () => {
  test.each<[string, string, string]>([
    ["Central Standard Time (Mexico)", "20260708T120000", "2026-07-08T18:00"],
    ["W. Europe Standard Time", "20260708T120000", "2026-07-08T10:00"],
    ["Pacific Standard Time", "20260708T120000", "2026-07-08T19:00"],
    ["GMT Standard Time", "20260708T120000", "2026-07-08T11:00"],
    ["India Standard Time", "20260708T120000", "2026-07-08T06:30"],
    ["AUS Eastern Standard Time", "20260108T120000", "2026-01-08T01:00"],
    ["eastern daylight time", "20260708T120000", "2026-07-08T16:00"],
    // As Outlook shows them: a place, with its summer.
    ['"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"', "20260708T120000", "2026-07-08T10:00"],
    ["(UTC+01:00) Amsterdam\\, Berlin\\, Bern", "20260708T120000", "2026-07-08T10:00"],
    ['"(UTC-05:00) Eastern Time (US & Canada)"', "20260708T120000", "2026-07-08T16:00"],
    ['"(GMT-06:00) Guadalajara, Mexico City, Monterrey"', "20260708T120000", "2026-07-08T18:00"],
    ['"(UTC) Dublin, Edinburgh, Lisbon, London"', "20260708T120000", "2026-07-08T11:00"],
    ['"(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi"', "20260708T120000", "2026-07-08T06:30"],
    // Exchange's, with a point.
    ['"(GMT-05.00) Eastern Time (US & Canada)"', "20260708T120000", "2026-07-08T16:00"],
    ['"(GMT+01.00) Sarajevo/Warsaw/Zagreb"', "20260708T120000", "2026-07-08T10:00"],
    ['"(UTC) Coordinated Universal Time"', "20260708T120000", "2026-07-08T12:00"],
    ["Coordinated Universal Time", "20260708T120000", "2026-07-08T12:00"],
    // Offsets.
    ['"(GMT +01:00)"', "20260708T120000", "2026-07-08T11:00"],
    ["(GMT +01:00)", "20260708T120000", "2026-07-08T11:00"],
    ["GMT+0100", "20260708T120000", "2026-07-08T11:00"],
    ["UTC-3", "20260708T120000", "2026-07-08T15:00"],
    ["+05:30", "20260708T120000", "2026-07-08T06:30"],
    ["(UTC)", "20260708T120000", "2026-07-08T12:00"],
    // IANA's, whose Etc/GMT+5 is five hours behind.
    ["Etc/GMT+5", "20260708T120000", "2026-07-08T17:00"],
    ["/mozilla.org/20050126_1/Europe/Berlin", "20260708T120000", "2026-07-08T10:00"],
    [
      "/freeassociation.sourceforge.net/America/Argentina/Buenos_Aires",
      "20260708T120000",
      "2026-07-08T15:00",
    ],
    ["US-Eastern", "20260708T120000", "2026-07-08T16:00"],
    ["America-New_York", "20260708T120000", "2026-07-08T16:00"],
    ["tzone://Microsoft/Utc", "20260708T120000", "2026-07-08T12:00"],
    ['"tzone://Microsoft/Utc"', "20260708T120000", "2026-07-08T12:00"],
  ])("%s", async (tzid, local, instant) => {
    expect(await starts(tzid, [local])).toEqual({ starts: [instant], warnings: [] });
  });

  test("a colon without quotes in any time of the event", async () => {
    const zone = "TZID=tzone://Microsoft/Utc";
    const { entries } = await read(
      calendar([
        `DTSTART;VALUE=DATE-TIME;${zone}:20260701T090000`,
        `DTEND;${zone};VALUE=DATE-TIME:20260701T100000`,
        "RRULE:FREQ=DAILY;COUNT=3",
        `EXDATE;${zone}:20260702T090000`,
      ]),
    );
    expect(entries).toEqual([
      "ana 2026-07-01T09:00 2026-07-01T10:00",
      "ana 2026-07-03T09:00 2026-07-03T10:00",
    ]);
  });

  test("where only the offset is known, that is used and said", async () => {
    const { starts: found, warnings } = await starts('"(UTC+03:00) Atlantis, Lemuria"', ["20260708T120000"]);
    expect(found).toEqual(["2026-07-08T09:00"]);
    expect(warnings).toEqual([
      'line 4: the time zone "(UTC+03:00) Atlantis, Lemuria" is unknown but for its offset, which is used all the year',
    ]);
  });

  test.each(["Atlantis", "IST", "Customized Time Zone", "+99:00", "", "Zagreb Time"])(
    "what nobody knows is said: %s",
    async (tzid) => {
      const { starts: found, warnings } = await starts(`"${tzid}"`, ["20260708T120000"]);
      expect(found).toEqual(["2026-07-08T10:00"]);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain("is unknown; that of whoever it concerns is used");
    },
  );
});

describe("times that name no zone", () => {
  const days = ["DTSTART;VALUE=DATE:20260723", "DTEND;VALUE=DATE:20260725"];

  test("a whole day is its person's when it is an absence, and its schedule's when it is an override", async () => {
    const text = calendar([...days, "SUMMARY:Chi Tanaka"]);
    expect((await read(text)).entries).toEqual(["chi 2026-07-22T15:00 2026-07-24T15:00"]);
    const override = { isForOne: true, timeZone: "America/New_York" };
    expect((await read(text, override)).entries).toEqual(["chi 2026-07-23T04:00 2026-07-25T04:00"]);
  });

  test("so are days over a change of the clocks, days that come back, and times of day", async () => {
    const override = { isForOne: true, timeZone: "Europe/Berlin" };
    const text = calendar(
      ["DTSTART;VALUE=DATE:20260328", "DTEND;VALUE=DATE:20260330"],
      ["DTSTART;VALUE=DATE:20261024", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20261025"],
      ["DTSTART:20260701T090000", "DTEND:20260701T170000", "SUMMARY:Ben"],
    );
    expect((await read(text, override)).entries).toEqual([
      "ana 2026-03-27T23:00 2026-03-29T22:00",
      "ben 2026-07-01T07:00 2026-07-01T15:00",
      "ana 2026-10-23T22:00 2026-10-24T22:00",
      "ana 2026-10-25T23:00 2026-10-26T23:00",
    ]);
  });

  test("X-WR-TIMEZONE is for times of day; whole days stay whose they are", async () => {
    const text = calendar(
      ["DTSTART:20260701T090000", "DTEND:20260701T170000"],
      ["DTSTART;VALUE=DATE:20260723"],
    ).replace("PRODID:x", "PRODID:x\r\nX-WR-TIMEZONE:America/New_York");
    expect((await read(text)).entries).toEqual([
      "ana 2026-07-01T13:00 2026-07-01T21:00",
      "ana 2026-07-22T22:00 2026-07-23T22:00",
    ]);
  });
});
