/** What two machines that did not know of one another come to when they do: invariants 3, 4 and 5. */
import { beforeEach, expect, it } from "vitest";
import type { AlertId, OriginId, TeamRevision } from "#domain/ids";
import type { Outcome } from "#domain/input";
import { JournalError, type TravellingFact } from "#engine/ports";
import { MemoryJournal } from "#journal/memory";
import { minutes, seconds, team as buildTeam } from "../support/team-builder.ts";
import { VirtualTime } from "../support/virtual-time.ts";
import { World } from "../support/world.ts";

let time: VirtualTime;
let a: World;
let b: World;
let positions: { a: number | null; b: number | null };

beforeEach(async () => {
  time = new VirtualTime();
  positions = { a: 0, b: 1 };
  const machine = (self: "a" | "b") =>
    World.start({ time, self, position: () => positions[self], journal: journalOf(self) });
  a = await machine("a");
  b = await machine("b");
  await sync();
  a.takeSent();
  b.takeSent();
});

const journalOf = (machine: string) => new MemoryJournal(`journal-of-${machine}` as OriginId);

/** Each gets what it lacks. */
async function sync(): Promise<void> {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const)
    await send(to, from.engine.factsBeyond(to.engine.vector(), 1e9));
}

async function send(to: World, facts: readonly TravellingFact[]): Promise<void> {
  const answer = to.engine.merge(facts);
  await time.settle();
  expect(await answer).toMatchObject({ ok: true, refused: null });
  await time.settle();
}

function expectEqual(id: AlertId): void {
  const [one, other] = [a, b].map((world) => {
    const { notifications, latest: _, ...alert } = world.alert(id);
    return { ...alert, notifications: notifications.toSorted((x, y) => (x.actionId < y.actionId ? -1 : 1)) };
  });
  expect(one).toEqual(other);
}

it("the same signal by two ways is one alert, and is told once", async () => {
  const [one, other] = [await a.fire({ dedupKey: "disk" }), await b.fire({ dedupKey: "disk" })];
  expect(other).toBe(one);
  await sync();
  await time.pass(seconds(20));
  await sync();
  a.expectSent("ana desktop");
  b.expectSent();
  expectEqual(one);
});

it("an alert that came in at a standby is told by the coordinator", async () => {
  const id = await b.fire();
  b.expectSent();
  await sync();
  a.expectSent("ana desktop");
  await sync();
  await time.pass(seconds(40));
  b.expectSent();
  expectEqual(id);
});

it("a standby does it itself when nobody has, and only then", async () => {
  const id = await b.fire();
  await time.pass(seconds(4));
  b.expectSent();
  await time.pass(seconds(2));
  b.expectSent("ana desktop");
  await sync();
  expectEqual(id);
  a.expectSent();
});

it("a step entered by whoever did not know of the acknowledgement changes nothing", async () => {
  const id = await a.fire();
  await sync();
  await a.command(id, { kind: "acknowledge" });
  await time.pass(minutes(10));
  expect(b.alert(id).step, "cut off, it climbed").toBeGreaterThan(0);
  await sync();
  expect(a.alert(id).status).toBe("acknowledged");
  expectEqual(id);
  a.takeSent();
  b.takeSent();
  await time.pass(minutes(10));
  a.expectSent();
  b.expectSent();
});

it("a resolve does not end what it did not know of", async () => {
  const id = await a.fire();
  await sync();
  await a.command(id, { kind: "resolve" });
  await b.fire();
  await sync();
  expect(a.alert(id).status).toBe("triggered");
  await time.pass(seconds(1));
  a.expectSent("ana desktop", "ana desktop");
  await sync();
  expectEqual(id);
  await a.command(id, { kind: "resolve" });
  await sync();
  expect([a.alert(id).status, b.alert(id).status]).toEqual(["resolved", "resolved"]);
});

it("a resolve that knew of every report ends it everywhere; the next report is another alert", async () => {
  const id = await a.fire();
  await sync();
  await b.command(id, { kind: "resolve" });
  await sync();
  expect(a.alert(id).status).toBe("resolved");
  const [one, other] = [await a.fire(), await b.fire()];
  expect(one).toBe(other);
  expect(one).not.toBe(id);
});

