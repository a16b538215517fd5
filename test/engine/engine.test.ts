/** The loop itself: one commit a turn, a journal that fails, a broken rule, snapshots, a stop. */
import { describe, expect, it } from "vitest";
import type { Fact } from "#domain/fact";
import type { AlertId } from "#domain/ids";
import type { JournaledFact } from "#domain/place";
import { JournalError } from "#engine/ports";
import { MemoryJournal } from "#journal/memory";
import { minutes, seconds, team } from "../support/team-builder.ts";
import { World } from "../support/world.ts";

/** A disk that is full when a test says so, with a reserve that buys a little room. */
class TightDisk extends MemoryJournal {
  full = false;
  reserve = true;
  commits: number[] = [];

  override append(facts: readonly Fact[]): void {
    if (this.full && this.reserve) throw new JournalError("full", "The disk is full; free some space.");
    super.append(facts);
    this.commits.push(facts.length);
  }

  override releaseReserve(): boolean {
    this.reserve = false;
    return true;
  }

  override restoreReserve(): boolean {
    if (this.full) return false;
    this.reserve = true;
    return true;
  }
}

/** A disk on which one alert cannot be read any more. */
class WornDisk extends MemoryJournal {
  override factsOf(id: AlertId): readonly JournaledFact[] {
    if (id === "worn") throw new JournalError("unavailable", "The disk does not answer.");
    return super.factsOf(id);
  }
}

describe("a command about an alert that is not in memory", () => {
  it("is refused when the journal cannot be read, and the engine goes on", async () => {
    const world = await World.start({ journal: new WornDisk() });
    const about = (alertId: string) => ({
      kind: "command" as const,
      alertId: alertId as AlertId,
      by: null,
      origin: "api" as const,
      command: { kind: "acknowledge" as const },
    });
    const answers = Promise.all(["worn", "no\0thing"].map((id) => world.engine.submit(about(id))));
    await world.time.settle();
    expect(await answers).toMatchObject([
      { ok: false, reason: "busy" },
      { ok: false, reason: "not-found" },
    ]);
    expect(world.engine.findAlert("no\0thing" as AlertId)).toBeNull();
    const raised = world.engine.submit(signal(1));
    await world.time.settle();
    expect(await raised).toMatchObject({ ok: true });
  });
});

describe("a journal that works again when a signal comes", () => {
  it("has it decided after the clock was set, not shifted with it (seed 2679)", async () => {
    const journal = new MemoryJournal();
    const world = await World.start({ journal });
    const failing = { append: journal.append, restoreReserve: journal.restoreReserve };
    journal.append = () => {
      throw new JournalError("unavailable", "The disk does not answer.");
    };
    journal.restoreReserve = () => false;
    await world.report({ dedupKey: "refused" });
    await world.fastForward(20_000);
    world.time.setWallBy(600_000);
    world.engine.lookAtClock();
    await world.fastForward(5_000);
    Object.assign(journal, failing);
    const id = await world.fire({ dedupKey: "taken" });
    await world.fastForward(1);
    expect(world.alert(id).nextEscalationAt! - world.time.wallMs()).toBeLessThanOrEqual(300_000);
  });
});

describe("a journal of which nothing can be read", () => {
  it("is alarmed once, not in a circle", async () => {
    const journal = new MemoryJournal();
    const world = await World.start({ journal });
    let reads = 0;
    const unreadable = () => {
      reads += 1;
      throw new JournalError("unavailable", "The disk does not answer.");
    };
    journal.factsOf = journal.lastAlertOf = journal.lastAlertsOf = unreadable;
    const answers = [signal(1), { ...signal(2), integration: null }].map((one) => world.engine.submit(one));
    await world.time.settle();
    for (const answer of answers) expect(await answer).toMatchObject({ ok: false });
    await world.time.pass(1000);
    expect(reads).toBeLessThan(10);
  });
});

