/**
 * A team that another machine sent, with zones and rules that this one cannot work out: the alert still reaches somebody,
 * the rest of the team works as ever, and no rule breaks.
 */
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import type { PersonId, TeamRevision } from "#domain/ids";
import { explainOnCall, finalSchedule, gapsOf } from "#domain/oncall/on-call";
import { nextHandoffs } from "#domain/oncall/next-handoff";
import { coverageWarnings } from "#domain/reports/coverage-warnings";
import { proveCoverage } from "#domain/reports/coverage-proof";
import { schedulesOverview } from "#domain/reports/schedules-overview";
import type { Schedule, Team } from "#domain/team";
import { watchSchedules } from "../../src/compose/schedule-watch.ts";
import { schedule } from "../support/schedule-builder.ts";
import { minutes, person, policy, step, team, toSchedule } from "../support/team-builder.ts";
import { trials } from "../support/trials.ts";
import { World } from "../support/world.ts";

afterEach(() => vi.restoreAllMocks());

const dayMs = minutes(24 * 60);

/** Broken is beside one that is fine. */
function teamWith(broken: Schedule): Team {
  return team({
    people: [person("ana"), person("ben"), person("chi", { timeZone: "Mars/Olympus_Mons" })],
    schedules: [schedule("fine"), broken],
    policies: [policy("default", [step(toSchedule("broken"), { withinMs: minutes(5) })])],
  });
}

const unknownToThisMachine: readonly (readonly [string, Schedule])[] = [
  ["a zone that only newer tables have", schedule("broken", { timeZone: "Europe/Atlantis" })],
  ["an abbreviation that an older version took", schedule("broken", { timeZone: "IST" })],
  [
    "a part of a rule that is unknown here",
    schedule("broken", { layer: { handoff: "FREQ=DAILY;BYEASTER=1" } }),
  ],
  ["a rule that occurs too often", schedule("broken", { layer: { handoff: "FREQ=SECONDLY" } })],
  ["a time of day with thirds", schedule("broken", { layer: { start: "2026-03-02T09:00:00.5" } })],
  [
    "a window that is no time",
    schedule("broken", { layer: { windows: [{ rrule: "FREQ=DAILY", from: "noon", to: "25:00" }] } }),
  ],
];

test.each(unknownToThisMachine)(
  "%s: everybody in that schedule is asked, and it is said",
  async (_, broken) => {
    const world = await World.start({ team: teamWith(broken), start: "2026-03-02T10:00:00Z" });
    const stop = watchSchedules(world.engine, { now: () => world.time.wallMs() });
    const id = await world.fire();
    expect(world.alert(id).asked).toEqual(
      ["ana", "ben", "chi"].map((who) => ({ person: who, because: "schedule", of: "broken" })),
    );
    world.expectSent("ana desktop", "ben desktop", "chi desktop");
    const { trusted, problems } = world.engine.health;
    expect([trusted, problems.map(({ kind }) => kind)]).toEqual([false, ["schedule"]]);
    expect(problems[0]!.text).toMatch(
      /^This machine cannot work out who is on call in schedule broken \(.+\), so everybody in it is asked\. Update/,
    );
    // The other schedule's people are told of their handoff all the same.
    await world.fastForward(dayMs);
    expect(world.told.map(({ title }) => title)).toContain("On call for fine from 09:00");
    expect(world.log.filter((line) => line.includes("invariant"))).toEqual([]);

    void world.engine.submit({
      kind: "team-loaded",
      team: team({ revision: "rev-2" as TeamRevision, schedules: [schedule("fine")] }),
    });
    await world.fastForward(minutes(1));
    expect(world.engine.health.problems).toEqual([]);
    stop();
  },
);

test("somebody whose zone is unknown here is told of a handoff in UTC", async () => {
  const base = teamWith(schedule("broken"));
  const chiNext = {
    ...base,
    schedules: [schedule("fine", { layer: { participants: ["ana", "chi"] as PersonId[] } })],
  };
  const world = await World.start({ team: chiNext, start: "2026-03-02T10:00:00Z" });
  await world.fastForward(dayMs);
  expect(world.told.map(({ person: who, title }) => `${who}: ${title}`)).toContain(
    "chi: On call for fine from 09:00 UTC",
  );
  expect(world.log.filter((line) => line.includes("invariant"))).toEqual([]);
});

const odd = fc.constantFrom(
  "",
  "IST",
  "Europe/Berlin",
  "UTC",
  "+05:30",
  "\u0000",
  "9999-12-31T23:59:59",
  "0000-00-00T00:00",
  "1970-01-01T00:00:00",
  "275760-09-13T00:00:00",
  "24:00",
  "00:00",
  "23:59:59",
  "FREQ=YEARLY;INTERVAL=999999",
  "FREQ=DAILY;COUNT=1",
  "FREQ=WEEKLY;BYDAY=MO;UNTIL=00000101",
  "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2",
  "FREQ=HOURLY",
  "FREQ=DAILY;UNTIL=99991231T235959Z",
  "FREQ=WEEKLY",
);
const instant = fc.oneof(
  fc.constantFrom(-8.64e15, 8.64e15, 0, Date.UTC(2026, 2, 3)),
  fc.double({ min: -8.64e15, max: 8.64e15, noNaN: true }),
);
const who = fc.constantFrom("ana", "ben", "chi") as fc.Arbitrary<string> as fc.Arbitrary<PersonId>;
const span = { start: instant, end: instant, person: who };
const oddSchedule = fc
  .record({
    timeZone: odd,
    layers: fc.array(
      fc.record(
        {
          id: fc.constant("layer"),
          participants: fc.array(who, { minLength: 1, maxLength: 3 }),
          start: odd,
          handoff: odd,
          end: odd,
          windows: fc.array(fc.record({ rrule: odd, from: odd, to: odd }), { minLength: 1, maxLength: 2 }),
        },
        { requiredKeys: ["id", "participants", "start", "handoff"] },
      ),
      { maxLength: 2 },
    ),
    overrides: fc.array(fc.record(span), { maxLength: 2 }),
    handoffNoticeMs: fc.constantFrom(null, 0, minutes(15), 10 * 366 * dayMs),
  })
  .map((made): Schedule => ({ ...schedule("broken"), ...made }));

test("whatever stands in a schedule that another machine sent, no question about it throws, and somebody hears", async () => {
  await fc.assert(
    fc.asyncProperty(
      oddSchedule,
      fc.array(fc.record(span), { maxLength: 3 }),
      instant,
      async (broken, absences, at) => {
        const made = { ...teamWith(broken), absences };
        const now = Date.UTC(2026, 2, 2, 10);
        for (const [from, to] of [
          [now, now + 400 * dayMs],
          [at, at + 30 * dayMs],
        ] as const) {
          finalSchedule(made, broken.id, from, to);
          gapsOf(made, broken.id, from, to);
          explainOnCall(made, broken.id, from);
          nextHandoffs(made, from, to);
          coverageWarnings(made, from, to);
        }
        schedulesOverview(made, proveCoverage(made, now, now + 400 * dayMs), now);
        const world = await World.start({ team: made, start: "2026-03-02T10:00:00Z" });
        watchSchedules(world.engine, { now: () => world.time.wallMs() })();
        const id = await world.fire();
        expect(world.alert(id).asked.length).toBeGreaterThan(0);
        await world.fastForward(2 * dayMs);
        expect(world.log).toEqual([]);
      },
    ),
    { numRuns: trials(6, 300) },
  );
}, 600_000);