it("an acknowledgement does not quiet what got worse meanwhile on another machine", async () => {
  const id = await a.fire({ severity: "warning" });
  await sync();
  await a.command(id, { kind: "acknowledge" });
  await b.fire({ severity: "critical" });
  await sync();
  await time.pass(seconds(1));
  expect(a.alert(id)).toMatchObject({ status: "triggered", severity: "critical" });
  await sync();
  expectEqual(id);
});

it("facts that arrive before the alert was opened here wait for it", async () => {
  const id = await a.fire();
  await send(b, a.engine.factsBeyond(b.engine.vector(), 1e9));
  await b.command(id, { kind: "acknowledge" });
  const fresh = await World.start({ time, self: "c", position: () => 2, journal: journalOf("c") });
  const opening = a.engine.factsBeyond(fresh.engine.vector(), 1e9);
  const own = new Set(opening.map((fact) => fact.origin));
  const acknowledging = b.engine
    .factsBeyond(fresh.engine.vector(), 1e9)
    .filter((fact) => !own.has(fact.origin) || fact.origin === b.engine.origin);
  await send(
    fresh,
    acknowledging.filter((fact) => fact.origin === b.engine.origin),
  );
  expect(fresh.engine.findAlert(id)).toBeNull();
  await send(fresh, opening);
  expect(fresh.alert(id).status).toBe("acknowledged");
});

it("an attempt that hangs is made again by the next one, and is not made twice when it wakes up", async () => {
  a.latency = () => seconds(20);
  await a.fire();
  await sync();
  positions.b = 0;
  await time.pass(seconds(1));
  b.expectSent();
  await time.pass(seconds(10));
  b.expectSent("ana desktop");
  await sync();
  await time.pass(seconds(20));
  a.expectSent();
});

it("a machine that cannot reach the mail server keeps no other one from mailing, however often it tries", async () => {
  a.outcome = (_, via) =>
    via === "desktop"
      ? { kind: "sent" }
      : { kind: "failed", permanent: false, reason: "unreachable", text: "No route to host." };
  await a.fire();
  for (let second = 0; second < 92; second += 1) {
    await time.pass(seconds(1));
    await sync();
  }
  expect(a.takeSent().filter((sent) => sent === "ana email").length).toBeGreaterThan(2);
  b.expectSent("ana email");
  await time.pass(minutes(2));
  await sync();
  a.expectSent();
});

it("machines whose mail hangs, one after another, hold up the last one for less than a minute", async () => {
  let now = 0;
  const third = await World.start({ time, self: "c", position: () => 2, journal: journalOf("c") });
  const all = [a, b, third];
  const syncAll = async () => {
    for (const from of all)
      for (const to of all) if (to !== from) await send(to, from.engine.factsBeyond(to.engine.vector(), 1e9));
  };
  for (const hanging of [a, b]) {
    hanging.outcome = (_, via) => (via === "desktop" ? { kind: "sent" } : new Promise(() => {}));
  }
  await syncAll();
  await a.fire();
  while (third.sent.length === 0 && now < 200) {
    now += 1;
    await time.pass(seconds(1));
    await syncAll();
  }
  third.expectSent("ana email");
  // Her e-mail is due after a minute.
  expect(now).toBeLessThanOrEqual(60 + 57);
});

it("what the mail server itself puts off is put off for every machine", async () => {
  a.outcome = (_, via) =>
    via === "desktop"
      ? { kind: "sent" }
      : { kind: "failed", permanent: false, reason: "temporary", text: "450 Greylisted." };
  await a.fire();
  for (let second = 0; second < 92; second += 1) {
    await time.pass(seconds(1));
    await sync();
  }
  b.expectSent();
});

it("a machine that has just woken up takes in and does nothing", async () => {
  positions.a = null;
  await a.fire();
  await time.pass(minutes(1));
  a.expectSent();
  positions.a = 0;
  a.engine.lookAtClock();
  await time.pass(seconds(1));
  a.expectSent("ana desktop", "ana email");
});

