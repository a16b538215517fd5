/** Whoever comes on duty and whoever goes off are told once, in time, with what is open (rules/announce-handoffs). */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TeamRevision } from "#domain/ids";
import { finalSchedule } from "#domain/oncall/on-call";
import { dueHandoffs, nextHandoffs, nextNoticeAt } from "#domain/oncall/next-handoff";
import type { Team } from "#domain/team";
import { JournalError } from "#engine/ports";
import { MemoryJournal } from "#journal/memory";
import { override, schedule } from "../support/schedule-builder.ts";
import {
  minutes,
  person,
  policy,
  seconds,
  step,
  team,
  toPerson,
  toSchedule,
} from "../support/team-builder.ts";
import { World } from "../support/world.ts";

const hour = minutes(60);
const day = 24 * hour;

function onDuty(...schedules: Team["schedules"]): Team {
  return team({ schedules, policies: [policy("default", [step(toSchedule("primary"))])] });
}

/** Tuesday, 3 March, ana's last half hour. */
const start = "2026-03-03T08:30:00Z";
const both = [
  "ben at 08:45: On call for primary from 09:00",
  "ana at 08:45: Your duty for primary ends at 09:00",
];

describe("a handoff", () => {
  it("is told to both, fifteen minutes before, once", async () => {
    const world = await World.start({ team: onDuty(schedule("primary")), start });
    await world.fastForward(minutes(15) - seconds(1));
    expect(world.takeTold()).toEqual([]);
    await world.fastForward(seconds(1));
    expect(world.takeTold()).toEqual(both);
    await world.fastForward(hour);
    expect(world.takeTold()).toEqual([]);
    await world.fastForward(day);
    expect(world.takeTold()).toEqual([
      "chi at 08:45: On call for primary from 09:00",
      "ben at 08:45: Your duty for primary ends at 09:00",
    ]);
  });

  it("is told as long before as its schedule says, at the handoff, or not at all", async () => {
    const schedules = [
      schedule("primary", { handoffNoticeMs: 2 * hour }),
      schedule("second", { handoffNoticeMs: 0 }),
      schedule("third", { handoffNoticeMs: null }),
    ];
    const world = await World.start({ team: onDuty(...schedules), start: "2026-03-03T06:00:00Z" });
    await world.fastForward(day - hour);
    expect(world.takeTold()).toEqual([
      "ben at 07:00: On call for primary from 09:00",
      "ana at 07:00: Your duty for primary ends at 09:00",
      "ben at 09:00: On call for second since 09:00",
      "ana at 09:00: Your duty for second ended at 09:00",
    ]);
  });

  it("names what is open: for whoever goes off their own, for whoever comes on both", async () => {
    const toBoth = policy("default", [step([toPerson("ana"), toPerson("chi")])]);
    const world = await World.start({ team: { ...onDuty(schedule("primary")), policies: [toBoth] }, start });
    const inHand = await world.fire({ dedupKey: "a", title: "<b>Disk</b> full", severity: "error" });
    await world.command(inHand, { kind: "acknowledge" });
    await world.fire({ dedupKey: "b", title: "Site down" });
    await world.command(await world.fire({ dedupKey: "c", title: "Over" }), { kind: "resolve" });
    const chis = await world.fire({ dedupKey: "d", title: "Chi has it" });
    await world.command(chis, { kind: "acknowledge" }, "chi");
    await world.fastForward(minutes(15));
    const open = "2 open: CRITICAL: Site down; ERROR: <b>Disk</b> full (acknowledged)";
    expect(world.told.map(({ person: to, text }) => [to, text])).toEqual([
      ["ben", `Ana hands over to you. ${open}`],
      ["ana", `Ben takes over. ${open}`],
    ]);
  });

  it("names three alerts and counts the others", async () => {
    const world = await World.start({ team: onDuty(schedule("primary")), start });
    for (const key of ["a", "b", "c", "d", "e"]) await world.fire({ dedupKey: key, title: key.repeat(200) });
    await world.fastForward(minutes(15));
    const [first] = world.told;
    expect(first!.text).toMatch(/^Ana hands over to you\. 5 open: CRITICAL: a{80}…; .*; and 2 more$/);
  });

  it("from nobody or to nobody is told to whoever there is", async () => {
    const windows = [{ rrule: "FREQ=DAILY", from: "09:00", to: "17:00" }];
    const quiet = schedule("primary", { layer: { participants: [person("ana").id], windows } });
    const world = await World.start({ team: onDuty(quiet), start });
    await world.fastForward(day - hour);
    expect(world.told.map(({ title, text }) => `${title}. ${text}`)).toEqual([
      "On call for primary from 09:00. Nobody was on call before you. No open alerts.",
      "Your duty for primary ends at 17:00. Nobody takes over. No open alerts.",
    ]);
  });

  it("is told on each reader's own wall clock, with the date when it is another day", async () => {
    const people = [
      person("ana", { timeZone: "America/Los_Angeles" }),
      person("ben", { timeZone: "Asia/Tokyo" }),
    ];
    const rota = schedule("primary", {
      layer: { participants: people.map(({ id }) => id) },
      handoffNoticeMs: 2 * hour,
    });
    const world = await World.start({ team: { ...onDuty(rota), people }, start: "2026-03-03T06:59:00Z" });
    await world.fastForward(minutes(1));
    expect(world.takeTold()).toEqual([
      "ben at 07:00: On call for primary from 18:00",
      "ana at 07:00: Your duty for primary ends at 2026-03-03 01:00",
    ]);
  });

  it("over a change to summer time keeps its distance on the clock that passes", async () => {
    // Europe/Berlin skips 02:00 to 03:00 on 29 March 2026; 03:10 there is 01:10 UTC.
    const rota = schedule("primary", { timeZone: "Europe/Berlin", layer: { start: "2026-03-02T03:10:00" } });
    const world = await World.start({ team: onDuty(rota), start: "2026-03-28T12:00:00Z" });
    await world.fastForward(day);
    expect(world.told.map(({ at }) => new Date(at).toISOString().slice(0, 16))).toEqual([
      "2026-03-29T00:55",
      "2026-03-29T00:55",
    ]);
  });

  it("in the hour that a change to winter time repeats is told once", async () => {
    // 02:30 in Berlin comes twice on 25 October 2026; duty passes at the first.
    const rota = schedule("primary", { timeZone: "Europe/Berlin", layer: { start: "2026-03-02T02:30:00" } });
    const world = await World.start({ team: onDuty(rota), start: "2026-10-24T12:00:00Z" });
    await world.fastForward(day);
    expect(world.told.map(({ at }) => new Date(at).toISOString().slice(0, 16))).toEqual([
      "2026-10-25T00:15",
      "2026-10-25T00:15",
    ]);
  });
});

