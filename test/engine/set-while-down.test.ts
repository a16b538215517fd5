/** Clocks that are set while Tocsin does not run: no step is late, none comes twice, and others are told the true ages. */
import { describe, expect, it } from "vitest";
import type { Fact } from "#domain/fact";
import type { OriginId } from "#domain/ids";
import { MemoryJournal } from "#journal/memory";
import { minutes, person, policy, seconds, step, team, toPerson } from "../support/team-builder.ts";
import { World } from "../support/world.ts";

const hour = minutes(60);
const tenYears = 3_653 * 24 * hour;
const desktopOnly = ["ana", "ben", "chi"].map((id) =>
  person(id, { notify: [{ via: "desktop", afterMs: 0 }] }),
);
const threeTiers = team({
  people: desktopOnly,
  policies: [
    policy(
      "default",
      ["ana", "ben", "chi"].map((id) => step(toPerson(id))),
      { ackTimeoutMs: minutes(30) },
    ),
  ],
});

/** Killed, away for so long, and started again. */
async function restart(world: World, { downMs = 0, setByMs = 0, boots = false } = {}): Promise<void> {
  world.crash();
  if (boots) world.time.restartComputer(downMs);
  else world.time.sleep(downMs);
  world.time.setWallBy(setByMs);
  await world.boot();
}

/** When the next one is asked, in ms from now. */
async function untilAsked(world: World): Promise<number> {
  const since = world.time.monotonicMs();
  world.takeSent();
  for (let second = 0; second < 24 * 3_600 && world.sent.length === 0; second += 1)
    await world.fastForward(1_000);
  return world.time.monotonicMs() - since;
}

function factsOf(world: World): Fact[] {
  return [...world.journal.replay(0)].map(({ fact }) => fact);
}

const about = (ms: number) => ({ least: ms - seconds(2), most: ms + seconds(2) });

function expectAbout(actual: number, expected: number): void {
  const { least, most } = about(expected);
  expect(actual).toBeGreaterThanOrEqual(least);
  expect(actual).toBeLessThanOrEqual(most);
}

describe.each([
  ["an hour", hour],
  ["ten years", tenYears],
  ["half a minute", seconds(30)],
])("started under a clock that is %s fast, and again under the right one", (_, fastMs) => {
  it.each([0, seconds(20), minutes(2)])(
    "the next step comes when it was due, after %d ms down",
    async (downMs) => {
      const world = await World.start({ team: threeTiers });
      await restart(world, { setByMs: fastMs });
      await world.fire();
      await world.fastForward(minutes(1));
      await restart(world, { downMs, setByMs: -fastMs });
      expect(factsOf(world).filter(({ kind }) => kind === "clock-stepped")).toHaveLength(1);
      expectAbout(await untilAsked(world), minutes(4) - downMs);
      world.expectSent("ben desktop");
      expectAbout(await untilAsked(world), minutes(5));
      world.expectSent("chi desktop");
    },
  );

  it("so do an acknowledgement's time-out, a snooze and a mail", async () => {
    const mailed = { ...threeTiers, people: ["ana", "ben", "chi"].map((id) => person(id)) };
    const world = await World.start({ team: mailed });
    await restart(world, { setByMs: fastMs });
    const acknowledged = await world.fire({ dedupKey: "a" });
    const snoozed = await world.fire({ dedupKey: "b" });
    await world.command(acknowledged, { kind: "acknowledge" });
    await world.command(snoozed, { kind: "snooze", forMs: minutes(20) });
    const mailing = await world.fire({ dedupKey: "c" });
    world.takeSent();
    await restart(world, { downMs: seconds(10), setByMs: -fastMs });
    world.takeSent();
    await world.fastForward(seconds(52));
    world.expectSent("ana email");
    await world.command(mailing, { kind: "resolve" });
    await world.fastForward(minutes(19));
    expect(world.alert(snoozed).status).toBe("triggered");
    expect(world.alert(acknowledged).status).toBe("acknowledged");
    await world.fastForward(minutes(10));
    expect(world.alert(acknowledged).status).toBe("triggered");
  });

  it("so does the word that its source fell silent", async () => {
    const world = await World.start({ team: threeTiers });
    await restart(world, { setByMs: fastMs });
    const alert = await world.fire({ silentAfterMs: minutes(10) });
    await restart(world, { setByMs: -fastMs });
    await world.fastForward(minutes(10) + seconds(20));
    expect(world.alert(alert).stale).toBe(true);
  });

  it("with a snapshot from under the fast clock, and stopped properly", async () => {
    const world = await World.start({ team: threeTiers });
    await restart(world, { setByMs: fastMs });
    await world.fire();
    await world.fastForward(minutes(1));
    const stopped = world.engine.stop();
    await world.time.pass(seconds(1));
    await stopped;
    expect(world.journal.loadSnapshot()).not.toBeNull();
    await restart(world, { downMs: seconds(10), setByMs: -fastMs });
    expectAbout(await untilAsked(world), minutes(4) - seconds(11));
  });

  it("another machine is told the true age", async () => {
    const world = await World.start({ team: threeTiers });
    await restart(world, { setByMs: fastMs });
    const alert = await world.fire();
    await world.fastForward(minutes(1));
    await restart(world, { downMs: seconds(30), setByMs: -fastMs });
    const told = world.engine
      .factsBeyond({}, 1e9)
      .find(({ kind, alertId }) => kind === "alert-opened" && alertId === alert)!;
    expectAbout(told.ageMs, seconds(90));
    const other = await World.start({
      team: threeTiers,
      start: "2031-01-01T00:00:00Z",
      journal: journal("other"),
    });
    void other.engine.merge(world.engine.factsBeyond(other.engine.vector(), 1e9));
    await other.time.settle();
    expectAbout(await untilAsked(other), minutes(3) + seconds(30));
  });

  it("and the clock that was fast does no harm to what comes after", async () => {
    const world = await World.start({ team: threeTiers });
    await restart(world, { setByMs: fastMs });
    const first = await world.fire();
    await restart(world, { setByMs: -fastMs });
    await world.command(first, { kind: "acknowledge" });
    expect(world.alert(first)).toMatchObject({ status: "acknowledged" });
    await world.report({ status: "resolved" });
    expect(world.alert(first).status).toBe("resolved");
    const second = await world.fire();
    expect(second).not.toBe(first);
    expect(world.alert(second)).toMatchObject({ status: "triggered", openedAt: world.time.wallMs() });
  });
});

