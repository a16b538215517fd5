/** Contract §3, one rule after another, on the final schedule. Times on the right are UTC. */
import { describe, expect, test } from "vitest";
import { finalSchedule, gapsOf, onCallAt } from "#domain/oncall/on-call";
import { ana, at, ben, chi, dia, lines, person, scheduleId, teamOf } from "./team-builder.ts";
import type { TeamPlan } from "./team-builder.ts";

/** The final schedule as lines. */
function schedule(plan: TeamPlan, from: string, to: string): string[] {
  return lines(finalSchedule(teamOf(plan), scheduleId, at(from), at(to)));
}

describe("handoffs", () => {
  test("shift k belongs to participant k mod n, from `start` on, and nobody is on call before", () => {
    expect(schedule({ layers: [{}] }, "2026-01-01T00:00Z", "2026-02-03T00:00Z")).toEqual([
      "2026-01-01T00:00Z -",
      "2026-01-05T08:00Z ana",
      "2026-01-12T08:00Z ben",
      "2026-01-19T08:00Z chi",
      "2026-01-26T08:00Z ana",
      "2026-02-02T08:00Z ben",
      "2026-02-03T00:00Z",
    ]);
  });

  test("shift 0 starts at `start` even when the rule does not name it", () => {
    const layers = [{ start: "2026-01-07T12:00:00", handoff: "FREQ=WEEKLY;BYDAY=MO" }];
    expect(schedule({ layers }, "2026-01-07T11:00Z", "2026-01-20T00:00Z")).toEqual([
      "2026-01-07T11:00Z ana",
      "2026-01-12T11:00Z ben",
      "2026-01-19T11:00Z chi",
      "2026-01-20T00:00Z",
    ]);
  });

  test("are half-open: the instant of a handoff belongs to the next one", () => {
    const team = teamOf({ layers: [{ end: "2026-01-19T09:00:00" }] });
    const who = (instant: number): string | null => onCallAt(team, scheduleId, instant);
    const [start, handoff, end] = [at("2026-01-05T08:00Z"), at("2026-01-12T08:00Z"), at("2026-01-19T08:00Z")];
    expect([who(start - 1), who(start), who(handoff - 1), who(handoff), who(end - 1), who(end)]).toEqual([
      null,
      ana,
      ana,
      ben,
      ben,
      null,
    ]);
  });

  test("of a rule with COUNT end; the last shift lasts for ever", () => {
    const layers = [{ handoff: "FREQ=WEEKLY;BYDAY=MO;COUNT=3" }];
    expect(schedule({ layers }, "2026-01-05T08:00Z", "2066-01-01T00:00Z")).toEqual([
      "2026-01-05T08:00Z ana",
      "2026-01-12T08:00Z ben",
      "2026-01-19T08:00Z chi",
      "2066-01-01T00:00Z",
    ]);
  });

  test("of a finite rule: the last shift lasts until `end`", () => {
    const layers = [{ handoff: "FREQ=WEEKLY;BYDAY=MO;COUNT=2", end: "2027-01-04T09:00:00" }];
    expect(schedule({ layers }, "2026-01-05T08:00Z", "2028-01-01T00:00Z")).toEqual([
      "2026-01-05T08:00Z ana",
      "2026-01-12T08:00Z ben",
      "2027-01-04T08:00Z -",
      "2028-01-01T00:00Z",
    ]);
  });

  test.each([
    ["20260112T080000Z", "in UTC, inclusive", "2026-01-12T08:00Z ben"],
    ["20260112T075959Z", "a second before", undefined],
    ["20260112T090000", "on the wall clock, inclusive", "2026-01-12T08:00Z ben"],
    ["20260112T085959", "a second before", undefined],
  ])("end with UNTIL=%s, %s", (until, _, handoff) => {
    const lines = schedule(
      { layers: [{ handoff: `FREQ=WEEKLY;UNTIL=${until}` }] },
      "2026-01-05T08:00Z",
      "2030-01-01T00:00Z",
    );
    expect(lines.slice(1, -1)).toEqual(handoff === undefined ? [] : [handoff]);
  });

  test.each([
    [
      "2026-10-23T02:30:00",
      "20261025T011500Z",
      "2026-10-25T00:30Z chi",
      "02:30 comes twice, once before 01:15Z",
    ],
    [
      "2026-03-27T02:30:00",
      "20260329T011500Z",
      "2026-03-28T01:30Z ben",
      "02:30 moves to 01:30Z, after 01:15Z",
    ],
  ])("from %s end with UNTIL=%s, an instant, with %s: %s", (start, until, lastHandoff) => {
    const layers = [{ start, handoff: `FREQ=DAILY;UNTIL=${until}` }];
    const windowed = [{ ...layers[0], windows: [{ rrule: layers[0]!.handoff, from: "02:30", to: "12:00" }] }];
    const days = ["2026-03-20T00:00Z", "2026-11-20T00:00Z"] as const;
    expect(schedule({ layers }, ...days).at(-2)).toBe(lastHandoff);
    expect(schedule({ layers: windowed }, ...days).at(-3)).toBe(lastHandoff);
  });

  test("go by a day of the month that not every month has", () => {
    const layers = [{ start: "2026-01-31T00:00:00", handoff: "FREQ=MONTHLY", participants: [ana, ben] }];
    expect(schedule({ layers, timeZone: "UTC" }, "2026-01-31T00:00Z", "2026-06-01T00:00Z")).toEqual([
      "2026-01-31T00:00Z ana",
      "2026-03-31T00:00Z ben",
      "2026-05-31T00:00Z ana",
      "2026-06-01T00:00Z",
    ]);
  });

  test("may be written in any order of hours", () => {
    const layers = [{ handoff: "FREQ=DAILY;BYHOUR=21,9", start: "2026-01-05T09:00:00" }];
    expect(schedule({ layers, timeZone: "UTC" }, "2026-01-05T09:00Z", "2026-01-06T12:00Z")).toEqual([
      "2026-01-05T09:00Z ana",
      "2026-01-05T21:00Z ben",
      "2026-01-06T09:00Z chi",
      "2026-01-06T12:00Z",
    ]);
  });

  test("of twenty years ago count as those of today: the hundred-thousandth shift is the right one", () => {
    const layers = [{ start: "2006-01-01T00:00:00", handoff: "FREQ=HOURLY", participants: [ana, ben, chi] }];
    const team = teamOf({ layers, timeZone: "UTC" });
    const hours = (at("2026-03-01T00:00Z") - at("2006-01-01T00:00Z")) / 3_600_000;
    expect(hours).toBeGreaterThan(100_000);
    for (const more of [0, 1, 2]) {
      expect(onCallAt(team, scheduleId, at("2026-03-01T00:00Z") + more * 3_600_000)).toBe(
        [ana, ben, chi][(hours + more) % 3],
      );
    }
  });
});

