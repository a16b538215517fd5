/** The feed on a real server, over a real team's final schedule, read back by two calendar libraries. */
import ICAL from "ical.js";
import ical from "node-ical";
import { expect, onTestFinished, test } from "vitest";
import { BearerToken } from "#api/bearer-token";
import { calendarFeedRoutes } from "#api/calendar-feed";
import { createHttpServer } from "#api/http-server";
import { loadTeam } from "#config/load-team";
import type { PersonId, ScheduleId } from "#domain/ids";
import { finalSchedule } from "#domain/oncall/on-call";
import type { Team } from "#domain/team";
import { changed, sampleEnvironment } from "../config/sample.ts";
import { StandingClock } from "../support/fake-engine.ts";
import { send } from "../support/http-client.ts";
import { token } from "./api-server.ts";

const feedToken = "feed-token-of-thirty-two-letters";
const now = Date.parse("2026-02-10T12:34:56Z");
const dayMs = 86_400_000;

/** Around the clock, so that shifts are long and DST is among them. */
const allDay = changed(
  `        windows:                    # optional: only then is the layer on duty
          - { rrule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", from: "09:00", to: "17:00" }
`,
  "",
);

function teamOf(text: string): Team {
  const loaded = loadTeam(text, "team.yaml", { env: sampleEnvironment });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  return loaded.team;
}

async function start(text = allDay) {
  let team = teamOf(text);
  const clock = new StandingClock(now);
  const log = { warn: () => {}, error: () => {} } as never;
  const server = createHttpServer({ host: "127.0.0.1", port: 0, log });
  await server.app.register(
    calendarFeedRoutes({
      clock,
      token: new BearerToken(token),
      feedToken,
      url: () => "http://127.0.0.1:8743",
      team: () => team,
      segmentsOf: (id, from, to) => finalSchedule(team, id, from, to),
    }),
  );
  const listening = await server.listen();
  if (!listening.ok) throw new Error(listening.text);
  onTestFinished(() => server.close());
  const { port } = listening;
  return {
    clock,
    port,
    use: (changedText: string) => void (team = teamOf(changedText)),
    team: () => team,
    get: (path: string, headers = {}) => send(port, path, { headers }),
  };
}

interface ReadShift {
  readonly uid: string;
  readonly start: number;
  readonly end: number;
  readonly summary: string;
}

function readByIcalJs(text: string): ReadShift[] {
  return new ICAL.Component(ICAL.parse(text) as unknown[]).getAllSubcomponents("vevent").map((component) => {
    const { uid, startDate, endDate, summary } = new ICAL.Event(component);
    return { uid, start: startDate.toUnixTime() * 1000, end: endDate.toUnixTime() * 1000, summary };
  });
}

function readByNodeIcal(text: string): ReadShift[] {
  return Object.values(ical.sync.parseICS(text)).flatMap((component) =>
    component?.type === "VEVENT"
      ? [
          {
            uid: component.uid,
            start: component.start.getTime(),
            end: component.end!.getTime(),
            summary: String(component.summary),
          },
        ]
      : [],
  );
}

const byStart = (a: { start: number }, b: { start: number }) => a.start - b.start;

test("a schedule's feed has exactly the final schedule's shifts, for two libraries", async () => {
  const { get, team } = await start();
  const answer = await get(`/ical/${feedToken}/schedule/primary.ics`);
  expect(answer.status).toBe(200);
  expect(answer.headers["content-type"]).toBe("text/calendar; charset=utf-8");
  expect(answer.headers["cache-control"]).toContain("private");
  const shifts = finalSchedule(
    team(),
    "primary" as ScheduleId,
    Date.parse("2025-01-01T00:00:00Z"),
    Date.parse("2026-02-10T00:00:00Z") + 367 * dayMs,
  )
    .filter(({ person, end }) => person !== null && end > Date.parse("2026-01-11T00:00:00Z"))
    .map(({ start: from, end, person }) => ({ start: from, end, person }));
  expect(shifts.length).toBeGreaterThan(40);
  for (const read of [readByIcalJs, readByNodeIcal]) {
    const events = read(answer.text).sort(byStart);
    expect(events.map(({ start: from, end }) => ({ start: from, end }))).toEqual(
      shifts.map(({ start: from, end }) => ({ start: from, end })),
    );
    expect(new Set(events.map(({ uid }) => uid)).size).toBe(events.length);
  }
  expect(readByIcalJs(answer.text)[0]!.summary).toMatch(/^(Ana Ruiz|Ben|Chi) on call: primary$/);
});

test("a person's feed has that person's shifts, overrides and substitutions included", async () => {
  const { get, team } = await start();
  for (const id of ["ana", "ben", "chi"]) {
    const events = readByIcalJs((await get(`/ical/${feedToken}/person/${id}.ics`)).text);
    const own = finalSchedule(team(), "primary" as ScheduleId, now - 30 * dayMs, now + 366 * dayMs).filter(
      ({ person }) => person === id,
    );
    for (const shift of own.slice(1, -1)) {
      expect(events).toContainEqual(expect.objectContaining({ start: shift.start, end: shift.end }));
    }
    expect(events.length).toBeGreaterThanOrEqual(own.length);
    // Nobody else's: all of it is theirs.
    for (const { start: from } of events) {
      const [segment] = finalSchedule(team(), "primary" as ScheduleId, from, from + 1000);
      expect(segment!.person).toBe(id);
    }
  }
});