it("another machine's wrong clock moves no deadline", async () => {
  const skewed = new VirtualTime(new Date(time.wallMs() + 90_000).toISOString());
  const wrong = await World.start({ time: skewed, self: "w", position: () => 1, journal: journalOf("w") });
  const id = await wrong.fire({ dedupKey: "other" });
  await skewed.pass(seconds(10));
  await time.pass(seconds(10));
  const facts = wrong.engine.factsBeyond(b.engine.vector(), 1e9);
  await send(b, facts);
  const left = (world: World) => world.alert(id).nextEscalationAt! - world.time.wallMs();
  expect(left(b)).toBe(left(wrong));
});

it("whoever has sent facts is answered, also behind a portion that cannot be kept", async () => {
  await a.fire();
  const facts = a.engine.factsBeyond(b.engine.vector(), 1e9);
  const { merge } = b.journal;
  b.journal.merge = () => {
    throw new JournalError("full", "The disk is full.");
  };
  const full = Promise.all([b.engine.merge(facts), b.engine.merge(facts), b.engine.merge(facts)]);
  await time.settle();
  expect(await full).toEqual([{ ok: false }, { ok: false }, { ok: false }]);
  b.journal.merge = merge;
  await time.pass(minutes(1));
  await send(b, facts);
});

it("an alert that reaches nobody is said by every machine, and by none any more once it is over", async () => {
  const noMail = { ...buildTeam(), canEmail: false, revision: "no-mail" as TeamRevision };
  for (const world of [a, b]) {
    world.attach();
    void world.engine.submit({ kind: "team-loaded", team: noMail });
  }
  await time.settle();
  const problems = () => [a, b].map(({ engine }) => engine.health.problems.map(({ kind }) => kind));
  const id = await a.fire();
  await sync();
  expect(problems()).toEqual([["reach"], ["reach"]]);
  await b.command(id, { kind: "resolve" });
  await sync();
  expect(problems()).toEqual([[], []]);
});

it("a mail that does not get through is said by every machine; that one cannot reach the server, by itself", async () => {
  const problems = () => [a, b].map(({ engine }) => engine.health.problems.map(({ kind }) => kind));
  const outcome = (reason: "temporary" | "unreachable"): Outcome => ({
    kind: "failed",
    permanent: false,
    reason,
    text: "",
  });
  a.outcome = (_, via) => (via === "desktop" ? { kind: "sent" } : outcome("unreachable"));
  const first = await a.fire({ dedupKey: "1" });
  for (let second = 0; second < 70; second += 5) {
    await time.pass(seconds(5));
    await sync();
  }
  expect(problems()).toEqual([["channel"], []]);
  await a.command(first, { kind: "resolve" });
  await sync();
  a.outcome = (_, via) => (via === "desktop" ? { kind: "sent" } : outcome("temporary"));
  const other = await a.fire({ dedupKey: "2" });
  for (let second = 0; second < 200; second += 5) {
    await time.pass(seconds(5));
    await sync();
  }
  expect(problems()[1]).toEqual(["late-mail"]);
  await b.command(other, { kind: "acknowledge" });
  await sync();
  expect(problems()[1]).toEqual([]);
});

it("what its source says goes for every alert of its key, where two machines have each opened one", async () => {
  const silentAfterMs = minutes(5);
  const fire = (world: World) => world.fire({ repetition: "refresh", silentAfterMs });
  const first = await fire(a);
  expect(await fire(b)).toBe(first);
  await a.report({ status: "resolved" });
  const second = await fire(a);
  expect(second).not.toBe(first);
  await sync();
  expect([first, second].map((id) => a.alert(id).status)).toEqual(["triggered", "triggered"]);
  for (let minute = 0; minute < 10; minute += 1) {
    await time.pass(minutes(1));
    await fire(b);
  }
  expect([first, second].map((id) => b.alert(id).stale)).toEqual([false, false]);
  await b.report({ status: "resolved" });
  expect([first, second].map((id) => b.alert(id).status)).toEqual(["resolved", "resolved"]);
});