describe("wall clock", () => {
  test.each([
    ["Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30Z", "a skipped time moves forward by the gap"],
    ["Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30Z", "a doubled time is its first occurrence"],
    ["America/New_York", "2026-03-08T02:00:00", "2026-03-08T07:00Z", "the very start of the gap"],
    ["America/New_York", "2026-11-01T01:59:59", "2026-11-01T05:59:59Z", "the last second of the overlap"],
    ["Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45Z", "a gap of half an hour"],
    ["Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45Z", "an overlap of half an hour"],
    ["Asia/Beirut", "2026-03-29T00:30:00", "2026-03-28T22:30Z", "a gap at midnight"],
    ["Asia/Beirut", "2026-10-24T23:30:00", "2026-10-24T20:30Z", "an overlap before midnight"],
    ["Africa/Cairo", "2026-04-24T00:00:00", "2026-04-23T22:00Z", "a midnight that does not exist"],
    ["Africa/Cairo", "2026-10-29T23:00:00", "2026-10-29T20:00Z", "an overlap before midnight"],
    ["America/Santiago", "2026-09-06T00:15:00", "2026-09-06T04:15Z", "a spring in September, at midnight"],
    ["America/Santiago", "2026-04-04T23:15:00", "2026-04-05T02:15Z", "an autumn in April"],
    ["Pacific/Apia", "2011-12-30T09:00:00", "2011-12-30T19:00Z", "a day that was left out"],
    ["Africa/Casablanca", "2026-02-15T02:30:00", "2026-02-15T01:30Z", "the clock goes back for Ramadan"],
    ["Asia/Kathmandu", "2026-01-05T09:00:00", "2026-01-05T03:15Z", "an offset of quarter hours"],
    ["America/St_Johns", "2045-03-12T02:30:00", "2045-03-12T06:00Z", "far after 2038"],
  ])("%s %s is %s: %s", (timeZone, start, utc) => {
    const [first, second] = finalSchedule(
      teamOf({ timeZone, layers: [{ start }] }),
      scheduleId,
      at(utc) - 86_400_000,
      at(utc) + 1000,
    );
    expect([first?.person, second?.start, second?.person]).toEqual([null, at(utc), ana]);
  });

  test("shifts change at the same time on the wall, so one of them is an hour shorter, another longer", () => {
    const layers = [{ start: "2026-03-28T09:00:00", handoff: "FREQ=DAILY" }];
    expect(schedule({ layers }, "2026-03-28T08:00Z", "2026-03-30T10:00Z")).toEqual([
      "2026-03-28T08:00Z ana",
      "2026-03-29T07:00Z ben",
      "2026-03-30T07:00Z chi",
      "2026-03-30T10:00Z",
    ]);
  });

  test("a daily handoff on the day that Samoa left out happens together with the next one, and still counts", () => {
    const layers = [
      { start: "2011-12-28T09:00:00", handoff: "FREQ=DAILY", participants: [ana, ben, chi, dia] },
    ];
    expect(schedule({ layers, timeZone: "Pacific/Apia" }, "2011-12-28T19:00Z", "2012-01-01T00:00Z")).toEqual([
      "2011-12-28T19:00Z ana",
      "2011-12-29T19:00Z ben",
      "2011-12-30T19:00Z dia",
      "2011-12-31T19:00Z ana",
      "2012-01-01T00:00Z",
    ]);
  });

  test("hourly handoffs over a gap and an overlap keep to the wall clock", () => {
    const spring = [
      {
        start: "2026-03-29T00:00:00",
        handoff: "FREQ=HOURLY",
        participants: [ana, ben, chi, dia, person("eva")],
      },
    ];
    expect(schedule({ layers: spring }, "2026-03-28T23:00Z", "2026-03-29T02:30Z")).toEqual([
      "2026-03-28T23:00Z ana",
      "2026-03-29T00:00Z ben",
      "2026-03-29T01:00Z dia",
      "2026-03-29T02:00Z eva",
      "2026-03-29T02:30Z",
    ]);
    const autumn = [{ start: "2026-10-25T01:00:00", handoff: "FREQ=HOURLY" }];
    expect(schedule({ layers: autumn }, "2026-10-24T23:00Z", "2026-10-25T03:30Z")).toEqual([
      "2026-10-24T23:00Z ana",
      "2026-10-25T00:00Z ben",
      "2026-10-25T02:00Z chi",
      "2026-10-25T03:00Z ana",
      "2026-10-25T03:30Z",
    ]);
  });

  test("handoffs within a gap are in the order of their instants", () => {
    const layers = [
      {
        start: "2026-03-29T01:30:00",
        handoff: "FREQ=MINUTELY;INTERVAL=45",
        participants: [ana, ben, chi, dia],
      },
    ];
    // On the wall: 01:30 02:15 03:00 03:45 04:30. 02:15 does not exist and moves to 03:15, past 03:00.
    expect(schedule({ layers }, "2026-03-29T00:30Z", "2026-03-29T02:30Z")).toEqual([
      "2026-03-29T00:30Z ana",
      "2026-03-29T01:00Z ben",
      "2026-03-29T01:15Z chi",
      "2026-03-29T01:45Z dia",
      "2026-03-29T02:30Z",
    ]);
  });
});

