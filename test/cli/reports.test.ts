/** `duty`, `fairness` and `simulate`: what is printed, as words, CSV and JSON, and how it ends. */
import { parse } from "csv-parse/sync";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvCell, csvText } from "#cli/csv";
import { duty } from "#cli/duty";
import { fairness } from "#cli/fairness";
import { simulateCommand } from "#cli/simulate";
import { lengthText, zonedIso, zonedText } from "#cli/zoned-time";
import { edited, teamText } from "./on-call-team.ts";
import { fileWith, run } from "./run-command.ts";

const file = fileWith(teamText);

describe("duty", () => {
  const ana = (...words: string[]) => run(duty, "duty", "--team", file, "--person", "ana", ...words);

  test("next, how much, and each turn", async () => {
    const { code, out } = await ana("--from", "2026-03-10T09:00", "--to", "2026-04-01T09:00");
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      "Ana Ruiz is on duty next in primary, 2026-03-16 09:00 +01:00 to 2026-03-23 09:00 +01:00, 6 d later.",
      "To 2026-04-01 09:00 +02:00 (Europe/Berlin): 216 h in 2 turns; 9 nights (72 h between 22:00 and 06:00), 1 week-end (48 h).",
      "  2026-03-16 09:00 +01:00  to  2026-03-23 09:00 +01:00  primary  7 d",
      "  2026-03-30 09:00 +02:00  to  2026-04-01 09:00 +02:00  primary  2 d",
    ]);
  });

  test("as JSON", async () => {
    const found = JSON.parse(
      (await ana("--from", "2026-03-20T09:00", "--to", "2026-03-30T09:00", "--json")).out,
    );
    expect(found).toMatchObject({
      person: "ana",
      from: "2026-03-20T08:00:00Z",
      next: { schedule: "primary", start: "2026-03-20T08:00:00Z", end: "2026-03-23T08:00:00Z" },
      total: { dutyMs: 72 * 3_600_000, nights: 3, weekends: 1 },
    });
    expect(found.turns).toEqual([found.next]);
  });

  test("not at all; now; nobody of that name: 1; wrong words: 2", async () => {
    const chi = ["--person", "chi", "--from", "2026-03-20T09:00", "--to", "2026-03-30T09:00"];
    expect((await run(duty, "duty", "--team", file, ...chi)).out).toMatch(/^Chi is not on duty from /);
    expect((await ana("--from", "2026-03-20T09:00")).out).toMatch(
      /^Ana Ruiz is on duty in primary at .*, until /,
    );
    expect(await run(duty, "duty", "--team", file, "--person", "eve")).toMatchObject({ code: 1 });
    expect(await run(duty, "duty", "--team", file)).toMatchObject({ code: 2 });
    expect(await ana("--from", "2026-03-20", "--to", "2026-03-20")).toMatchObject({ code: 2 });
  });
});

describe("fairness", () => {
  const interval = ["--from", "2026-12-14T09:00", "--to", "2026-12-28T09:00"];
  const fair = (...words: string[]) => run(fairness, "fairness", "--team", file, ...interval, ...words);
  const holidays = fileWith(
    "\uFEFF# Berlin\r\n2026-12-25 Christmas Day\r\n\r\n2026-12-26 # and the day after\r\n",
    "days",
  );

  test("a table", async () => {
    const { code, out } = await fair("--holidays", holidays);
    expect(code).toBe(0);
    expect(out.split("\n").slice(1)).toEqual([
      "schedule primary",
      "             hours  share  nights  night h  week-ends  week-end h  holidays  holiday h",
      "  Ana Ruiz     168    50%       7       56          1          48         2         48",
      '  =Ben, "B"    168    50%       7       56          1          48         0          0',
      "schedule office, nobody for 224 h",
      "             hours  share  nights  night h  week-ends  week-end h  holidays  holiday h",
      '  =Ben, "B"    112   100%      14       14          2          32         2         16',
      "all schedules (duty in several at once counts once)",
      "             hours  share  nights  night h  week-ends  week-end h  holidays  holiday h",
      "  Ana Ruiz     168    43%       7       56          1          48         2         48",
      '  =Ben, "B"    224    57%      14       63          2          64         2         16',
    ]);
  });

  test("CSV that other readers read, and that no spreadsheet obeys", async () => {
    const { out } = await fair("--csv");
    expect(`${out}\n`).toMatch(/^schedule,person,name,hours,.*\r\n/);
    expect(out.endsWith("\r")).toBe(true);
    const rows = parse(`${out}\n`, { columns: true }) as Record<string, string>[];
    expect(rows.map(({ schedule, person, name, hours }) => [schedule, person, name, hours])).toEqual([
      ["primary", "ana", "Ana Ruiz", "168"],
      ["primary", "ben", '\'=Ben, "B"', "168"],
      ["office", "ben", '\'=Ben, "B"', "112"],
      ["", "ana", "Ana Ruiz", "168"],
      ["", "ben", '\'=Ben, "B"', "224"],
    ]);
  });

  test("JSON", async () => {
    const { schedules, total } = JSON.parse((await fair("--json")).out);
    expect(schedules[0]).toMatchObject({ schedule: "primary", coveredMs: 336 * 3_600_000, uncoveredMs: 0 });
    expect(total).toHaveLength(2);
  });

  test("holidays that are none, with their lines: 2; wrong words: 2", async () => {
    const bad = fileWith("2026-12-25\n2026-02-30\n25.12.2026\n", "days");
    const { code, error } = await fair("--holidays", bad);
    expect(code).toBe(2);
    expect(error.split("\n").slice(1)).toEqual([
      `${bad}:2: "2026-02-30" is no date of the calendar; write it like 2026-12-25`,
      `${bad}:3: "25.12.2026" is no date of the calendar; write it like 2026-12-25`,
    ]);
    expect(await fair("--holidays", "/nowhere")).toMatchObject({ code: 2 });
    expect(await fair("--csv", "--json")).toMatchObject({ code: 2 });
    expect(await run(fairness, "fairness", "--team", file, "--from", "2026-01-01")).toMatchObject({
      code: 2,
    });
  });
});