it("several restarts, under a clock that is set back a little each time", async () => {
  const world = await World.start({ team: threeTiers });
  await world.fire();
  for (let times = 0; times < 4; times += 1) {
    await world.fastForward(seconds(30));
    await restart(world, { downMs: seconds(15), setByMs: -minutes(17) });
  }
  expectAbout(await untilAsked(world), minutes(2));
});

it("set back by less than it was down, so that no fact lies ahead", async () => {
  const world = await World.start({ team: threeTiers });
  await world.fire();
  await restart(world, { downMs: minutes(4), setByMs: -minutes(3) });
  expectAbout(await untilAsked(world), minutes(1));
});

describe("set forward while it was down", () => {
  it("each alert takes one step, and the next one from then", async () => {
    const world = await World.start({ team: threeTiers });
    await world.fire();
    world.takeSent();
    await restart(world, { setByMs: tenYears });
    world.expectSent("ben desktop");
    expectAbout(await untilAsked(world), minutes(5));
    world.expectSent("chi desktop");
  });

  it("takes none where the system tells that the computer has run on", async () => {
    const world = await World.start({ team: threeTiers });
    world.time.tellsBoot = true;
    await restart(world);
    await world.fire();
    await world.fastForward(minutes(1));
    await restart(world, { downMs: seconds(30), setByMs: hour });
    expectAbout(await untilAsked(world), minutes(3) + seconds(30));
  });
});

describe.each([true, false])("a Pi without a battery clock (the system names its runs: %s)", (tellsBoot) => {
  async function pi(): Promise<World> {
    const world = await World.start({ team: threeTiers });
    world.time.tellsBoot = tellsBoot;
    // It has run for a day.
    await world.fastForward(24 * hour);
    await restart(world);
    return world;
  }

  it.each([3 * hour, tenYears])(
    "starts %d ms behind and is corrected after 8 s: the step is in time",
    async (behindMs) => {
      const world = await pi();
      await world.fire();
      await world.fastForward(minutes(1));
      await restart(world, { downMs: minutes(1), setByMs: -behindMs, boots: true });
      await world.fastForward(seconds(8));
      world.time.setWallBy(behindMs);
      expectAbout(await untilAsked(world), minutes(3) - seconds(8));
      world.expectSent("ben desktop");
    },
  );

  it("was off for three hours, starts where its clock stopped, is corrected: what is overdue comes at once, one step", async () => {
    const world = await pi();
    await world.fire();
    await world.fastForward(minutes(1));
    await restart(world, { downMs: 3 * hour, setByMs: -3 * hour, boots: true });
    await world.fastForward(seconds(8));
    world.time.setWallBy(3 * hour);
    expect(await untilAsked(world)).toBeLessThanOrEqual(seconds(11));
    world.expectSent("ben desktop");
    expectAbout(await untilAsked(world), minutes(5));
  });

  it("starts three hours behind and is not corrected: nothing lies further ahead than its own length", async () => {
    const world = await pi();
    await world.fire();
    await world.fastForward(minutes(1));
    await restart(world, { downMs: minutes(1), setByMs: -3 * hour, boots: true });
    // Of the five minutes of its step: nobody knows how many of them it was off.
    expect(await untilAsked(world)).toBeLessThanOrEqual(minutes(5) + seconds(2));
  });

  it("is started again before it is corrected", async () => {
    const world = await pi();
    await world.fire();
    await world.fastForward(minutes(1));
    await restart(world, { downMs: minutes(1), setByMs: -3 * hour, boots: true });
    await world.fastForward(seconds(4));
    await restart(world, { downMs: seconds(4) });
    world.time.setWallBy(3 * hour);
    expectAbout(await untilAsked(world), minutes(3) - seconds(8));
  });

  it("what opens before it is corrected keeps its length", async () => {
    const world = await pi();
    await restart(world, { downMs: minutes(1), setByMs: -3 * hour, boots: true });
    await world.fire();
    await world.fastForward(seconds(8));
    world.time.setWallBy(3 * hour);
    expectAbout(await untilAsked(world), minutes(5) - seconds(8));
  });
});

