/** `oncall`, `fairness` and `duty` where several are on duty together: what is printed, as words and as JSON. */
import { describe, expect, test } from "vitest";
import { coverage } from "#cli/coverage";
import { duty } from "#cli/duty";
import { fairness } from "#cli/fairness";
import { onCall } from "#cli/on-call";
import { edited } from "./on-call-team.ts";
import { fileWith, run } from "./run-command.ts";

const pairs = "participants: [[ana, ben], chi, []], shadow: [dan]";
const dan = "  - { id: dan, name: Dan }\nschedules:";
const text = edited("participants: [ana, ben]", pairs).replace("schedules:", dan);
const file = fileWith(text);
const oncall = (...words: string[]) =>
  run(onCall, "oncall", "--team", file, "--schedule", "primary", ...words);
/** Weeks of the pair, of chi, of nobody. */
const [first, second, third] = ["2026-01-06T12:00", "2026-01-13T12:00", "2026-01-20T12:00"];

describe("oncall", () => {
  test("--at: the person, a list of several, null for nobody", async () => {
    const at = async (time: string) => JSON.parse((await oncall("--at", time, "--json")).out);
    expect([await at(first), await at(second), await at(third)]).toEqual([
      { primary: ["ana", "ben"] },
      { primary: "chi" },
      { primary: null },
    ]);
    expect((await oncall("--at", first)).out).toBe("primary  ana and ben  (shadow: dan)");
    expect((await oncall("--at", second)).out).toBe("primary  chi  (shadow: dan)");
    expect((await oncall("--at", third)).out).toBe("primary  nobody");
  });

  test("--from --to: `persons` holds all where several are, `person` the first", async () => {
    const interval = ["--from", "2026-01-05T09:00", "--to", "2026-01-26T09:00"];
    expect(JSON.parse((await oncall(...interval, "--json")).out)).toEqual([
      { start: "2026-01-05T08:00:00Z", end: "2026-01-12T08:00:00Z", person: "ana", persons: ["ana", "ben"] },
      { start: "2026-01-12T08:00:00Z", end: "2026-01-19T08:00:00Z", person: "chi" },
      { start: "2026-01-19T08:00:00Z", end: "2026-01-26T08:00:00Z", person: null },
    ]);
    expect((await oncall(...interval)).out.split("\n")).toEqual([
      "primary:",
      "  2026-01-05T08:00:00Z  2026-01-12T08:00:00Z  ana and ben",
      "  2026-01-12T08:00:00Z  2026-01-19T08:00:00Z  chi",
      "  2026-01-19T08:00:00Z  2026-01-26T08:00:00Z  nobody",
    ]);
  });

  test("--explain: whose turn, who serves, who is away, who looks on, who is next", async () => {
    const { out } = await oncall("--at", first, "--explain");
    expect(out.split("\n")).toEqual([
      'primary  Ana Ruiz and =Ben, "B"',
      '  Ana Ruiz and =Ben, "B" are on call: shift 0 of layer weekly, 2026-01-05 09:00 to 2026-01-12 09:00. Shadow: Dan. (Europe/Berlin)',
      "  layer     weekly",
      '  shift     no. 0, the turn of Ana Ruiz and =Ben, "B"',
      "  began     2026-01-05 09:00 +01:00",
      "  ends      2026-01-12 09:00 +01:00",
      "  shadow    Dan",
      "  next      Chi from 2026-01-12 09:00 +01:00",
    ]);
    // In August Ana is away, and Ben, her substitute, is in the turn already.
    const away = await oncall("--at", "2026-08-04T12:00", "--explain");
    expect(away.out).toContain(
      '=Ben, "B" is on call, without Ana Ruiz, who is away until 2026-08-15 00:00: shift 30',
    );
    expect(away.out).toContain(
      "  absence   Ana Ruiz is away 2026-08-01 00:00 +02:00 to 2026-08-15 00:00 +02:00; the others of the turn go on",
    );
    const { primary } = JSON.parse((await oncall("--at", "2026-08-04T12:00", "--explain", "--json")).out);
    expect(primary).toMatchObject({
      person: "ben",
      layer: {
        participant: "ana",
        participants: ["ana", "ben"],
        person: "ben",
        absence: null,
        absences: [{ person: "ana", end: "2026-08-15T00:00:00+02:00", replacedBy: "others" }],
        shadow: ["dan"],
      },
    });
  });

  test("--team-new: who of a pair changes", async () => {
    const newFile = fileWith(text.replace("[ana, ben], chi", "[ana, chi], chi"));
    const interval = ["--team-new", newFile, "--from", "2026-01-05T09:00", "--to", "2026-01-12T09:00"];
    expect((await oncall(...interval)).out).toContain('Ana Ruiz and Chi instead of Ana Ruiz and =Ben, "B"');
    expect(JSON.parse((await oncall(...interval, "--json")).out)).toMatchObject([
      { before: "ana", after: "ana", allBefore: ["ana", "ben"], allAfter: ["ana", "chi"] },
    ]);
  });
});

test("coverage: a turn of nobody is a gap with its reason", async () => {
  const { code, out } = await run(coverage, "coverage", "--team", file, "--days", "30");
  expect(code).toBe(1);
  expect(out).toContain("it is a turn of nobody");
});

test("fairness and duty count each of a pair", async () => {
  const interval = ["--from", "2026-01-05T09:00", "--to", "2026-01-26T09:00", "--json"];
  const { schedules } = JSON.parse((await run(fairness, "fairness", "--team", file, ...interval)).out);
  const [primary] = schedules;
  const week = 7 * 86_400_000;
  expect(primary).toMatchObject({ schedule: "primary", coveredMs: 2 * week, uncoveredMs: week });
  expect(
    primary.burdens.map(({ person, dutyMs }: { person: string; dutyMs: number }) => [person, dutyMs]),
  ).toEqual([
    ["ana", week],
    ["ben", week],
    ["chi", week],
  ]);
  const bens = JSON.parse((await run(duty, "duty", "--team", file, "--person", "ben", ...interval)).out);
  expect(bens.turns[0]).toEqual({
    schedule: "primary",
    start: "2026-01-05T08:00:00Z",
    end: "2026-01-12T08:00:00Z",
  });
});
