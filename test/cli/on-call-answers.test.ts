/** `oncall --explain`, `oncall --team-new` and `coverage`: what is printed, as words and as JSON, and how it ends. */
import { describe, expect, test } from "vitest";
import { coverage } from "#cli/coverage";
import { onCall } from "#cli/on-call";
import { edited, teamText } from "./on-call-team.ts";
import { fileWith, run } from "./run-command.ts";

const file = fileWith(teamText);
const oncall = (...words: string[]) => run(onCall, "oncall", "--team", file, ...words);
const cover = (...words: string[]) => run(coverage, "coverage", "--team", file, ...words);

describe("oncall --explain", () => {
  test("layer, shift, handoffs, and what is next; in the schedule's zone, with the offset", async () => {
    const { code, out } = await oncall("--at", "2026-03-25T12:00", "--schedule", "primary", "--explain");
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      'primary  =Ben, "B"',
      '  =Ben, "B" is on call: shift 11 of layer weekly, 2026-03-23 09:00 to 2026-03-30 09:00. (Europe/Berlin)',
      "  layer     weekly",
      '  shift     no. 11, the turn of =Ben, "B"',
      "  began     2026-03-23 09:00 +01:00",
      "  ends      2026-03-30 09:00 +02:00",
      "  next      Ana Ruiz from 2026-03-30 09:00 +02:00",
    ]);
  });

  test("an override, and the layer that it beats", async () => {
    const { out } = await oncall("--at", "2026-02-01T12:00", "--schedule", "primary", "--explain");
    expect(out).toContain(
      "  override  no. 1 of the list, 2026-02-01 09:00 +01:00 to 2026-02-02 09:00 +01:00",
    );
    expect(out).toContain("  layer     weekly (what the override beats)");
    const { primary } = JSON.parse((await oncall("--at", "2026-02-01T12:00", "--explain", "--json")).out);
    expect(primary).toMatchObject({
      person: "chi",
      timeZone: "Europe/Berlin",
      override: {
        index: 0,
        person: "chi",
        start: "2026-02-01T09:00:00+01:00",
        end: "2026-02-02T09:00:00+01:00",
      },
      layer: {
        id: "weekly",
        shift: 3,
        participant: "ben",
        person: "ben",
        shiftStart: "2026-01-26T09:00:00+01:00",
      },
      next: { at: "2026-02-02T09:00:00+01:00", person: "ana" },
    });
  });

  test("an absence and its substitute; a window; a gap with its reason", async () => {
    const { primary } = JSON.parse((await oncall("--at", "2026-08-03T12:00", "--explain", "--json")).out);
    expect(primary).toMatchObject({
      person: "ben",
      layer: {
        participant: "ana",
        absence: {
          person: "ana",
          end: "2026-08-15T00:00:00+02:00",
          substitute: "ben",
          replacedBy: "substitute",
        },
      },
    });
    const { office } = JSON.parse((await oncall("--at", "2026-08-03T16:00", "--explain", "--json")).out);
    expect(office.layer.window).toEqual({
      start: "2026-08-03T09:00:00-04:00",
      end: "2026-08-03T17:00:00-04:00",
    });
    const gap = JSON.parse((await oncall("--at", "2026-08-03T12:00", "--explain", "--json")).out).office;
    expect(gap).toMatchObject({
      person: null,
      layer: null,
      gap: "outside-windows",
      next: { at: "2026-08-03T09:00:00-04:00", person: "ben" },
    });
    expect((await oncall("--at", "2026-08-03T12:00", "--explain")).out).toContain("office  nobody");
  });

  test("without --explain it stays as it was", async () => {
    expect(JSON.parse((await oncall("--at", "2026-08-03T12:00", "--json")).out)).toEqual({
      primary: "ben",
      office: null,
    });
  });

  test("wrong words: 2; an unknown schedule: 1", async () => {
    expect(await oncall("--explain")).toMatchObject({ code: 2, out: "" });
    expect(await oncall("--explain", "--from", "2026-01-01", "--to", "2026-01-02")).toMatchObject({
      code: 2,
    });
    expect(await oncall("--at", "2026-01-01", "--explain", "--schedule", "third")).toMatchObject({ code: 1 });
  });
});

