/** Layers that do not do what they seem to say. Each warning is surely right: the calculation itself is asked. */
import { describe, expect, test } from "vitest";
import type { PersonId } from "#domain/ids";
import { layerWarnings } from "#domain/reports/layer-warnings";
import type { Layer } from "#domain/team";
import { ana, at, ben, chi, teamOf, type TeamPlan } from "../oncall/team-builder.ts";

const now = at("2026-11-30T12:00:00Z");
const warnings = (plan: TeamPlan) =>
  layerWarnings(teamOf(plan), now).map(({ path, text }) => `${path.join(".")}: ${text}`);
const ofLayers = (...layers: Partial<Layer>[]) => warnings({ layers });
const workdays = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR";

describe("a layer that a later one hides", () => {
  test("a base layer that is listed last", () => {
    const office = [{ rrule: workdays, from: "09:00", to: "17:00" }];
    expect(ofLayers({ windows: office }, {})).toEqual([
      "schedules.0.layers.0: never counts in the coming year: layer layer-1, which is listed after it, is on duty whenever this one is, and a later layer wins; list this one last, or take it away",
    ]);
    expect(ofLayers({}, { windows: office })).toEqual([]);
  });

  test("two that hide it only together", () => {
    const windows = [{ rrule: workdays, from: "09:00", to: "17:00" }];
    const until = (to: string, from: string) => [{ rrule: "FREQ=DAILY", from, to }];
    expect(
      ofLayers({ windows }, { windows: until("12:00", "00:00") }, { windows: until("00:00", "12:00") }),
    ).toEqual([expect.stringContaining("the layers after it are on duty whenever this one is")]);
    expect(ofLayers({ windows }, { windows: until("12:00", "00:00") })).toEqual([]);
  });

  test("not one that counts while everybody in the later one is away", () => {
    const layers = [{ participants: [ana] }, { participants: [ben] }];
    const absences = [{ person: ben, start: at("2027-02-01T00:00Z"), end: at("2027-02-02T00:00Z") }];
    expect(warnings({ layers, absences })).toEqual([]);
    expect(warnings({ layers })).toHaveLength(1);
  });

  test("one with a fault of its own too: that it never counts is worse", () => {
    const base = { participants: [ana] };
    expect(ofLayers({ participants: [ana, ben], handoff: "FREQ=WEEKLY;BYDAY=WE" }, base)).toEqual([
      expect.stringContaining("layers.0.start: "),
      expect.stringContaining("layers.0: never counts in the coming year: layer layer-1"),
    ]);
    expect(ofLayers({ handoff: "FREQ=WEEKLY;BYDAY=MO;COUNT=3" }, base)).toEqual([
      expect.stringContaining("layers.0.handoff: no handoff comes after"),
      expect.stringContaining("layers.0: never counts in the coming year: layer layer-1"),
    ]);
  });

  test("not one that is over, or follows it", () => {
    expect(ofLayers({ end: "2026-11-01T09:00:00" }, {})).toEqual([]);
    expect(ofLayers({}, { start: "2027-01-04T09:00:00" })).toEqual([]);
  });
});

describe("a rule that is over", () => {
  const forEver = (limit: string) =>
    `so chi is on call by this layer for ever; take ${limit} out of the rule, or give the layer an end`;

  test("UNTIL in the past", () => {
    expect(ofLayers({ handoff: "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260202T000000" })).toEqual([
      `schedules.0.layers.0.handoff: no handoff comes after 2026-01-26 09:00, ${forEver("UNTIL").replace("chi", "ana")}`,
    ]);
  });

  test("COUNT that is used up", () => {
    expect(ofLayers({ handoff: "FREQ=WEEKLY;BYDAY=MO;COUNT=3" })).toEqual([
      `schedules.0.layers.0.handoff: no handoff comes after 2026-01-19 09:00, ${forEver("COUNT")}`,
    ]);
  });

  test("UNTIL before a start that is still to come", () => {
    const [line] = ofLayers({
      start: "2027-03-01T09:00:00",
      handoff: "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261231T000000Z",
    });
    expect(line).toContain(
      "no handoff comes after 2027-03-01 09:00, so ana is on call by this layer for ever",
    );
  });

  test("of a window: it does not come again", () => {
    const windows = [
      { rrule: `${workdays};UNTIL=20260630T235959`, from: "09:00", to: "17:00" },
      { rrule: "FREQ=DAILY", from: "17:00", to: "09:00" },
    ];
    expect(ofLayers({ windows })).toEqual([
      "schedules.0.layers.0.windows.0.rrule: this window does not come again; take UNTIL out of the rule, or the window out of the file",
    ]);
  });

  test("not for one person, with an end of its own, or while it goes on", () => {
    const handoff = "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260202T000000";
    expect(ofLayers({ handoff, participants: [ana] })).toEqual([]);
    expect(ofLayers({ handoff, end: "2027-01-04T09:00:00" })).toEqual([]);
    expect(ofLayers({ handoff: "FREQ=WEEKLY;BYDAY=MO;UNTIL=20270104T090000" })).toEqual([]);
  });
});

