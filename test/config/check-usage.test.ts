/** What `check` says of what is never used, asks nobody, or cannot be meant; with place and remedy. And the day's end. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { printFault } from "#config/fault";
import { importTeam } from "#config/import/import-team";
import { defaultTeamText } from "#config/default-team";
import { loadTeam } from "#config/load-team";
import { weeklyWindows } from "#config/import/duty-window";
import { finalSchedule, onCallAt } from "#domain/oncall/on-call";
import { loadOptions } from "../../src/compose/team-file.ts";
import { fixtureFiles } from "./import/imported.ts";
import { changed, sample, sampleEnvironment as env } from "./sample.ts";

function warningsOf(text: string): string[] {
  const loaded = loadTeam(text, "f", { env });
  if (!loaded.ok) throw new Error(loaded.faults.map(printFault).join("\n"));
  return loaded.warnings.map(printFault);
}
const withLine = (after: string, line: string) => changed(after, `${after}${line}`);

describe("asks nobody", () => {
  test("an empty group as a whole step", () => {
    expect(
      warningsOf(
        withLine("groups:\n", "  - { id: nobody, people: [] }\n").replace(
          "{ group: dba }, { person: chi }",
          "{ group: nobody }",
        ),
      ),
    ).toEqual([
      "f:16:5: warning: groups[1]: no policy asks this group; name it in a step, or take it away",
      "f:36:9: warning: policies[0].steps[1]: asks nobody, so it is skipped: nobody is in group nobody; add people there, or take the step away",
    ]);
  });

  test("an empty schedule as a whole step, and an empty group beside others", () => {
    const text = withLine("groups:\n", "  - { id: nobody, people: [] }\n")
      .replace("schedules:\n", "schedules:\n  - { id: bare }\n")
      .replace("[{ schedule: primary }]", "[{ schedule: bare }]")
      .replace("{ person: chi }", "{ group: nobody }");
    expect(warningsOf(text).filter((line) => line.includes("asks nobody"))).toEqual([
      expect.stringContaining(
        "policies[0].steps[0]: asks nobody, so it is skipped: nobody is in schedule bare;",
      ),
      expect.stringContaining(
        "policies[0].steps[1].notify[1]: asks nobody: nobody is in group nobody; add people there",
      ),
    ]);
  });
});

describe("never used", () => {
  test("a policy without a route", () => {
    const spare = "  - { id: spare, steps: [{ notify: [{ person: chi }], within: 5m }] }\n";
    expect(warningsOf(withLine("policies:\n", spare))).toEqual([
      "f:32:5: warning: policies[0]: no route leads here, so only a transfer by hand does; add a route, or take it away",
    ]);
  });

  test("a schedule, a group and a person whom no step asks", () => {
    const text = withLine(
      "schedules:\n",
      "  - { id: spare, overrides: [{ start: 2026-01-01, end: 2026-01-02, person: dan }] }\n",
    )
      .replace("groups:\n", "groups:\n  - { id: idle, people: [ana] }\n")
      .replace("groups:\n", "  - { id: dan, name: Dan }\n  - { id: eve, name: Eve }\ngroups:\n")
      .replace("{ everyone: true }", "{ person: ana }");
    expect(warningsOf(text)).toEqual([
      "f:15:5: warning: people[4]: in no schedule, group or step, so never asked; add them to one, or take them away",
      "f:17:5: warning: groups[0]: no policy asks this group; name it in a step, or take it away",
      "f:20:5: warning: schedules[0]: no policy asks whoever is on call here; name it in a step, or take it away",
    ]);
  });

  test("whoever only stands in for somebody is used", () => {
    const text = withLine("groups:\n", "").replace("groups:\n", "  - { id: dan, name: Dan }\ngroups:\n");
    expect(
      warningsOf(
        text.replace("substitute: ben", "substitute: dan").replace("{ everyone: true }", "{ person: ana }"),
      ),
    ).toEqual([]);
  });

  test.each([
    ["labels: { team: api }", 'labels: { team: api, tier: "1" }, source: db1', true],
    ["severity: [critical, error], source: db1", "severity: [error], source: db1", true],
    ["integration: anything", "integration: anything, severity: [info]", true],
    ["labels: { team: api }", "labels: { team: web }", false],
    ["severity: [critical], source: db1", "source: db1", false],
    ['labels: { team: api, tier: "1" }', "labels: { team: api }", false],
  ])("after a route for %s, one for %s", (first, second, isNever) => {
    const text = withLine(
      "first match wins; the last one must match everything\n",
      `  - { match: { ${first} }, policy: default }\n  - { match: { ${second} }, policy: default }\n`,
    );
    expect(warningsOf(text)).toEqual(
      isNever
        ? [
            "f:41:5: warning: routes[1]: never used: routes[0] takes everything that it would match; list this one before it",
          ]
        : [],
    );
  });
});

describe("TLS on the other kind of port", () => {
  test.each([
    [
      "port: 587, secure: true",
      "port 587 begins unencrypted",
      "write secure: false with requireTls: true, or port: 465",
    ],
    ["port: 25, secure: true", "port 25 begins unencrypted", "or port: 465"],
    [
      "port: 465, secure: false",
      "port 465 speaks TLS from the first byte",
      "write secure: true, or port: 587",
    ],
  ])("%s", (written, said, remedy) => {
    const [line, ...more] = warningsOf(changed("port: 2525, secure: false", written));
    expect(more).toEqual([]);
    expect(line).toMatch(/^f:45:\d+: warning: email\.secure: /);
    expect(line).toContain(said);
    expect(line).toContain(remedy);
  });

  test.each(["port: 465, secure: true", "port: 587, secure: false", "port: 587", "port: 2465, secure: true"])(
    "%s is as it should be",
    (written) => {
      expect(warningsOf(changed("port: 2525, secure: false", written))).toEqual([]);
    },
  );
});

describe('to: "24:00" is the day\'s end', () => {
  const windowed = (from: string, to: string) =>
    changed('from: "09:00", to: "17:00"', `from: "${from}", to: "${to}"`);
  const teamWith = (text: string) => {
    const loaded = loadTeam(text, "f", { env });
    if (!loaded.ok) throw new Error(loaded.faults.map(printFault).join("\n"));
    return loaded.team;
  };

  test.each(["24:00", "24:00:00", "00:00"])("to: %s", (to) => {
    const team = teamWith(windowed("17:00", to));
    const [{ id }] = team.schedules as [(typeof team.schedules)[0]];
    const at = (text: string) => onCallAt(team, id, Date.parse(text));
    // Monday 12 January 2026, Berlin.
    expect([
      at("2026-01-12T16:59:59+01:00"),
      at("2026-01-12T17:00:00+01:00"),
      at("2026-01-12T23:59:59+01:00"),
      at("2026-01-13T00:00:00+01:00"),
    ]).toEqual([null, "ben", "ben", null]);
    expect(team.revision).toBe(teamWith(windowed("17:00", "00:00")).revision);
  });

  test("a whole day, on the day the clocks go forward too", () => {
    const team = teamWith(windowed("00:00", "24:00").replace("MO,TU,WE,TH,FR", "SU"));
    const [{ id }] = team.schedules as [(typeof team.schedules)[0]];
    const [from, to] = [Date.parse("2026-03-28T12:00:00Z"), Date.parse("2026-03-31T12:00:00Z")];
    expect(
      finalSchedule(team, id, from, to)
        .filter(({ person }) => person !== null)
        .map(({ start, end }) => [new Date(start).toISOString(), (end - start) / 3_600_000]),
    ).toEqual([["2026-03-28T23:00:00.000Z", 23]]);
  });

  test.each(["24:01", "25:00", "24", "24:00:01"])("%s is none", (to) => {
    expect(loadTeam(windowed("09:00", to), "f", { env }).ok).toBe(false);
  });

  test("imports write it so", () => {
    const hour = 3_600_000;
    expect(weeklyWindows([{ days: [5, 6], from: 0, length: 24 * hour }], 0)).toEqual([
      { rrule: "FREQ=WEEKLY;BYDAY=SA,SU", from: "00:00", to: "24:00" },
    ]);
    expect(weeklyWindows([{ days: [0], from: 17 * hour, length: 7 * hour }], 0)).toEqual([
      { rrule: "FREQ=WEEKLY;BYDAY=MO", from: "17:00", to: "24:00" },
    ]);
  });
});

describe("no false alarm", () => {
  const silent = (text: string, now: string): string[] => {
    const options = {
      ...loadOptions(() => Date.parse(now)),
      env: { SMTP_PASSWORD: "x" },
      findGaps: () => [],
    };
    const loaded = loadTeam(text, "f", options);
    if (!loaded.ok) throw new Error(loaded.faults.map(printFault).join("\n"));
    // An absence in sight without a substitute is told, and is right.
    return loaded.warnings.map(printFault).filter((line) => !line.includes("is away for a whole shift"));
  };
  const theDefault = defaultTeamText({
    userName: "joe",
    timeZone: "Europe/Berlin",
    alertmanagerKey: "a".repeat(32),
    eventsKey: "b".repeat(32),
  });

  test.each(["2026-01-10", "2026-06-01", "2026-11-30", "2027-06-01"])("in %s", (now) => {
    expect(silent(readFileSync("examples/team.yaml", "utf8"), now)).toEqual([]);
    expect(silent(theDefault, now)).toEqual([]);
    expect(silent(sample, now)).toEqual([]);
  });

  test.each(["pagerduty", "opsgenie", "oncall"] as const)(
    "about layers that %s's import has written",
    (vendor) => {
      const imported = importTeam(vendor, fixtureFiles(vendor));
      if (!imported.ok) throw new Error("the fixtures are refused");
      // Rotations that OnCall began in the middle of a turn begin so here; their short first shift is truly told of.
      const begunInTurn = vendor === "oncall" ? /is no handoff of/ : /(?!)/;
      const layers = silent(imported.yaml, "2026-03-01").filter(
        (line) => /layers\[\d+\]/.test(line) && !begunInTurn.test(line),
      );
      expect(layers).toEqual([]);
    },
  );
});