describe("oncall --team-new", () => {
  const newer = fileWith(edited("participants: [ana, ben]", "participants: [ben, ana]"));
  const interval = ["--from", "2026-03-02T00:00", "--to", "2026-03-16T09:00"];

  test("who is on call instead", async () => {
    const { code, out } = await oncall("--team-new", newer, ...interval, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual([
      {
        schedule: "primary",
        start: "2026-03-01T23:00:00Z",
        end: "2026-03-02T08:00:00Z",
        before: "ben",
        after: "ana",
      },
      {
        schedule: "primary",
        start: "2026-03-02T08:00:00Z",
        end: "2026-03-09T08:00:00Z",
        before: "ana",
        after: "ben",
      },
      {
        schedule: "primary",
        start: "2026-03-09T08:00:00Z",
        end: "2026-03-16T08:00:00Z",
        before: "ben",
        after: "ana",
      },
    ]);
    const words = (await oncall("--team-new", newer, ...interval)).out;
    expect(words).toContain(
      '2026-03-02 09:00 +01:00  to  2026-03-09 09:00 +01:00  =Ben, "B" instead of Ana Ruiz',
    );
  });

  test("of one schedule; nothing; thirty days from now on", async () => {
    expect((await oncall("--team-new", newer, ...interval, "--schedule", "office")).out).toMatch(
      /^Nothing changes from/,
    );
    expect((await oncall("--team-new", file, ...interval, "--json")).out).toBe("[]");
    const changes = JSON.parse((await oncall("--team-new", newer, "--json")).out) as {
      start: string;
      end: string;
    }[];
    expect(Date.parse(changes.at(-1)!.end) - Date.parse(changes[0]!.start)).toBe(30 * 86_400_000);
  });

  test("wrong words, an invalid file: 2; a schedule of neither: 1", async () => {
    expect(await oncall("--team-new", newer, "--at", "2026-01-01")).toMatchObject({ code: 2 });
    const broken = await oncall("--team-new", fileWith("version: 1\nteem: x\n"), ...interval);
    expect(broken).toMatchObject({ code: 2 });
    expect(broken.error).toContain('did you mean "team"?');
    expect(await oncall("--team-new", newer, ...interval, "--schedule", "third")).toMatchObject({ code: 1 });
  });
});

describe("coverage", () => {
  test("every gap and every hole: 1", async () => {
    const { code, out } = await cover("--from", "2026-03-02T00:00", "--days", "2", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      from: "2026-03-01T23:00:00Z",
      to: "2026-03-03T23:00:00Z",
      covered: false,
      schedules: [
        { schedule: "primary", covered: true, gaps: [] },
        {
          schedule: "office",
          covered: false,
          gaps: officeNights.map((stretch) => ({ ...stretch, reason: "outside-windows" })),
        },
      ],
      policies: [
        {
          policy: "default",
          covered: true,
          holes: [],
          steps: [
            { step: 0, reachesNobody: [] },
            { step: 1, reachesNobody: [] },
          ],
        },
        {
          policy: "office",
          covered: false,
          holes: [{ severities: ["critical", "error", "warning", "info"], stretches: officeNights }],
          steps: [{ step: 0, reachesNobody: officeNights }],
        },
      ],
      unreachable: [],
      unsubstituted: [],
    });
  });

  test("in words, in the schedule's zone", async () => {
    const { code, out } = await cover("--from", "2026-03-02T00:00", "--days", "2");
    expect(code).toBe(1);
    expect(out.split("\n")).toEqual([
      "From 2026-03-02 00:00 +01:00 to 2026-03-04 00:00 +01:00 (Europe/Berlin), every instant:",
      "schedule primary: covered",
      "schedule office: 3 gaps, 32 h without anybody",
      "  2026-03-01 18:00 -05:00  to  2026-03-02 09:00 -05:00  15 h  outside every layer's windows",
      "  2026-03-02 17:00 -05:00  to  2026-03-03 09:00 -05:00  16 h  outside every layer's windows",
      "  2026-03-03 17:00 -05:00  to  2026-03-03 18:00 -05:00  1 h   outside every layer's windows",
      "policy default: always reaches somebody",
      "policy office: reaches nobody for critical, error, warning, info alerts, 3 times, 32 h",
      "  2026-03-02 00:00 +01:00  to  2026-03-02 15:00 +01:00  15 h",
      "  2026-03-02 23:00 +01:00  to  2026-03-03 15:00 +01:00  16 h",
      "  2026-03-03 23:00 +01:00  to  2026-03-04 00:00 +01:00  1 h",
      "Not covered: see above.",
    ]);
  });

  test("somebody who cannot be reached; a shift without a substitute", async () => {
    const { code, out } = await cover("--from", "2026-02-01T00:00", "--days", "1");
    expect(code).toBe(1);
    expect(out).toContain("person chi: on call in primary with no way to be reached, 1 time, 15 h");
    const alone = fileWith(edited(", substitute: ben", ""));
    const august = await run(
      coverage,
      "coverage",
      "--team",
      alone,
      "--from",
      "2026-08-01T00:00",
      "--days",
      "14",
    );
    expect(august.out).toContain(
      'note: Ana Ruiz is away for all of shift 30 of primary (layer weekly), 2026-08-03 09:00 +02:00 to 2026-08-10 09:00 +02:00, without a substitute; unasked comes =Ben, "B"',
    );
  });

  test("covered: 0", async () => {
    const covered = fileWith(
      edited('        windows: [{ rrule: "FREQ=DAILY", from: "09:00", to: "17:00" }]\n', ""),
    );
    const { code, out } = await run(coverage, "coverage", "--team", covered, "--from", "2026-03-02T00:00");
    expect({ code, last: out.split("\n").at(-1) }).toEqual({
      code: 0,
      last: "Covered: somebody can be told at any time.",
    });
  });

  test("wrong words: 2", async () => {
    for (const days of ["0", "1.5", "-3", "x", "4000"])
      expect(await cover(`--days=${days}`)).toMatchObject({ code: 2 });
    expect(await run(coverage, "coverage")).toMatchObject({ code: 2, out: "" });
    expect((await run(coverage, "coverage", "--team", "/nowhere.yaml")).error).toContain("no such file");
  });
});

const officeNights = [
  { start: "2026-03-01T23:00:00Z", end: "2026-03-02T14:00:00Z" },
  { start: "2026-03-02T22:00:00Z", end: "2026-03-03T14:00:00Z" },
  { start: "2026-03-03T22:00:00Z", end: "2026-03-03T23:00:00Z" },
];

describe("an interval", () => {
  const asked = (from: string, to: string) =>
    oncall("--schedule", "primary", "--from", `${from}T00:00Z`, "--to", `${to}T00:00Z`, "--json");

  test("may be ten years long", async () => {
    const { code, out } = await asked("2026-01-01", "2036-01-09");
    expect(code).toBe(0);
    expect(JSON.parse(out).at(-1).end).toBe("2036-01-09T00:00:00Z");
  });

  test.each([
    ["2026-01-01", "2036-01-10", "--from and --to are more than 3660 days (10 years) apart"],
    ["2026-01-01", "2099-12-31", "--from and --to are more than 3660 days (10 years) apart"],
    ["2026-01-02", "2026-01-01", "--to must be later than --from."],
  ])("from %s to %s is refused: %s", async (from, to, text) => {
    const { code, error } = await asked(from, to);
    expect([code, error]).toEqual([2, expect.stringContaining(text)]);
  });
});