test("any text survives CSV, but for the apostrophe that disarms a formula", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.string({ unit: "grapheme" }), { minLength: 2, maxLength: 2 }), { minLength: 1 }),
      (rows) => {
        const read = parse(csvText(rows), {
          relax_column_count: true,
          record_delimiter: "\r\n",
        }) as string[][];
        expect(read).toEqual(
          rows.map((row) => row.map((cell) => (/^\s*[=+\-@\t\r\n＝＋－＠]/u.test(cell) ? `'${cell}` : cell))),
        );
      },
    ),
  );
  for (const formula of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1"])
    expect(csvCell(formula)).toMatch(/^"?'/);
  expect(csvCell(-1.5)).toBe("-1.5");
});

describe("simulate", () => {
  const simulation = (...words: string[]) => run(simulateCommand, "simulate", "--team", file, ...words);
  const night = ["--at", "2026-12-27T03:12", "--severity", "critical"];

  test("who is woken when, by which channel", async () => {
    const { code, out } = await simulation(...night);
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      "critical alert at 2026-12-27 03:12 +01:00 (Europe/Berlin): policy default",
      "  at once  2026-12-27 03:12 +01:00  step 1 asks Ana Ruiz (on call in primary)",
      "  at once  2026-12-27 03:12 +01:00    desktop alert to Ana Ruiz",
      "  +1 min   2026-12-27 03:13 +01:00    e-mail to Ana Ruiz",
      '  +5 min   2026-12-27 03:17 +01:00  step 2 asks =Ben, "B" (named)',
      '  +5 min   2026-12-27 03:17 +01:00    desktop alert to =Ben, "B"',
      '  +6 min   2026-12-27 03:18 +01:00    e-mail to =Ben, "B"',
      "From 2026-12-27 03:22 +01:00 on the last of these steps repeats, for whoever is on call then.",
    ]);
  });

  test("repetitions are told once", async () => {
    const { out } = await simulation(...night, "--for", "1h");
    expect(out.split("\n").slice(-6)).toEqual([
      '  +6 min   2026-12-27 03:18 +01:00    e-mail to =Ben, "B"',
      '  +10 min  2026-12-27 03:22 +01:00  step 2 asks =Ben, "B" (named)',
      '  +10 min  2026-12-27 03:22 +01:00    desktop alert to =Ben, "B"',
      '  +11 min  2026-12-27 03:23 +01:00    e-mail to =Ben, "B"',
      "  +15 min  2026-12-27 03:27 +01:00  the same again, 9 times until 2026-12-27 04:07 +01:00",
      "Looked at until 2026-12-27 04:12 +01:00; --for sets how long.",
    ]);
  });

  test("desktops: none, or of some", async () => {
    const vias = async (...words: string[]) => {
      const { timeline } = JSON.parse((await simulation(...night, ...words, "--json")).out) as {
        timeline: { kind: string; person: string; via: string }[];
      };
      return timeline.filter(({ kind }) => kind === "notified").map(({ person, via }) => `${person} ${via}`);
    };
    expect(await vias()).toEqual(["ana desktop", "ana email", "ben desktop", "ben email"]);
    expect(await vias("--desktops", "none")).toEqual(["ana email", "ben email"]);
    expect(await vias("--desktops", "ben, chi")).toEqual(["ana email", "ben desktop", "ben email"]);
  });

  test("labels and severity decide the policy; skipped tiers have their reason", async () => {
    const { policy, timeline, ended } = JSON.parse(
      (
        await simulation(
          "--at",
          "2026-12-27T03:12",
          "--severity",
          "warning",
          "--label",
          "team=web",
          "--desktops",
          "none",
          "--json",
        )
      ).out,
    );
    expect({ policy, ended }).toEqual({ policy: "office", ended: "settled" });
    expect(timeline.slice(0, 2)).toEqual([
      {
        at: "2026-12-27T02:12:00Z",
        afterMs: 0,
        kind: "skipped",
        step: 0,
        repeat: 0,
        reason: "nobody-on-call",
      },
      {
        at: "2026-12-27T02:12:00Z",
        afterMs: 0,
        kind: "step",
        step: 0,
        repeat: 0,
        reason: "nobody-reachable",
        asked: [],
      },
    ]);
    // Nine o'clock in New York.
    expect(timeline.at(-1)).toMatchObject({
      at: "2026-12-27T14:00:00Z",
      kind: "notified",
      person: "ben",
    });
  });

  test("what an edit changes", async () => {
    const newer = fileWith(
      edited("{ notify: [{ person: ben }], within: 5m,", "{ notify: [{ person: ana }], within: 5m,"),
    );
    const both = JSON.parse((await simulation(...night, "--team-new", newer, "--json")).out);
    expect(both.changes).toEqual([
      { person: "ana", via: "desktop", beforeMs: 0, afterMs: 0, change: "same" },
      { person: "ana", via: "email", beforeMs: 60_000, afterMs: 60_000, change: "same" },
      { person: "ben", via: "desktop", beforeMs: 300_000, afterMs: null, change: "no-longer" },
      { person: "ben", via: "email", beforeMs: 360_000, afterMs: null, change: "no-longer" },
    ]);
    const words = (await simulation(...night, "--team-new", newer)).out;
    expect(words.split("\n").slice(-4)).toEqual([
      "DIFFERENCE",
      '  =Ben, "B": no longer told by desktop alert (was +5 min)',
      '  =Ben, "B": no longer told by e-mail (was +6 min)',
      "  the rest (2 first notices) as before",
    ]);
    expect((await simulation(...night, "--team-new", file)).out).toMatch(/None: the same people, .*$/);
  });

  test("wrong words: 2; what the team does not have: 1", async () => {
    const at = ["--at", "2026-12-27T03:12"];
    expect(await simulation("--severity", "critical")).toMatchObject({ code: 2, out: "" });
    expect((await simulation(...at)).error).toContain("critical, error, warning, info");
    expect(await simulation(...at, "--severity", "terrible")).toMatchObject({ code: 2 });
    expect(await simulation(...night, "--label", "novalue")).toMatchObject({ code: 2 });
    expect(await simulation(...night, "--for", "a while")).toMatchObject({ code: 2 });
    expect(await simulation("--at", "soon", "--severity", "info")).toMatchObject({ code: 2 });
    expect((await simulation(...night, "--integration", "nagios")).error).toContain("prometheus");
    expect(await simulation(...night, "--integration", "nagios")).toMatchObject({ code: 1 });
    expect(await simulation(...night, "--desktops", "eve")).toMatchObject({ code: 1 });
    expect(await simulation(...night, "--integration", "prometheus")).toMatchObject({ code: 0 });
  });
});

test("times and lengths for people", () => {
  const at = Date.parse("2026-03-29T00:59:59Z");
  expect([zonedText("Europe/Berlin", at), zonedIso("Europe/Berlin", at + 1000)]).toEqual([
    "2026-03-29 01:59:59 +01:00",
    "2026-03-29T03:00:00+02:00",
  ]);
  expect(zonedText("America/St_Johns", Date.parse("2026-01-01T00:00:00Z"))).toBe("2025-12-31 20:30 -03:30");
  const [minute, hour] = [60_000, 3_600_000];
  expect([0, 59_000, minute, 90_000, hour, 47.5 * hour, 48 * hour, 100 * hour].map(lengthText)).toEqual([
    "0 s",
    "59 s",
    "1 min",
    "1 min 30 s",
    "1 h",
    "47 h 30 min",
    "2 d",
    "4 d 4 h",
  ]);
});
