/** What is told to whoever asks why they were woken. */
import { describe, expect, test } from "vitest";
import { explainOnCall } from "#domain/oncall/on-call";
import type { OnCallExplanation } from "#domain/oncall/on-call";
import { ana, at, ben, chi, dia, scheduleId, teamOf } from "./team-builder.ts";
import type { TeamPlan } from "./team-builder.ts";

function explain(plan: TeamPlan, instant: string): OnCallExplanation {
  return explainOnCall(teamOf(plan), scheduleId, at(instant));
}

const weekly = { id: "weekly" };

describe("an explanation", () => {
  test("names layer, shift and the handoff that began it", () => {
    const explanation = explain({ layers: [weekly] }, "2026-03-31T00:00Z");
    expect(explanation.layer).toMatchObject({
      id: "weekly",
      shift: 12,
      shiftStart: at("2026-03-30T07:00Z"),
      shiftEnd: at("2026-04-06T07:00Z"),
      participant: ana,
    });
    expect(explanation.text).toBe(
      "ANA is on call: shift 12 of layer weekly, 2026-03-30 09:00 to 2026-04-06 09:00. (Europe/Berlin)",
    );
  });

  test("names the window", () => {
    const windows = [{ rrule: "FREQ=DAILY", from: "22:00", to: "06:00" }];
    const explanation = explain({ layers: [{ ...weekly, windows }] }, "2026-03-31T00:00Z");
    expect(explanation.layer?.window).toEqual({
      start: at("2026-03-30T20:00Z"),
      end: at("2026-03-31T04:00Z"),
    });
    expect(explanation.text).toContain(", on duty 2026-03-30 22:00 to 2026-03-31 06:00.");
  });

  test.each([
    [
      { substitute: dia },
      dia,
      "substitute",
      "DIA, the substitute, is on call for ANA, who is away until 2026-04-01 02:00: shift 12",
    ],
    [
      {},
      ben,
      "next-participant",
      "BEN, next in the rotation, is on call for ANA, who is away until 2026-04-01 02:00: shift 12",
    ],
  ])("names the absence: %j", (more, person, replacedBy, text) => {
    const absences = [{ person: ana, start: at("2026-03-30T00:00Z"), end: at("2026-04-01T00:00Z"), ...more }];
    const explanation = explain({ layers: [weekly], absences }, "2026-03-31T00:00Z");
    expect(explanation).toMatchObject({
      person,
      layer: { participant: ana, person, absence: { person: ana, replacedBy } },
    });
    expect(explanation.text).toContain(text);
  });

  test("names the override, and who it would be without", () => {
    const overrides = [
      { start: at("2026-03-30T00:00Z"), end: at("2026-04-01T00:00Z"), person: dia },
      { start: at("2026-03-30T00:00Z"), end: at("2026-04-01T00:00Z"), person: chi },
    ];
    const explanation = explain({ layers: [weekly], overrides }, "2026-03-31T00:00Z");
    expect(explanation).toMatchObject({
      person: chi,
      override: { index: 1, person: chi },
      layer: { person: ana },
      gap: null,
    });
    expect(explanation.text).toBe(
      "CHI is on call by an override, 2026-03-30 02:00 to 2026-04-01 02:00; without it ANA is on call: shift 12 of layer weekly, 2026-03-30 09:00 to 2026-04-06 09:00. (Europe/Berlin)",
    );
    expect(explain({ overrides }, "2026-03-31T00:00Z").text).toContain("; without it nobody would be.");
  });

  test("of a last shift says that it does not end", () => {
    const explanation = explain(
      { layers: [{ ...weekly, handoff: "FREQ=WEEKLY;COUNT=2" }] },
      "2027-01-01T00:00Z",
    );
    expect(explanation.layer).toMatchObject({
      shift: 1,
      shiftStart: at("2026-01-12T08:00Z"),
      shiftEnd: null,
    });
    expect(explanation.text).toContain("2026-01-12 09:00 without end");
  });

  test("of a shift that began years ago still finds its handoff", () => {
    const explanation = explain(
      { layers: [{ ...weekly, handoff: "FREQ=YEARLY;INTERVAL=5;BYMONTH=2;BYMONTHDAY=1" }] },
      "2039-01-01T00:00Z",
    );
    expect(explanation.layer).toMatchObject({
      shift: 3,
      shiftStart: at("2036-02-01T08:00Z"),
      shiftEnd: at("2041-02-01T08:00Z"),
      participant: ana,
    });
  });

  test("says why there is nobody", () => {
    expect(explain({ layers: [{ end: "2026-02-01T00:00:00" }] }, "2026-03-31T00:00Z")).toEqual({
      person: null,
      override: null,
      layer: null,
      gap: "ended",
      text: "Nobody is on call: the layers have ended. (Europe/Berlin)",
    });
  });
});
