/** Clocks that are set, machines that sleep: the right step at the right time, no burst (issue: what it must show, 4). */
import { describe, expect, it } from "vitest";
import { MemoryJournal } from "#journal/memory";
import { minutes, person, policy, seconds, step, team, toPerson } from "../support/team-builder.ts";
import { World } from "../support/world.ts";

const hour = minutes(60);
const desktopOnly = ["ana", "ben", "chi"].map((id) =>
  person(id, { notify: [{ via: "desktop", afterMs: 0 }] }),
);
const threeTiers = team({
  people: desktopOnly,
  policies: [
    policy(
      "default",
      ["ana", "ben", "chi"].map((id) => step(toPerson(id))),
    ),
  ],
});

describe.each([hour, -hour])("a clock set by %d ms", (deltaMs) => {
  it("neither hastens nor delays a step", async () => {
    const world = await World.start({ team: threeTiers });
    await world.fire();
    await world.fastForward(minutes(2));
    world.takeSent();
    world.time.setWallBy(deltaMs);
    await world.fastForward(minutes(3) - seconds(1));
    world.expectSent();
    await world.fastForward(seconds(2));
    world.expectSent("ben desktop");
    await world.fastForward(minutes(5));
    world.expectSent("chi desktop");
  });

  it("does not put off the look at a disk that was full", async () => {
    const journal = new MemoryJournal();
    const world = await World.start({ team: threeTiers, journal });
    await world.fire();
    world.takeSent();
    journal.fail("unavailable");
    await world.report({ dedupKey: "other" });
    world.time.setWallBy(deltaMs);
    journal.heal();
    await world.fastForward(seconds(31));
    expect(world.engine.health.problems).toEqual([]);
    await world.fastForward(minutes(5) - seconds(29));
    world.expectSent("ben desktop");
  });

  it("does not touch an alert that opens right after it", async () => {
    const world = await World.start({ team: threeTiers });
    await world.fastForward(minutes(2));
    world.time.setWallBy(deltaMs);
    await world.fire();
    world.expectSent("ana desktop");
    await world.fastForward(minutes(5) - seconds(1));
    world.expectSent();
    await world.fastForward(seconds(2));
    world.expectSent("ben desktop");
  });

  it("holds for acknowledgement time-outs and snoozes too", async () => {
    const policies = [policy("default", [step(toPerson("ana"))], { ackTimeoutMs: minutes(30) })];
    const world = await World.start({ team: { ...threeTiers, policies } });
    const acknowledged = await world.fire({ dedupKey: "a" });
    const snoozed = await world.fire({ dedupKey: "b" });
    await world.command(acknowledged, { kind: "acknowledge" });
    await world.command(snoozed, { kind: "snooze", forMs: minutes(30) });
    world.takeSent();
    await world.fastForward(minutes(10));
    world.time.setWallBy(deltaMs);
    await world.fastForward(minutes(20) - seconds(1));
    world.expectSent();
    await world.fastForward(seconds(2));
    world.expectSent("ana desktop", "ana desktop");
  });
});

it("a sleep of 8 h across three deadlines takes one step when it ends, and times the next from there", async () => {
  const world = await World.start({ team: threeTiers });
  await world.fire();
  await world.fastForward(minutes(1));
  world.takeSent();
  world.time.sleep(8 * hour);
  const woke = world.time.wallMs();
  await world.fastForward(seconds(15));
  expect(world.sent.map((sent) => sent.person)).toEqual(["ben"]);
  const askedBen = world.sent[0]!.at;
  expect(askedBen - woke, "noticed within seconds").toBeLessThanOrEqual(seconds(10));
  world.takeSent();
  await world.fastForward(askedBen + minutes(5) - seconds(1) - world.time.wallMs());
  world.expectSent();
  await world.fastForward(seconds(1));
  world.expectSent("chi desktop");
});

it("a slowly drifting clock is no step", async () => {
  const world = await World.start({ team: threeTiers });
  const alert = await world.fire();
  for (let minute = 0; minute < 60; minute += 1) {
    world.time.setWallBy(30);
    await world.fastForward(minutes(1));
  }
  expect(world.kinds(alert)).not.toContain("clock-stepped");
  expect(world.journal.lastSeq()).toBeGreaterThan(0);
  expect([...world.journal.replay(0)].map(({ fact }) => fact.kind)).not.toContain("clock-stepped");
});

it("nothing wakes the machine while nothing is pending", async () => {
  const world = await World.start();
  expect(world.time.pendingTimers).toBe(0);
  const alert = await world.fire();
  expect(world.time.pendingTimers).toBeGreaterThan(0);
  await world.command(alert, { kind: "resolve" });
  await world.fastForward(minutes(1));
  expect(world.time.pendingTimers).toBe(0);
});