it("a journal in which an older Tocsin has met it is read rightly", async () => {
  const journalOf = journal("older");
  const world = await World.start({ team: threeTiers, journal: journalOf });
  await restart(world, { setByMs: tenYears });
  await world.fire();
  const older = journal("older");
  older.append(factsOf(world).map((fact) => withoutUptime(fact)));
  older.append([{ kind: "engine-started", at: world.time.wallMs() - tenYears, version: "older" }]);
  world.crash();
  world.journal = older;
  world.time.setWallBy(-tenYears);
  await world.boot();
  expect(await untilAsked(world)).toBeLessThanOrEqual(minutes(5) + seconds(2));
});

it("an alert that is reopened by what another machine heard does not wait for a clock to catch up", async () => {
  const world = await World.start({ team: threeTiers, self: "a", journal: journal("one") });
  const other = await World.start({ team: threeTiers, self: "b", journal: journal("two"), desktops: [] });
  world.time.setWallBy(hour);
  const alert = await world.fire();
  void other.engine.merge(world.engine.factsBeyond(other.engine.vector(), 1e9));
  await other.time.settle();
  await restart(world, { setByMs: -hour });
  await other.report({ severity: "critical" });
  const news = other.engine
    .factsBeyond(world.engine.vector(), 1e9)
    .filter(({ kind }) => kind !== "step-entered");
  await world.command(alert, { kind: "resolve" });
  world.takeSent();
  void world.engine.merge(news);
  await world.time.settle();
  expect(world.alert(alert).status).toBe("triggered");
  world.expectSent("ana desktop");
});

it("what another machine said last tells how far the clock had come, too (team seed 3455)", async () => {
  const world = await World.start({ team: threeTiers, self: "a", journal: journal("one") });
  const other = await World.start({ team: threeTiers, self: "b", journal: journal("two"), desktops: [] });
  const alert = await world.fire();
  await world.fastForward(minutes(1));
  await other.fastForward(minutes(1));
  void other.engine.merge(world.engine.factsBeyond(other.engine.vector(), 1e9));
  await other.time.settle();
  await other.fastForward(minutes(2));
  await world.fastForward(minutes(2));
  await other.command(alert, { kind: "acknowledge" });
  void world.engine.merge(other.engine.factsBeyond(world.engine.vector(), 1e9));
  await world.time.settle();
  expect(world.alert(alert).status).toBe("acknowledged");
  await restart(world, { setByMs: -hour, boots: true });
  expect(world.alert(alert).ackTimeoutAt! - world.time.wallMs()).toBeLessThanOrEqual(
    minutes(30) + seconds(1),
  );
});

it("a computer that went again right after its start, without a name for its runs (seed 1865)", async () => {
  const world = await World.start({ team: threeTiers });
  await world.fire();
  await restart(world, { downMs: seconds(20), boots: true });
  await world.fastForward(seconds(1));
  await world.report();
  world.takeSent();
  // Off for three minutes, and its clock an hour behind until it is corrected.
  await restart(world, { downMs: minutes(3), setByMs: -hour, boots: true });
  await world.fastForward(seconds(8));
  world.time.setWallBy(hour);
  await world.fastForward(seconds(8));
  expectAbout(await untilAsked(world), minutes(5) - seconds(20) - seconds(1) - minutes(3) - seconds(16));
  world.expectSent("ben desktop");
});

function withoutUptime(fact: Fact): Fact {
  const { uptimeMs: _, boot: __, ...rest } = fact as Fact & Record<string, unknown>;
  return rest as unknown as Fact;
}

function journal(name: string): MemoryJournal {
  return new MemoryJournal(`journal-of-${name}` as OriginId);
}
