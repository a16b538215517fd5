/** What keeps a team file from rotting: calendars as sources, overlapping overrides, reminders to look through it. */
import { describe, expect, test } from "vitest";
import { printFault } from "#config/fault";
import { calendarWindow, mergeCalendars } from "#config/calendars/merge-calendars";
import { loadTeam } from "#config/load-team";
import type { PersonId } from "#domain/ids";
import { changed, sample, sampleEnvironment as env } from "./sample.ts";

const now = () => Date.parse("2026-06-01T12:00:00Z");

function load(text: string) {
  const loaded = loadTeam(text, "/etc/tocsin/f", { env, now });
  if (!loaded.ok) throw new Error(loaded.faults.map(printFault).join("\n"));
  return loaded;
}

function faults(text: string): string[] {
  const loaded = loadTeam(text, "f", { env, now });
  return (loaded.ok ? loaded.warnings : loaded.faults).map(printFault);
}

const withCalendars = (...calendars: string[]) =>
  `${sample}calendars:\n${calendars.map((each) => `  - ${each}\n`).join("")}`;
const line = sample.split("\n").length + 1;

describe("calendars", () => {
  test("are sources beside the team, and no part of it", () => {
    const { team, calendars } = load(
      withCalendars(
        "{ id: holidays, url: webcal://calendar.example.org/secret/a.ics, kind: absences }",
        "{ id: swaps, file: swaps.ics, kind: overrides, schedule: primary, person: ben, refresh: 10m }",
      ),
    );
    expect(calendars).toEqual([
      {
        id: "holidays",
        place: { kind: "url", url: "https://calendar.example.org/secret/a.ics" },
        entries: { kind: "absences" },
        person: null,
        refreshMs: 3_600_000,
      },
      {
        id: "swaps",
        place: { kind: "file", path: "/etc/tocsin/swaps.ics" },
        entries: { kind: "overrides", schedule: "primary" },
        person: "ben",
        refreshMs: 600_000,
      },
    ]);
    expect(team).toEqual(load(sample).team);
  });

  test.each<[string, string, string]>([
    [
      "a misspelt key",
      "{ id: a, ulr: 'https://x.test/a.ics', kind: absences }",
      'calendars[0].ulr: unknown key, did you mean "url"?',
    ],
    [
      "a file by address",
      "{ id: a, url: 'file:///etc/passwd', kind: absences }",
      "calendars[0].url: must begin with https:// or http://",
    ],
    [
      "no address",
      "{ id: a, url: 'team calendar', kind: absences }",
      "calendars[0].url: must be an address such as",
    ],
    [
      "nowhere to read",
      "{ id: a, kind: absences }",
      "calendars[0].url: missing; must be an address to read from, unless there is a file",
    ],
    [
      "two places",
      "{ id: a, url: 'https://x.test', file: x.ics, kind: absences }",
      "calendars[0].file: beside a url; keep one of them",
    ],
    [
      "an unknown kind",
      "{ id: a, file: x.ics, kind: absence }",
      'calendars[0].kind: "absence" is not one of absences, overrides, did you mean "absences"?',
    ],
    [
      "overrides of nothing",
      "{ id: a, file: x.ics, kind: overrides }",
      "calendars[0].schedule: missing; must be the schedule whose overrides these are",
    ],
    [
      "absences of a schedule",
      "{ id: a, file: x.ics, kind: absences, schedule: primary }",
      "calendars[0].schedule: absences hold for every schedule",
    ],
    [
      "an unknown schedule",
      "{ id: a, file: x.ics, kind: overrides, schedule: primry }",
      'calendars[0].schedule: no schedule has the id "primry", did you mean "primary"?',
    ],
    [
      "an unknown person",
      "{ id: a, file: x.ics, kind: absences, person: bne }",
      'calendars[0].person: no person has the id "bne", did you mean "ben"?',
    ],
    [
      "far too often",
      "{ id: a, file: x.ics, kind: absences, refresh: 1s }",
      "calendars[0].refresh: must be at least 60s",
    ],
  ])("%s is a fault with its place", (_, written, said) => {
    expect(faults(withCalendars(written))).toEqual([expect.stringMatching(new RegExp(`^f:${line}:\\d+: `))]);
    expect(faults(withCalendars(written))[0]).toContain(said);
  });

  test("two of one id", () => {
    const two = withCalendars(
      "{ id: a, file: x.ics, kind: absences }",
      "{ id: a, file: y.ics, kind: absences }",
    );
    expect(faults(two)[0]).toContain('calendars[1].id: "a" is already the id of calendars[0]');
  });

  test("what the file says itself wins over a calendar, and the same content is the same revision", () => {
    const { team, calendars } = load(
      withCalendars(
        "{ id: a, file: x.ics, kind: absences }",
        "{ id: b, file: y.ics, kind: overrides, schedule: primary }",
      ),
    );
    const entry = { person: "ben" as PersonId, start: 1, end: 2 };
    const stranger = { person: "zed" as PersonId, start: 1, end: 2 };
    const contents = calendars.map((source) => ({ source, entries: [entry, stranger] }));
    const merged = mergeCalendars(team, contents);
    expect(merged.absences).toEqual([entry, ...team.absences]);
    expect(merged.schedules[0]!.overrides).toEqual([entry, ...team.schedules[0]!.overrides]);
    expect(merged.revision).not.toBe(team.revision);
    expect(mergeCalendars(team, contents).revision).toBe(merged.revision);
    expect(
      mergeCalendars(
        team,
        calendars.map((source) => ({ source, entries: [] })),
      ),
    ).toEqual(team);
  });

  test("the stretch that counts moves once a month", () => {
    const june = calendarWindow(now());
    expect(calendarWindow(Date.parse("2026-06-30T23:59:59Z"))).toEqual(june);
    expect(calendarWindow(Date.parse("2026-07-01T00:00:00Z"))).not.toEqual(june);
    expect(june.from).toBeLessThan(now() - 30 * 86_400_000);
    expect(june.to).toBeGreaterThan(now() + 2 * 365 * 86_400_000);
  });
});