describe("exactly once", () => {
  it("over a crash and a restart, between notice and handoff and after it", async () => {
    const world = await World.start({ team: onDuty(schedule("primary")), start });
    await world.fastForward(minutes(20));
    expect(world.takeTold()).toEqual(both);
    for (const wait of [0, minutes(5), minutes(20)]) {
      world.crash();
      await world.boot();
      await world.fastForward(wait);
    }
    expect(world.takeTold()).toEqual([]);
  });

  it("also when the restart comes from a snapshot", async () => {
    const journal = new MemoryJournal();
    const world = await World.start({ team: onDuty(schedule("primary")), start, journal });
    await world.fastForward(minutes(15));
    expect(world.takeTold()).toEqual(both);
    const stopped = world.engine.stop();
    await world.time.settle();
    await stopped;
    expect(journal.loadSnapshot()?.seq).toBe(journal.lastSeq());
    await world.boot();
    await world.fastForward(hour);
    expect(world.takeTold()).toEqual([]);
  });

  it("when the clock is set back across it", async () => {
    const world = await World.start({ team: onDuty(schedule("primary")), start });
    await world.fastForward(minutes(31));
    expect(world.takeTold()).toEqual(both);
    world.time.setWallBy(-2 * hour);
    await world.fastForward(3 * hour);
    expect(world.takeTold()).toEqual([]);
  });

  it("not before the journal has it, and later when the journal could not be written", async () => {
    const journal = new MemoryJournal();
    const world = await World.start({ team: onDuty(schedule("primary")), start, journal });
    const append = journal.append.bind(journal);
    journal.append = () => {
      throw new JournalError("unavailable", "The disk does not answer.");
    };
    await world.fastForward(minutes(20));
    expect(world.takeTold()).toEqual([]);
    journal.append = append;
    await world.fastForward(minutes(1));
    expect(world.takeTold()).toEqual(both.map((line) => line.replace("08:45", "08:50")));
  });

  it("anew when the hour is given to somebody else", async () => {
    const before = onDuty(schedule("primary"));
    const world = await World.start({ team: before, start });
    await world.fastForward(minutes(20));
    world.takeTold();
    const taken = override("2026-03-03T08:55:00Z", "2026-03-03T12:00:00Z", "chi");
    const changed = {
      ...onDuty(schedule("primary", { overrides: [taken] })),
      revision: "rev-2" as TeamRevision,
    };
    void world.engine.submit({ kind: "team-loaded", team: changed });
    await world.fastForward(0);
    expect(world.takeTold()).toEqual([
      "chi at 08:50: On call for primary from 08:55",
      "ana at 08:50: Your duty for primary ends at 08:55",
    ]);
  });
});