test("of several on duty together the schedule's feed names all, and each has one event for as long as they serve", async () => {
  const pairs = allDay.replace("participants: [ana, ben, chi]", "participants: [[ana, ben], [ana, chi]]");
  const { get, team } = await start(pairs);
  const of = async (path: string) =>
    readByIcalJs((await get(`/ical/${feedToken}/${path}.ics`)).text).sort(byStart);
  const whole = await of("schedule/primary");
  expect(new Set(whole.map(({ summary }) => summary.split(" on call")[0]))).toEqual(
    new Set(["Ana Ruiz and Ben", "Ana Ruiz and Chi", "Chi", "Ben", "Ben and Chi"]),
  );
  expect(new Set(whole.map(({ uid }) => uid)).size).toBe(whole.length);
  for (const id of ["ben", "chi"] as PersonId[]) {
    const events = await of(`person/${id}`);
    const served = whole.filter(({ summary }) =>
      summary.split(" on call")[0]!.includes(id === "ben" ? "Ben" : "Chi"),
    );
    expect(served.length).toBeGreaterThan(20);
    for (const { start: from, end } of served)
      expect(events.some((one) => one.start <= from && end <= one.end)).toBe(true);
  }
  // Ana serves every turn: what interrupts it is the override and her holiday.
  const anas = await of("person/ana");
  const segments = finalSchedule(team(), "primary" as ScheduleId, now - 30 * dayMs, now + 366 * dayMs);
  const expected = segments.filter(({ person, persons }) =>
    (persons ?? [person]).includes("ana" as PersonId),
  );
  expect(anas.length).toBeLessThan(5);
  expect(anas.length).toBeLessThan(expected.length / 5);
  for (const { start: from, end } of expected)
    expect(anas.some((one) => one.start <= from && end <= one.end)).toBe(true);
});

test("the same shifts are the same bytes and answer 304; a change is told, and keeps the ids of what stayed", async () => {
  const { get, clock, use } = await start();
  const path = `/ical/${feedToken}/schedule/primary.ics`;
  const first = await get(path);
  clock.pass(60_000);
  const again = await get(path);
  expect(again.text).toBe(first.text);
  const etag = first.headers.etag as string;
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const unchanged = await get(path, { "if-none-match": known });
    expect([unchanged.status, unchanged.text, unchanged.headers.etag]).toEqual([304, "", etag]);
  }
  expect((await get(path, { "if-none-match": '"other"' })).status).toBe(200);

  use(
    allDay.replace(
      "start: 2026-02-01T09:00:00, end: 2026-02-02T09:00:00, person: chi",
      "start: 2026-04-01T09:00:00, end: 2026-04-02T09:00:00, person: ben",
    ),
  );
  const changedFeed = await get(path, { "if-none-match": etag });
  expect(changedFeed.status).toBe(200);
  expect(changedFeed.headers.etag).not.toBe(etag);
  const before = new Map(readByIcalJs(first.text).map((event) => [event.uid, event]));
  const kept = readByIcalJs(changedFeed.text).filter((event) => before.has(event.uid));
  expect(kept.length).toBeGreaterThan(40);
});

test("who is always on call has one event, the same from day to day", async () => {
  const always = allDay
    .replace("participants: [ana, ben, chi]", "participants: [ana]")
    .replace(/ {4}overrides:\n.*\n/, "")
    .replace(/absences:\n.*\n/, "");
  const { get, clock } = await start(
    always.replace("start: 2026-01-05T09:00:00 ", "start: 2020-01-06T09:00:00 "),
  );
  const today = readByIcalJs((await get(`/ical/${feedToken}/person/ana.ics`)).text);
  clock.pass(5 * dayMs);
  const later = readByIcalJs((await get(`/ical/${feedToken}/person/ana.ics`)).text);
  expect(today).toHaveLength(1);
  expect(later.map(({ uid }) => uid)).toEqual(today.map(({ uid }) => uid));
});

test("without the token nothing is to be learnt, and the token opens nothing else", async () => {
  const { get } = await start();
  const nothing = await get("/no/such/address");
  for (const path of [
    "/ical/wrong-token/person/ana.ics",
    `/ical/${token}/person/ana.ics`,
    "/ical/wrong-token/person/nobody.ics",
    `/ical/${feedToken}/person/nobody.ics`,
    `/ical/${feedToken}/person/ana`,
    `/ical/${feedToken}/schedule/ana.ics`,
    `/ical/${feedToken}/schedule/..%2fprimary.ics`,
    `/ical/${feedToken}x/person/ana.ics`,
    `/ical/${feedToken.slice(0, -1)}/person/ana.ics`,
    "/ical//person/ana.ics",
  ]) {
    const answer = await get(path);
    expect([path, answer.status, answer.text, answer.headers.etag]).toEqual([
      path,
      404,
      nothing.text,
      undefined,
    ]);
  }
  expect((await get("/api/v1/feeds", { authorization: `Bearer ${feedToken}` })).status).toBe(401);
  expect((await get("/api/v1/feeds")).status).toBe(401);
});

test("clients are told the addresses", async () => {
  const { get } = await start();
  const answer = await get("/api/v1/feeds", { authorization: `Bearer ${token}` });
  expect(answer.json()).toEqual([
    ...["ana", "ben", "chi"].map((id) => ({
      kind: "person",
      id,
      name: id === "ana" ? "Ana Ruiz" : id[0]!.toUpperCase() + id.slice(1),
      url: `http://127.0.0.1:8743/ical/${feedToken}/person/${id}.ics`,
    })),
    {
      kind: "schedule",
      id: "primary",
      name: "primary",
      url: `http://127.0.0.1:8743/ical/${feedToken}/schedule/primary.ics`,
    },
  ]);
});
