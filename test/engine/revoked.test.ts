/** A machine that was revoked, once it knows: nothing leaves it, and it takes nothing. */
import { beforeEach, describe, expect, it } from "vitest";
import type { MachineId, OriginId, PersonId } from "#domain/ids";
import type { MachineChange } from "#domain/input";
import { MemoryJournal } from "#journal/memory";
import { minutes, seconds } from "../support/team-builder.ts";
import { VirtualTime } from "../support/virtual-time.ts";
import { World } from "../support/world.ts";

let time: VirtualTime;
let a: World;
let b: World;

beforeEach(async () => {
  time = new VirtualTime();
  const machine = (self: string, position: number) =>
    World.start({
      time,
      self,
      position: () => position,
      journal: new MemoryJournal(`journal-of-${self}` as OriginId),
    });
  a = await machine("a", 0);
  b = await machine("b", 1);
  for (const self of ["a", "b"]) await change(a, added(self));
  await sync();
});

const added = (id: string): MachineChange => ({
  kind: "machine-added",
  machine: {
    id: id as MachineId,
    name: `${id}'s laptop`,
    role: "engine",
    person: null,
    fingerprint: id.repeat(64),
    addresses: [],
  },
  by: "a" as MachineId,
});
const revoked = (id: string, by = "ana"): MachineChange => ({
  kind: "machine-revoked",
  machineId: id as MachineId,
  by: by as PersonId,
});

async function change(world: World, what: MachineChange) {
  const answer = world.engine.submit({ kind: "machine", change: what });
  await time.settle();
  return answer;
}

async function give(to: World, from: World): Promise<void> {
  const merged = to.engine.merge(from.engine.factsBeyond(to.engine.vector(), 1e9));
  await time.settle();
  await merged;
}

async function sync(): Promise<void> {
  await give(b, a);
  await give(a, b);
}

const problem = (world: World) => world.engine.health.problems.find(({ kind }) => kind === "revoked");

describe("once it knows", () => {
  it("the open alert's next step does not leave it, though nobody else is there", async () => {
    await b.fire();
    await time.pass(seconds(10));
    b.takeSent();
    await change(a, revoked("b"));
    await give(b, a);
    await time.pass(minutes(60));
    b.expectSent();
  });

  it("what is under way is withdrawn: the channel is told before it sends", async () => {
    b.latency = () => seconds(20);
    const id = await b.fire();
    await time.pass(seconds(10));
    const [notification] = b.alert(id).notifications;
    expect(notification).toMatchObject({ state: "attempted", attemptedBy: "b" });
    await change(a, revoked("b"));
    await give(b, a);
    await time.pass(minutes(30));
    b.expectSent();
  });

  it("signals and commands are refused, with the reason, and its health says so", async () => {
    const id = await b.fire();
    await change(a, revoked("b"));
    await give(b, a);
    expect(problem(b)?.text).toMatch(
      /^This machine was revoked from the team by Ana on a's laptop\. It acts on nothing.*new invite/,
    );
    expect(b.engine.health).toMatchObject({ ready: false, trusted: false });
    const refused = { ok: false, reason: "revoked", text: problem(b)!.text };
    expect(await b.report({ dedupKey: "another" })).toEqual(refused);
    expect(await b.command(id, { kind: "acknowledge" })).toEqual(refused);
    expect(await change(b, revoked("a"))).toEqual(refused);
    b.engine.alarm("own", "critical", "It alarms nobody, either", {});
    await time.pass(minutes(1));
    expect(b.engine.state.open.size).toBe(1);
  });

  it("a signal that came with the news in one turn is refused, not answered", async () => {
    await change(a, revoked("b"));
    const merged = b.engine.merge(a.engine.factsBeyond(b.engine.vector(), 1e9));
    const answer = b.report({ dedupKey: "at the same moment" });
    await time.settle();
    await merged;
    expect(await answer).toMatchObject({ ok: false, reason: "revoked" });
  });

  it("after a restart still so, from the journal alone", async () => {
    await b.fire();
    await change(a, revoked("b"));
    await give(b, a);
    b.crash();
    b.takeSent();
    await b.boot(null);
    expect(problem(b)).toBeDefined();
    expect(await b.report({ dedupKey: "another" })).toMatchObject({ reason: "revoked" });
    await time.pass(minutes(30));
    b.expectSent();
  });

  it("told by another engine, before any fact has come", async () => {
    await b.fire();
    await time.pass(seconds(1));
    b.takeSent();
    b.engine.revocation.learn("They say so.");
    await time.pass(minutes(30));
    b.expectSent();
    expect(problem(b)?.text).toBe("They say so.");
    expect(b.engine.health.ready).toBe(false);
  });

  it("the rest of the team goes on", async () => {
    await b.fire();
    await sync();
    await change(a, revoked("b"));
    await give(b, a);
    a.takeSent();
    await time.pass(minutes(6));
    expect(a.takeSent().length).toBeGreaterThan(0);
    expect(problem(a)).toBeUndefined();
    expect(await a.report({ dedupKey: "another" })).toMatchObject({ ok: true });
  });
});

describe("two that revoke one another at once", () => {
  it("one of them stays, the same for everybody, in whatever order they hear of it", async () => {
    await change(a, revoked("b"));
    await time.pass(5);
    await change(b, revoked("a", "ben"));
    await sync();
    expect([problem(a) === undefined, problem(b) === undefined]).toEqual([true, false]);
    const revokedIn = (world: World) =>
      [...world.engine.state.machines.values()]
        .filter(({ revokedAt }) => revokedAt !== null)
        .map(({ id }) => id);
    expect(revokedIn(a)).toEqual(["b"]);
    expect(revokedIn(b)).toEqual(["b"]);
  });

  it("what an older Tocsin said, without the machine that said it, counts as before", async () => {
    const { machines } = a.engine.state;
    await change(a, revoked("b"));
    expect(machines.get("b" as MachineId)?.revokedBy).toEqual({ person: "ana", machine: "a" });
    const [fact] = a.engine.state.machineFacts.filter(({ fact: { kind } }) => kind === "machine-revoked");
    expect(fact!.fact).toMatchObject({ machine: "a" });
  });
});
