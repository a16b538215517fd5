/** What a monitoring tool's messages mean, over weeks and over crashes. */
import { describe, expect, it } from "vitest";
import { MemoryJournal } from "#journal/memory";
import { minutes, seconds } from "../support/team-builder.ts";
import { World } from "../support/world.ts";

describe("one alert for one key", () => {
  it("counts reports, opens no second alert, tells nobody again", async () => {
    const world = await World.start();
    const alert = await world.fire();
    world.takeSent();
    for (let i = 0; i < 4; i += 1) expect(await world.fire()).toBe(alert);
    world.expectSent();
    expect(world.alert(alert).occurrences).toBe(5);
  });

  it("keeps the newest wording of a report on disk", async () => {
    const world = await World.start();
    const alert = await world.fire({ title: "Disk at 91 %" });
    await world.fire({ title: "Disk at 97 %" });
    world.crash();
    await world.boot();
    expect(world.alert(alert)).toMatchObject({ title: "Disk at 97 %", occurrences: 2 });
  });

  it("a resolve or acknowledgement of what is not open is accepted and means nothing", async () => {
    const world = await World.start();
    expect(await world.report({ status: "resolved" })).toEqual({
      ok: true,
      alertId: null,
      effect: "ignored",
    });
    expect(await world.report({ status: "acknowledged" })).toEqual({
      ok: true,
      alertId: null,
      effect: "ignored",
    });
  });

  it("after its resolve the same key is a new alert", async () => {
    const world = await World.start();
    const first = await world.fire();
    expect(await world.report({ status: "resolved" })).toMatchObject({ effect: "resolved", alertId: first });
    expect(await world.fire()).not.toBe(first);
  });
});

describe("Prometheus says every firing alert again each minute, for months", () => {
  const stillFiring = { repetition: "refresh", silentAfterMs: minutes(4) } as const;

  it("and neither the journal nor the state grows", async () => {
    const journal = new MemoryJournal();
    const world = await World.start({ journal });
    const alert = await world.fire(stillFiring);
    await world.command(alert, { kind: "acknowledge" });
    const facts = journal.lastSeq();
    for (let minute = 0; minute < 500; minute += 1) {
      await world.fire(stillFiring);
      await world.fastForward(minutes(1));
    }
    expect(journal.lastSeq()).toBe(facts);
    expect(world.engine.state.open.size).toBe(1);
    expect(world.engine.state.deadlines.size).toBe(1);
    expect(world.time.pendingTimers).toBeLessThanOrEqual(2);
  });

  it("a million explicit reports cost some fifty facts", async () => {
    const journal = new MemoryJournal();
    const world = await World.start({ journal });
    const alert = await world.fire();
    await world.command(alert, { kind: "acknowledge" });
    const before = journal.lastSeq();
    const reports = Array.from({ length: 9_999 }, () => world.engine.submit(reportOf()));
    await world.time.settle();
    await Promise.all(reports);
    expect(world.alert(alert).occurrences).toBe(10_000);
    expect(journal.lastSeq() - before).toBeLessThan(50);
  });

  it("and when it falls silent the alert is stale, not resolved; when it speaks again it is not stale", async () => {
    const world = await World.start();
    const alert = await world.fire(stillFiring);
    await world.fastForward(minutes(4));
    expect(world.alert(alert)).toMatchObject({ status: "triggered", stale: true });
    await world.fastForward(minutes(60));
    expect(world.facts(alert, "alert-went-stale")).toHaveLength(1);
    await world.fire(stillFiring);
    expect(world.alert(alert).stale).toBe(false);
  });

  it("and after a restart it gets time to speak before its alerts count as stale", async () => {
    const world = await World.start();
    const alert = await world.fire(stillFiring);
    world.crash();
    world.time.sleep(minutes(60));
    await world.boot();
    await world.fastForward(minutes(2) - seconds(1));
    expect(world.alert(alert).stale).toBe(false);
    await world.fastForward(seconds(2));
    expect(world.alert(alert).stale).toBe(true);
  });
});

function reportOf() {
  return {
    kind: "signal",
    freshId: "unused" as never,
    integration: "prometheus" as never,
    dedupKey: "disk",
    status: "firing",
    content: { severity: "critical", title: "Disk full", source: "db1", labels: {}, details: {}, links: [] },
    silentAfterMs: null,
    repetition: "report",
    by: null,
  } as const;
}