describe("a machine that was asleep", () => {
  it.each([
    [
      "before the handoff",
      minutes(20),
      ["ben at 08:50: On call for primary from 09:00", "ana at 08:50: Your duty for primary ends at 09:00"],
    ],
    [
      "less than an hour after it",
      minutes(80),
      ["ben at 09:50: On call for primary since 09:00", "ana at 09:50: Your duty for primary ended at 09:00"],
    ],
    ["an hour after it", minutes(90), []],
  ])("and wakes %s", async (_, sleptMs, expected) => {
    const world = await World.start({ team: onDuty(schedule("primary")), start });
    world.time.sleep(sleptMs);
    await world.fastForward(seconds(15));
    expect(world.takeTold()).toEqual(expected);
    await world.fastForward(2 * hour);
    expect(world.takeTold()).toEqual([]);
  });

  it("or off tells late at its start", async () => {
    const world = await World.start({ team: onDuty(schedule("primary")), start: "2026-03-03T09:30:00Z" });
    await world.fastForward(0);
    expect(world.takeTold()).toHaveLength(2);
  });
});

it("a set clock brings what is due by it, and nothing is shifted", async () => {
  const world = await World.start({ team: onDuty(schedule("primary")), start: "2026-03-03T06:30:00Z" });
  world.time.setWallBy(hour);
  await world.fastForward(hour + minutes(15));
  expect(world.takeTold()).toEqual(both);
});

it("a schedule that cannot be worked out holds up no alert", async () => {
  const broken = { ...schedule("primary"), layers: [{ ...schedule("x").layers[0]!, handoff: "nonsense" }] };
  const world = await World.start({ team: team({ schedules: [broken] }), start });
  await world.fire();
  world.expectSent("ana desktop");
  await world.fastForward(day);
  expect([world.log, world.told]).toEqual([[], []]);
});

it("without a schedule no timer stands", async () => {
  const world = await World.start({ start });
  expect(world.time.pendingTimers).toBe(0);
});

describe("what the timer and the rule agree on", () => {
  it("the handoffs are where the final schedule changes hands", () => {
    const from = Date.parse("2026-03-01T00:00:00Z");
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.integer({ min: 0, max: 300 }),
            fc.integer({ min: 1, max: 40 }),
            fc.constantFrom("ana", "ben", "chi"),
          ),
          { maxLength: 6 },
        ),
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 0, max: 200 }),
        (overrides, after, length) => {
          const rota = schedule("primary", {
            overrides: overrides.map(([at, hours, who]) => ({
              start: from + at * hour,
              end: from + (at + hours) * hour,
              person: person(who).id,
            })),
          });
          const [low, high] = [from + after * hour, from + (after + length) * hour];
          const segments = finalSchedule(onDuty(rota), rota.id, low, high + 1).slice(1);
          expect(nextHandoffs(onDuty(rota), low, high).map(({ handoffAt, to }) => [handoffAt, to])).toEqual(
            segments.map((segment) => [segment.start, segment.person]),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it("something is due exactly from the time that is named", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 * 24 * 60 }), fc.integer({ min: 0, max: 600 }), (at, lead) => {
        const duty = onDuty(schedule("primary", { handoffNoticeMs: minutes(lead) }));
        const now = Date.parse("2026-03-01T00:00:00Z") + minutes(at);
        const next = nextNoticeAt(duty, [], now)!;
        expect(dueHandoffs(duty, [], now).length > 0).toBe(next <= now);
        if (next > now) {
          expect(dueHandoffs(duty, [], next - 1)).toEqual([]);
          expect(dueHandoffs(duty, [], next)).not.toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });
});