describe("one turn", () => {
  it("keeps all inputs that came together in one commit, before any of them is answered", async () => {
    const journal = new TightDisk();
    const world = await World.start({ journal });
    journal.commits = [];
    const order: string[] = [];
    const answers = [1, 2, 3].map((i) => world.engine.submit(signal(i)).then(() => order.push("answered")));
    journal.append = new Proxy(journal.append, {
      apply: (target, self, args) => {
        order.push("committed");
        return Reflect.apply(target, self, args) as void;
      },
    });
    await world.time.settle();
    await Promise.all(answers);
    expect(journal.commits[0], "each opened and on its first step").toBeGreaterThanOrEqual(6);
    expect(order.slice(0, 4)).toEqual(["committed", "answered", "answered", "answered"]);
  });

  it("sends nothing before the facts are kept", async () => {
    const journal = new TightDisk();
    const world = await World.start({ journal });
    journal.full = true;
    journal.reserve = true;
    await world.report();
    world.expectSent();
  });
});

describe("a full disk", () => {
  it("refuses new signals, goes on with open alerts on the reserve, and recovers by itself", async () => {
    const journal = new TightDisk();
    const world = await World.start({ journal });
    const open = await world.fire({ dedupKey: "before" });
    world.takeSent();
    journal.full = true;
    expect(await world.report({ dedupKey: "during" })).toMatchObject({
      ok: false,
      reason: "journal-unavailable",
    });
    expect(world.engine.health).toMatchObject({ ready: false, trusted: false });
    expect(world.engine.health.problems[0]).toMatchObject({
      kind: "journal",
      text: "The disk is full; free some space.",
    });
    await world.fastForward(minutes(5));
    expect(world.takeSent(), "the open alert has climbed all the same").toContain("ben desktop");
    expect(await world.command(open, { kind: "acknowledge" })).toMatchObject({ ok: true });
    journal.full = false;
    await world.fastForward(seconds(31));
    expect(world.engine.health).toMatchObject({ ready: true, trusted: true });
    expect(await world.report({ dedupKey: "after" })).toMatchObject({ ok: true });
    expect([...journal.replay(0)].map(({ fact }) => fact.kind)).toContain("journal-recovered");
  });

  it("is looked at again when the next signal comes, not only every half minute", async () => {
    const journal = new TightDisk();
    const world = await World.start({ journal });
    journal.full = true;
    await world.report();
    journal.full = false;
    await world.fastForward(seconds(3));
    expect(await world.report()).toMatchObject({ ok: true, effect: "opened" });
  });

  it("does not lose the outcome of a notification that was under way", async () => {
    const journal = new TightDisk();
    journal.releaseReserve = () => false;
    const world = await World.start({ journal });
    world.latency = () => seconds(2);
    const alert = await world.fire();
    journal.full = true;
    await world.fastForward(seconds(5));
    expect(world.alert(alert).notifications[0]).toMatchObject({ state: "attempted" });
    journal.full = false;
    await world.fastForward(seconds(31));
    expect(world.facts(alert, "notification-sent")).toHaveLength(1);
    world.expectSent("ana desktop");
  });

  it("that is refused leaves nothing behind", async () => {
    const journal = new TightDisk();
    const world = await World.start({ journal });
    journal.full = true;
    await world.report({ dedupKey: "during" });
    expect(world.engine.state.open.size).toBe(0);
    world.crash();
    journal.full = false;
    await world.boot();
    expect(world.engine.state.open.size).toBe(0);
  });
});

it("asks to be started again when the journal is damaged: only a new start can salvage it", async () => {
  const journal = new MemoryJournal();
  const world = await World.start({ journal });
  journal.fail("damaged");
  expect(await world.report()).toMatchObject({ ok: false, reason: "journal-unavailable" });
  expect(world.log).toContain("broken");
  expect(world.engine.health.trusted).toBe(false);
});

describe("a broken rule", () => {
  it("is logged, alarmed, and holds up no other alert", async () => {
    const world = await World.start();
    const broken = await world.fire({ dedupKey: "broken" });
    const other = await world.fire({ dedupKey: "other" });
    world.takeSent();
    // No rule can make sense of it.
    const alert = world.engine.state.open.get(broken)!;
    world.engine.state.open.set(broken, { ...alert, notifications: null as never });
    await world.fastForward(minutes(5));
    expect(world.log.filter((line) => line.includes("invariant")).length).toBeGreaterThan(0);
    expect(world.alert(other).step).toBe(1);
    const titles = [...world.engine.state.open.values()].map((open) => open.title);
    expect(titles).toContain("Tocsin found an error in itself");
    expect(world.engine.health.trusted).toBe(false);
    expect(world.engine.health.problems[0]?.text).toMatch(
      /^Tocsin found an error in itself \(.*\)\. .* restart Tocsin\. .* tocsin\.log/,
    );
    const logged = world.log.length;
    await world.fastForward(minutes(2));
    expect(world.log.length - logged, "tried again now and then, not in a circle").toBeLessThanOrEqual(5);
  });
});

