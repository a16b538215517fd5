/** Calendars that come, change, fail and come back: a real server on loopback, real files, and a clock that is moved. */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { loadTeam } from "#config/load-team";
import type { Team } from "#domain/team";
import { judgeFact } from "#wire/fact-json";
import { CalendarRefresher } from "../../src/compose/calendar-refresher.ts";
import { sample, sampleEnvironment as env } from "../config/sample.ts";
import { StandingClock } from "../support/fake-engine.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const hour = 3_600_000;

const calendar = (...days: [day: string, who: string][]) =>
  [
    "BEGIN:VCALENDAR",
    ...days.flatMap(([day, who]) => [
      "BEGIN:VEVENT",
      `UID:${day}${who}`,
      `SUMMARY:${who}`,
      `DTSTART;VALUE=DATE:${day}`,
      "END:VEVENT",
    ]),
    "END:VCALENDAR",
    "",
  ].join("\r\n");

async function serve() {
  const state = { status: 200, body: calendar(), requests: 0 };
  const server = createServer((_, response) => {
    state.requests += 1;
    response.writeHead(state.status).end(state.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.ics` });
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "tocsin-calendars-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function load(...calendars: object[]) {
  const loaded = loadTeam(`${sample}calendars: ${JSON.stringify(calendars)}\n`, "f", { env });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  return loaded;
}

function start(directory: string, time = now) {
  const teams: Team[] = [];
  const problems: (string | null)[] = [];
  const clock = new StandingClock(time);
  const refresher = new CalendarRefresher({
    clock,
    directory,
    log: { info: () => {}, warn: () => {} } as never,
    onTeam: (team) => void teams.push(team),
    onProblem: (text) => void problems.push(text),
  });
  onTestFinished(() => refresher.stop());
  return { refresher, clock, teams, problems };
}

/** Who is away, besides what the file itself says. */
const away = (team: Team | null | undefined) =>
  team!.absences.slice(0, -1).map(({ person }) => person as string);

test("reads at once and at its interval, and tells only what has changed", async () => {
  const server = await serve();
  server.body = calendar(["20260401", "Ben"]);
  const { refresher, clock, teams } = start(folder());
  const { team, calendars } = load({ id: "holidays", url: server.url, kind: "absences", refresh: "1h" });
  expect(await refresher.use(team, calendars)).toEqual(team);
  clock.pass(0);
  await vi.waitUntil(() => teams.length === 1);
  expect(away(teams[0])).toEqual(["ben"]);
  expect(teams[0]!.revision).not.toBe(team.revision);

  clock.pass(hour);
  await vi.waitUntil(() => server.requests === 2);
  server.body = calendar(["20260401", "Ben"], ["20260501", "Chi"]);
  // The second reading has to be over before its timer stands.
  await vi.waitUntil(() => (clock.pass(hour), server.requests >= 3 && teams.length === 2));
  expect(away(teams[1])).toEqual(["ben", "chi"]);
});

test.each([hour, 10 * 365 * 24 * hour])(
  "goes on at its interval when a clock that was %d ms ahead is set right",
  async (aheadMs) => {
    const server = await serve();
    const { refresher, clock } = start(folder(), now + aheadMs);
    const { team, calendars } = load({ id: "holidays", url: server.url, kind: "absences", refresh: "1h" });
    await refresher.use(team, calendars);
    await vi.waitUntil(() => (clock.pass(0), server.requests === 1));
    await new Promise((resolve) => setTimeout(resolve, 100));
    clock.setBy(-aheadMs);
    clock.pass(hour - 1);
    expect(server.requests).toBe(1);
    clock.pass(1);
    await vi.waitUntil(() => server.requests === 2);
  },
);

test("one that fails keeps its last copy, says since when, and is asked again soon", async () => {
  const server = await serve();
  server.body = calendar(["20260401", "Ben"]);
  const directory = folder();
  const { refresher, clock, teams, problems } = start(directory);
  const { team, calendars } = load({ id: "holidays", url: server.url, kind: "absences", refresh: "1h" });
  await refresher.use(team, calendars);
  clock.pass(0);
  await vi.waitUntil(() => teams.length === 1);
  const copies = join(directory);
  expect(readdirSync(copies).sort()).toEqual(["holidays.ics", "holidays.json"]);
  expect(statSync(join(copies, "holidays.ics")).mode & 0o777).toBe(0o600);

  server.body = "<html>Please log in";
  clock.pass(hour);
  await vi.waitUntil(() => problems.length === 1);
  expect(problems[0]).toMatch(
    /^Calendar holidays cannot be read since 2026-03-01 13:00 UTC: what 127\.0\.0\.1:\d+ sends: it is no iCalendar file; it begins with "<html>Please log in"\. Its copy of 2026-03-01 12:00 UTC stays in force\.$/,
  );
  expect(teams).toHaveLength(1);

  server.status = 503;
  clock.pass(5 * 60_000);
  await vi.waitUntil(() => problems.length === 2);
  expect(problems[1]).toContain("cannot be read since 2026-03-01 13:00 UTC: 127.0.0.1:");
  expect(problems[1]).toContain("answers 503. Its copy of 2026-03-01 12:00 UTC stays in force.");

  // Another engine, with the server still down: the copy on disk counts.
  const second = start(directory, now + 24 * hour);
  expect(away(await second.refresher.use(team, calendars))).toEqual(["ben"]);
  second.clock.pass(0);
  await vi.waitUntil(() => second.problems.length === 1);
  expect(second.problems[0]).toContain("since 2026-03-02 12:00 UTC");
  expect(second.problems[0]).toContain("Its copy of 2026-03-01 12:00 UTC stays in force.");

  server.status = 200;
  server.body = calendar(["20260601", "Chi"]);
  second.clock.pass(5 * 60_000);
  await vi.waitUntil(() => second.problems.length === 2);
  expect(second.problems[1]).toBeNull();
  expect(away(second.teams.at(-1))).toEqual(["chi"]);
});

test("a cut-off download does not bring anybody back", async () => {
  const server = await serve();
  server.body = calendar(["20260401", "Ben"], ["20260501", "Chi"]);
  const { refresher, clock, teams, problems } = start(folder());
  const { team, calendars } = load({ id: "a", url: server.url, kind: "absences" });
  await refresher.use(team, calendars);
  clock.pass(0);
  await vi.waitUntil(() => teams.length === 1);
  server.body = server.body.slice(0, 120);
  clock.pass(hour);
  await vi.waitUntil(() => problems.length === 1);
  expect(problems[0]).toContain("cut off");
  expect(teams).toHaveLength(1);
});

test("overrides from a file beside the team file; a file that goes is a problem, not a change", async () => {
  const directory = folder();
  const path = join(directory, "swaps.ics");
  writeFileSync(path, calendar(["20260401", "Ben"]));
  const { refresher, clock, teams, problems } = start(join(directory, "calendars"));
  const { team, calendars } = load({ id: "swaps", file: path, kind: "overrides", schedule: "primary" });
  await refresher.use(team, calendars);
  clock.pass(0);
  await vi.waitUntil(() => teams.length === 1);
  expect(teams[0]!.schedules[0]!.overrides.map(({ person }) => person)).toEqual(["ben", "chi"]);
  rmSync(path);
  clock.pass(hour);
  await vi.waitUntil(() => problems.length === 1);
  expect(problems[0]).toContain(`${path} cannot be read (ENOENT)`);
  expect(teams).toHaveLength(1);
});

test("a whole day of an override is its schedule's, and follows it to another zone", async () => {
  const directory = folder();
  const path = join(directory, "swaps.ics");
  // Ana lives in Madrid as if it were Tokyo: whose midnight it is can be seen.
  writeFileSync(path, calendar(["20260723", "Ana Ruiz"]));
  const { refresher, clock, teams } = start(join(directory, "calendars"));
  const { team, calendars } = load({ id: "swaps", file: path, kind: "overrides", schedule: "primary" });
  const people = team.people.map((person) =>
    person.id === "ana" ? { ...person, timeZone: "Asia/Tokyo" } : person,
  );
  await refresher.use({ ...team, people }, calendars);
  clock.pass(0);
  await vi.waitUntil(() => teams.length === 1);
  const stretch = (one: Team): string[] => {
    const { start: from, end } = one.schedules[0]!.overrides[0]!;
    return [from, end].map((at) => new Date(at).toISOString());
  };
  expect(stretch(teams[0]!)).toEqual(["2026-07-22T22:00:00.000Z", "2026-07-23T22:00:00.000Z"]);
  const schedules = team.schedules.map((schedule) => ({ ...schedule, timeZone: "America/New_York" }));
  const moved = await refresher.use({ ...team, people, schedules }, calendars);
  expect(stretch(moved!)).toEqual(["2026-07-23T04:00:00.000Z", "2026-07-24T04:00:00.000Z"]);
});

test("a changed team file keeps what the calendars said, and drops those that it no longer names", async () => {
  const server = await serve();
  server.body = calendar(["20260401", "Ben"]);
  const { refresher, clock, teams } = start(folder());
  const source = { id: "holidays", url: server.url, kind: "absences" };
  const first = load(source);
  await refresher.use(first.team, first.calendars);
  clock.pass(0);
  await vi.waitUntil(() => teams.length === 1);
  const renamed = { ...first.team, name: "Renamed" };
  expect(away(await refresher.use(renamed, first.calendars))).toEqual(["ben"]);
  clock.pass(hour / 2);
  expect(server.requests).toBe(1);
  expect(await refresher.use(first.team, [])).toBe(first.team);
  clock.pass(10 * hour);
  expect(server.requests).toBe(1);
});

test("a copy of another address counts for nothing", async () => {
  const server = await serve();
  server.body = calendar(["20260401", "Ben"]);
  const directory = folder();
  const first = start(directory);
  const { team, calendars } = load({ id: "a", url: server.url, kind: "absences" });
  await first.refresher.use(team, calendars);
  first.clock.pass(0);
  await vi.waitUntil(() => first.teams.length === 1);
  const moved = load({ id: "a", url: `${server.url}?other`, kind: "absences" });
  expect(away(await start(directory).refresher.use(moved.team, moved.calendars))).toEqual([]);
});

test("no calendars: no timer, no folder", async () => {
  const directory = join(folder(), "calendars");
  const { refresher, clock, teams } = start(directory);
  const { team, calendars } = load();
  expect(await refresher.use(team, calendars)).toBe(team);
  clock.pass(100 * hour);
  expect(teams).toEqual([]);
  expect(() => statSync(directory)).toThrow("ENOENT");
});

test.each([
  ["answers 304 to the first question", 304, ""],
  [
    "has an event that lasts longer than time",
    200,
    `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Ben\r\nDTSTART;VALUE=DATE:20260101\r\nDURATION:P99999999D\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
  ],
  [
    "has an event of a timed eternity",
    200,
    `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Ben\r\nDTSTART:19000101T000000Z\r\nDURATION:P99999999D\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
  ],
])("a server that %s ends nothing, and what comes of it can travel", async (_, status, body) => {
  const server = await serve();
  [server.status, server.body] = [status, body];
  const { refresher, clock, teams, problems } = start(folder());
  const { team, calendars } = load({ id: "holidays", url: server.url, kind: "absences", refresh: "1h" });
  await refresher.use(team, calendars);
  clock.pass(0);
  await vi.waitUntil(() => teams.length + problems.filter((text) => text !== null).length > 0);
  for (const taken of teams) {
    const fact = { kind: "team-adopted", at: now, team: taken };
    expect(judgeFact(JSON.stringify(fact), "team-adopted", null)).toBe("known");
  }
});