describe("a start that is no handoff", () => {
  test("BYDAY=WE with a start on a Monday", () => {
    expect(ofLayers({ handoff: "FREQ=WEEKLY;BYDAY=WE" })).toEqual([
      "schedules.0.layers.0.start: Monday 2026-01-05 09:00 is no handoff of FREQ=WEEKLY;BYDAY=WE, so the first shift ends on Wednesday 2026-01-07 09:00; start then, or correct the rule",
    ]);
  });

  test("another day of the month, or another hour", () => {
    expect(ofLayers({ handoff: "FREQ=MONTHLY;BYMONTHDAY=1" })[0]).toContain(
      "the first shift ends on Sunday 2026-02-01 09:00",
    );
    expect(ofLayers({ handoff: "FREQ=DAILY;BYHOUR=8" })[0]).toContain("ends on Tuesday 2026-01-06 08:00");
  });

  test("not where it is one, among others, and not for one person", () => {
    expect(ofLayers({ handoff: "FREQ=WEEKLY;BYDAY=MO,TH" })).toEqual([]);
    expect(ofLayers({ handoff: "FREQ=WEEKLY" })).toEqual([]);
    expect(ofLayers({ handoff: "FREQ=WEEKLY;BYDAY=WE", participants: [ana] })).toEqual([]);
  });
});

describe("years that can hardly be meant", () => {
  test("a layer that starts in 2062", () => {
    expect(ofLayers({ start: "2062-01-02T09:00:00" })).toEqual([
      "schedules.0.layers.0.start: nobody is on call by this layer before 2062-01-02; is the year right?",
    ]);
  });

  test("an override and an absence that begin then", () => {
    const span = { start: at("2062-01-02T09:00Z"), end: at("2062-01-03T09:00Z") };
    expect(
      warnings({ layers: [{}], overrides: [{ ...span, person: chi }], absences: [{ ...span, person: ana }] }),
    ).toEqual([
      "schedules.0.overrides.0.start: begins on 2062-01-02 only; is the year right?",
      "absences.0.start: begins on 2062-01-02 only; is the year right?",
    ]);
  });

  test("not what is arranged a year ahead", () => {
    expect(ofLayers({ start: "2027-11-29T09:00:00" })).toEqual([]);
    const span = { start: at("2028-07-01T09:00Z"), end: at("2028-07-15T09:00Z") };
    expect(warnings({ layers: [{}], absences: [{ ...span, person: ana }] })).toEqual([]);
  });
});

describe("people whose shifts never fall into a window", () => {
  const week = ["mo", "tu", "we", "th", "fr", "sa", "su"] as PersonId[];

  test("seven people, a handoff a day, windows on working days", () => {
    const layer = { participants: week, handoff: "FREQ=DAILY", start: "2026-01-05T00:00:00" };
    const windows = [{ rrule: workdays, from: "09:00", to: "17:00" }];
    expect(ofLayers({ ...layer, windows })).toEqual([
      "schedules.0.layers.0.participants: sa, su are never on duty within a year: every shift falls outside the windows; change the handoff or the order of people",
    ]);
    // Eight people move on by a day each week, so each has a turn.
    expect(ofLayers({ ...layer, participants: [...week, ana], windows })).toEqual([]);
  });

  test("day and night in turn, windows by day", () => {
    const layer = {
      participants: [ana, ben],
      handoff: "FREQ=HOURLY;INTERVAL=12",
      start: "2026-01-05T08:00:00",
    };
    const [line] = warnings({
      timeZone: "UTC",
      layers: [{ ...layer, windows: [{ rrule: "FREQ=DAILY", from: "09:00", to: "18:00" }] }],
    });
    expect(line).toContain("ben is never on duty within a year");
  });

  test("nobody ever, since the window always falls into a turn with nobody", () => {
    const layer = { participants: [ana], handoff: "FREQ=DAILY", start: "2026-01-05T00:00:00" };
    const on = (rrule: string, turns: PersonId[][]) =>
      ofLayers({ ...layer, turns, windows: [{ rrule, from: "09:00", to: "17:00" }] });
    const turns = [[], [ana, ben], [], [], [], [], []];
    expect(on("FREQ=WEEKLY;BYDAY=MO", turns)).toEqual([
      "schedules.0.layers.0.participants: ana, ben are never on duty within a year: every shift falls outside the windows; change the handoff or the order of people",
    ]);
    expect(on("FREQ=WEEKLY;BYDAY=MO,TU", turns)).toEqual([]);
    // Six turns move on by a day each week.
    expect(on("FREQ=WEEKLY;BYDAY=MO", turns.slice(1))).toEqual([]);
    // It is over before the window comes.
    expect(
      ofLayers({
        ...{ ...layer, turns, end: "2026-12-05T00:00:00" },
        windows: [{ rrule: "FREQ=WEEKLY;BYDAY=SU", from: "09:00", to: "17:00" }],
      }),
    ).toEqual([]);
    // A window of every fourth year says nothing about the people.
    expect(on("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=1", turns)).toEqual([]);
  });

  test("not where whoever is next has to wait for years", () => {
    const many = Array.from({ length: 60 }, (_, index) => `p${index}` as PersonId);
    expect(
      ofLayers({ participants: many, windows: [{ rrule: workdays, from: "09:00", to: "17:00" }] }),
    ).toEqual([]);
  });
});

test("a schedule that cannot be worked out has other faults than these", () => {
  expect(warnings({ timeZone: "IST", layers: [{}] })).toEqual([]);
});