describe("snapshots", () => {
  it("make the next start independent of history, and change nothing", async () => {
    const journal = new MemoryJournal();
    const world = await World.start({ journal });
    for (let i = 0; i < 2_000; i += 1) void world.engine.submit(signal(i));
    await world.fastForward(minutes(1));
    const snapshot = journal.loadSnapshot();
    expect(snapshot).not.toBeNull();
    const before = [...world.engine.state.open.values()];
    world.crash();
    let replayed = 0;
    const replay = journal.replay.bind(journal);
    journal.replay = (afterSeq) => {
      replayed = journal.lastSeq() - afterSeq;
      return replay(afterSeq);
    };
    await world.boot();
    expect(replayed).toBeLessThan(journal.lastSeq() / 2);
    expect(world.engine.state.open.size).toBe(2_000);
    expect([...world.engine.state.open.keys()]).toEqual(before.map((alert) => alert.id));
  });

  it("of another version are left aside", async () => {
    const journal = new MemoryJournal();
    const world = await World.start({ journal });
    const alert = await world.fire();
    journal.saveSnapshot(JSON.stringify({ version: 99 }));
    world.crash();
    await world.boot();
    expect(world.alert(alert).status).toBe("triggered");
  });
});

describe("commands", () => {
  it("about an alert resolved so long ago that it has left memory are answered as what it is", async () => {
    const world = await World.start();
    const alert = await world.fire({ dedupKey: "old" });
    await world.command(alert, { kind: "resolve" });
    world.engine.state.resolved.clear();
    expect(await world.command(alert, { kind: "acknowledge" })).toMatchObject({
      ok: false,
      reason: "already-resolved",
    });
    expect(await world.command("nope" as never, { kind: "acknowledge" })).toMatchObject({
      ok: false,
      reason: "not-found",
    });
    expect(world.alert(alert).status).toBe("resolved");
  });
});

describe("stopping", () => {
  it("refuses what comes late, keeps what is done, and says that it was a stop", async () => {
    const world = await World.start();
    const alert = await world.fire();
    const stopped = world.engine.stop();
    await world.time.settle();
    await stopped;
    expect(await world.engine.submit(signal(1))).toMatchObject({ ok: false, reason: "stopping" });
    expect([...world.journal.replay(0)].at(-1)?.fact.kind).toBe("engine-stopped");
    await world.boot();
    expect(world.alert(alert).status).toBe("triggered");
  });
});

it("says so, once, when it holds as many open alerts as it can", async () => {
  const world = await World.start({ team: team({ canEmail: false }) });
  const { limits } = await import("#domain/limits");
  const filler = world.alert(await world.fire({ dedupKey: "first" }));
  for (let i = 0; i < limits.openAlerts - 1; i += 1)
    world.engine.state.open.set(`filler-${i}` as never, filler);
  expect(await world.report({ dedupKey: "one more" })).toMatchObject({
    ok: false,
    reason: "too-many-open-alerts",
  });
  expect(await world.report({ dedupKey: "and another" })).toMatchObject({ ok: false });
  const own = [...world.engine.state.open.values()].filter((alert) => alert.source === "tocsin");
  expect(own.map((alert) => alert.title)).toEqual(["Tocsin holds as many open alerts as it can"]);
});

function signal(index: number) {
  return {
    kind: "signal",
    freshId: `many-${index}` as never,
    integration: "prometheus" as never,
    dedupKey: `key-${index}`,
    status: "firing",
    content: { severity: "critical", title: "Disk full", source: "db1", labels: {}, details: {}, links: [] },
    silentAfterMs: null,
    repetition: "report",
    by: null,
  } as const;
}