describe("windows", () => {
  const hours = { rrule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", from: "09:00", to: "17:00" };

  test("only within them the layer is on duty, and handoffs go on outside", () => {
    const layers = [
      {
        start: "2026-01-08T13:00:00",
        handoff: "FREQ=DAILY",
        windows: [hours],
        participants: [ana, ben, chi],
      },
    ];
    expect(schedule({ layers, timeZone: "UTC" }, "2026-01-08T09:00Z", "2026-01-13T00:00Z")).toEqual([
      "2026-01-08T09:00Z -",
      "2026-01-08T13:00Z ana",
      "2026-01-08T17:00Z -",
      "2026-01-09T09:00Z ana",
      "2026-01-09T13:00Z ben",
      "2026-01-09T17:00Z -",
      "2026-01-12T09:00Z ana",
      "2026-01-12T13:00Z ben",
      "2026-01-12T17:00Z -",
      "2026-01-13T00:00Z",
    ]);
  });

  test("overnight: `to` is on the next day when it is not later than `from`", () => {
    const night = { rrule: "FREQ=DAILY", from: "22:00", to: "06:00" };
    const layers = [{ start: "2026-01-05T00:00:00", windows: [night], participants: [ana] }];
    expect(
      schedule({ layers }, "2026-01-05T00:00[Europe/Berlin]", "2026-01-07T00:00[Europe/Berlin]"),
    ).toEqual([
      "2026-01-04T23:00Z -",
      "2026-01-05T21:00Z ana",
      "2026-01-06T05:00Z -",
      "2026-01-06T21:00Z ana",
      "2026-01-06T23:00Z",
    ]);
  });

  test("`to` the same as `from` is a whole day", () => {
    const day = { rrule: "FREQ=WEEKLY;BYDAY=SA", from: "00:00", to: "00:00" };
    expect(
      schedule(
        { layers: [{ windows: [day], participants: [ana] }], timeZone: "UTC" },
        "2026-01-09T00:00Z",
        "2026-01-12T00:00Z",
      ),
    ).toEqual(["2026-01-09T00:00Z -", "2026-01-10T00:00Z ana", "2026-01-11T00:00Z -", "2026-01-12T00:00Z"]);
  });

  test("several are a union", () => {
    const windows = [
      { rrule: "FREQ=DAILY", from: "12:00", to: "15:00" },
      { rrule: "FREQ=DAILY", from: "08:00", to: "13:00" },
      { rrule: "FREQ=DAILY", from: "15:00", to: "16:00" },
      { rrule: "FREQ=DAILY", from: "20:00", to: "21:00" },
    ];
    const layers = [{ start: "2026-01-01T00:00:00", windows, participants: [ana] }];
    expect(schedule({ layers, timeZone: "UTC" }, "2026-01-05T00:00Z", "2026-01-06T00:00Z")).toEqual([
      "2026-01-05T00:00Z -",
      "2026-01-05T08:00Z ana",
      "2026-01-05T16:00Z -",
      "2026-01-05T20:00Z ana",
      "2026-01-05T21:00Z -",
      "2026-01-06T00:00Z",
    ]);
  });

  test("follow the wall clock through a DST change, and count intervals from the layer's start date", () => {
    const sunday = { rrule: "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", from: "01:00", to: "04:00" };
    const layers = [{ start: "2026-03-15T12:00:00", windows: [sunday], participants: [ana] }];
    expect(schedule({ layers }, "2026-03-16T00:00Z", "2026-04-13T00:00Z")).toEqual([
      "2026-03-16T00:00Z -",
      "2026-03-29T00:00Z ana",
      "2026-03-29T02:00Z -",
      "2026-04-11T23:00Z ana",
      "2026-04-12T02:00Z -",
      "2026-04-13T00:00Z",
    ]);
  });
});

describe("precedence", () => {
  test("a later layer wins where it is on duty and has somebody", () => {
    const layers = [
      { participants: [ana], start: "2026-01-01T00:00:00" },
      {
        participants: [ben],
        start: "2026-01-01T00:00:00",
        windows: [{ rrule: "FREQ=DAILY", from: "09:00", to: "17:00" }],
      },
      { participants: [], start: "2026-01-01T00:00:00" },
    ];
    expect(schedule({ layers, timeZone: "UTC" }, "2026-01-05T00:00Z", "2026-01-06T00:00Z")).toEqual([
      "2026-01-05T00:00Z ana",
      "2026-01-05T09:00Z ben",
      "2026-01-05T17:00Z ana",
      "2026-01-06T00:00Z",
    ]);
  });

  test("a later layer whose people are all away leaves it to the earlier one", () => {
    const layers = [
      { participants: [ana], start: "2026-01-01T00:00:00" },
      { participants: [ben], start: "2026-01-01T00:00:00" },
    ];
    const absences = [{ person: ben, start: at("2026-01-05T06:00Z"), end: at("2026-01-05T12:00Z") }];
    expect(schedule({ layers, absences, timeZone: "UTC" }, "2026-01-05T00:00Z", "2026-01-06T00:00Z")).toEqual(
      ["2026-01-05T00:00Z ben", "2026-01-05T06:00Z ana", "2026-01-05T12:00Z ben", "2026-01-06T00:00Z"],
    );
  });

  test("an override beats every layer, and the last listed override wins", () => {
    const overrides = [
      { start: at("2026-01-05T10:00Z"), end: at("2026-01-05T14:00Z"), person: chi },
      { start: at("2026-01-05T12:00Z"), end: at("2026-01-05T13:00Z"), person: dia },
      { start: at("2026-01-05T20:00Z"), end: at("2026-01-05T20:00Z"), person: dia },
    ];
    const layers = [{ participants: [ana] }, { participants: [ben] }];
    expect(
      schedule({ layers, overrides, timeZone: "UTC" }, "2026-01-05T09:00Z", "2026-01-06T00:00Z"),
    ).toEqual([
      "2026-01-05T09:00Z ben",
      "2026-01-05T10:00Z chi",
      "2026-01-05T12:00Z dia",
      "2026-01-05T13:00Z chi",
      "2026-01-05T14:00Z ben",
      "2026-01-06T00:00Z",
    ]);
    expect(
      schedule(
        { layers: [], overrides: overrides.toReversed(), timeZone: "UTC" },
        "2026-01-05T09:00Z",
        "2026-01-05T15:00Z",
      ),
    ).toEqual(["2026-01-05T09:00Z -", "2026-01-05T10:00Z chi", "2026-01-05T14:00Z -", "2026-01-05T15:00Z"]);
  });
});

describe("absence", () => {
  const layers = [{ participants: [ana, ben, chi], start: "2026-01-05T00:00:00", handoff: "FREQ=DAILY" }];
  const [from, to] = ["2026-01-05T00:00Z", "2026-01-06T00:00Z"];
  const away = (who: string, hours: [number, number], substitute?: string) => ({
    person: person(who),
    start: at(from) + hours[0] * 3_600_000,
    end: at(from) + hours[1] * 3_600_000,
    ...(substitute === undefined ? {} : { substitute: person(substitute) }),
  });

  test.each([
    [
      "the substitute comes in, even from outside the rotation",
      [away("ana", [6, 12], "dia")],
      ["00 ana", "06 dia", "12 ana"],
    ],
    [
      "without a substitute the next in rotation order",
      [away("ana", [6, 12])],
      ["00 ana", "06 ben", "12 ana"],
    ],
    [
      "the substitute is away too: the next",
      [away("ana", [6, 12], "dia"), away("dia", [8, 10])],
      ["00 ana", "06 dia", "08 ben", "10 dia", "12 ana"],
    ],
    [
      "a substitute's own substitute is not asked",
      [away("ana", [6, 12], "dia"), away("dia", [0, 24], "eva")],
      ["00 ana", "06 ben", "12 ana"],
    ],
    [
      "the next is away: the one after",
      [away("ana", [6, 12]), away("ben", [0, 24], "dia")],
      ["00 ana", "06 chi", "12 ana"],
    ],
    [
      "everyone is away: nobody",
      [away("ana", [6, 12]), away("ben", [0, 24]), away("chi", [8, 24])],
      ["00 ana", "06 chi", "08 -", "12 ana"],
    ],
    ["somebody else's absence changes nothing", [away("ben", [6, 12], "dia")], ["00 ana"]],
    [
      "of two at once the last listed one names the substitute",
      [away("ana", [6, 12], "dia"), away("ana", [8, 14], "chi")],
      ["00 ana", "06 dia", "08 chi", "14 ana"],
    ],
    ["one that ends before it begins is none", [away("ana", [12, 6], "dia")], ["00 ana"]],
  ])("%s", (_, absences, expected) => {
    const found = schedule({ layers, absences, timeZone: "UTC" }, from, to).slice(0, -1);
    expect(found.map((line) => `${line.slice(11, 13)} ${line.slice(18)}`)).toEqual(expected);
  });

  test("does not touch an override", () => {
    const overrides = [{ start: at(from), end: at(to), person: ana }];
    expect(
      schedule({ layers, overrides, absences: [away("ana", [0, 24], "dia")], timeZone: "UTC" }, from, to)[0],
    ).toBe(`${from} ana`);
  });
});

describe("the final schedule", () => {
  test("has no seam where the same person goes on, be it a page, a layer or an override", () => {
    const overrides = [{ start: at("2026-06-01T00:00Z"), end: at("2026-07-01T00:00Z"), person: ana }];
    const found = finalSchedule(
      teamOf({ layers: [{ participants: [ana] }], overrides }),
      scheduleId,
      at("2026-02-01T00:00Z"),
      at("2046-02-01T00:00Z"),
    );
    expect(found).toEqual([{ start: at("2026-02-01T00:00Z"), end: at("2046-02-01T00:00Z"), person: ana }]);
  });

  test("of nothing is nobody, and of an empty interval nothing", () => {
    const team = teamOf({});
    expect(finalSchedule(team, scheduleId, 0, 10)).toEqual([{ start: 0, end: 10, person: null }]);
    expect(finalSchedule(team, scheduleId, 10, 10)).toEqual([]);
    expect(finalSchedule(team, scheduleId, 10, 0)).toEqual([]);
  });

  test("of a schedule that is not there is an error that names it", () => {
    expect(() => finalSchedule(teamOf({}), "other" as typeof scheduleId, 0, 10)).toThrow(
      'the team has no schedule "other"',
    );
    expect(() => onCallAt(teamOf({}), scheduleId, NaN)).toThrow("NaN is not an instant");
  });
});

describe("gaps", () => {
  test("are every stretch without anybody, each with its reason", () => {
    const layers = [
      {
        participants: [ana],
        start: "2026-01-05T00:00:00",
        end: "2026-01-08T00:00:00",
        windows: [{ rrule: "FREQ=DAILY", from: "00:00", to: "20:00" }],
      },
    ];
    const absences = [{ person: ana, start: at("2026-01-06T10:00Z"), end: at("2026-01-06T11:00Z") }];
    const overrides = [{ start: at("2026-01-05T20:00Z"), end: at("2026-01-05T22:00Z"), person: ben }];
    const gaps = gapsOf(
      teamOf({ layers, absences, overrides, timeZone: "UTC" }),
      scheduleId,
      at("2026-01-04T00:00Z"),
      at("2026-01-09T00:00Z"),
    );
    const hour = (instant: number): string => new Date(instant).toISOString().slice(8, 13);
    expect(gaps.map(({ start, end, reason }) => `${hour(start)}-${hour(end)} ${reason}`)).toEqual([
      "04T00-05T00 not-started",
      "05T22-06T00 outside-windows",
      "06T10-06T11 everyone-away",
      "06T20-07T00 outside-windows",
      "07T20-09T00 outside-windows",
    ]);
  });

  test.each([
    [[], "no-layers"],
    [[{ participants: [] }], "no-participants"],
    [[{ participants: [] }, { end: "2026-02-01T00:00:00" }], "ended"],
  ])("of %j: %s", (layers, reason) => {
    expect(
      gapsOf(teamOf({ layers }), scheduleId, at("2026-03-01T00:00Z"), at("2026-03-02T00:00Z")).map(
        (gap) => gap.reason,
      ),
    ).toEqual([reason]);
  });
});