describe("overlapping overrides", () => {
  const overrides = (...lines: string[]) =>
    changed(
      "      - { start: 2026-02-01T09:00:00, end: 2026-02-02T09:00:00, person: chi }\n",
      lines.map((each) => `      - { ${each} }\n`).join(""),
    );

  test("are a warning at the place of the one that counts", () => {
    expect(
      faults(
        overrides(
          "start: 2026-02-01, end: 2026-02-03, person: chi",
          "start: 2026-02-02, end: 2026-02-04, person: ben",
        ),
      ),
    ).toEqual([
      "f:29:9: warning: schedules[0].overrides[1]: overlaps schedules[0].overrides[0]: ben is on call there, not chi, since the last one listed counts",
    ]);
  });

  test("whatever their order; one behind a long one of the same person too", () => {
    const said = faults(
      overrides(
        "start: 2026-02-10, end: 2026-02-11, person: ben",
        "start: 2026-02-01, end: 2026-03-01, person: chi",
        "start: 2026-02-20, end: 2026-02-21, person: chi",
        "start: 2026-03-01, end: 2026-03-02, person: ben",
      ),
    );
    expect(said).toEqual([
      "f:29:9: warning: schedules[0].overrides[1]: overlaps schedules[0].overrides[0]: chi is on call there, not ben, since the last one listed counts",
    ]);
  });

  test("an end before its start is an error with its place", () => {
    expect(faults(overrides("start: 2026-02-03, end: 2026-02-01, person: chi"))).toEqual([
      "f:28:35: schedules[0].overrides[0].end: not after its start; swap them or correct one",
    ]);
    expect(faults(changed("end: 2026-08-15T00:00:00", "end: 2026-07-15T00:00:00"))).toEqual([
      expect.stringMatching(/^f:30:\d+: absences\[0\]\.end: not after its start; swap them or correct one$/),
    ]);
  });
});

describe("reviewedAt", () => {
  const reviewed = (team: string, schedule: string) =>
    changed("timeZone: Europe/Berlin }", `timeZone: Europe/Berlin, reviewedAt: ${team} }`).replace(
      "  - id: primary\n",
      `  - id: primary\n    reviewedAt: ${schedule}\n`,
    );

  test("is read for the team and for each schedule, and is no part of the team", () => {
    const loaded = load(reviewed("2026-05-01", "2026-05-02T10:00:00Z"));
    expect(loaded.reviews.map(({ schedule, at }) => [schedule, new Date(at).toISOString()])).toEqual([
      [null, "2026-04-30T22:00:00.000Z"],
      ["primary", "2026-05-02T10:00:00.000Z"],
    ]);
    expect(loaded.warnings).toEqual([]);
    expect(loaded.team.revision).toBe(load(sample).team.revision);
    expect(load(sample).reviews).toEqual([]);
  });

  test("warns after 90 days, at its place", () => {
    expect(faults(reviewed("2026-03-04", "2026-03-04T12:00:00Z"))).toEqual([]);
    expect(faults(reviewed("2026-03-01", "2025-06-01"))).toEqual([
      "f:2:62: warning: team.reviewedAt: last looked through 92 days ago; look through it and write today's date",
      "f:18:17: warning: schedules[0].reviewedAt: last looked through 365 days ago; look through it and write today's date",
    ]);
  });

  test("a day to come, and no day at all", () => {
    expect(faults(reviewed("2027-01-01", "2026-05-01"))[0]).toContain(
      "team.reviewedAt: 2026-12-31 is still to come",
    );
    expect(faults(reviewed("soon", "2026-05-01"))[0]).toContain("team.reviewedAt: must be a time such as");
  });
});
