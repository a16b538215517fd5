/** The same journal everywhere: pushing, asking, forwarding, restored and contradicting journals, in virtual time. */
import { describe, expect, test } from "vitest";
import type { AlertId } from "#domain/ids";
import type { TravellingFact } from "#engine/ports";
import { MemoryJournal } from "#journal/memory";
import { ids, SmallTeam, type TestMachine } from "./support/small-team.ts";

function sameJournals(team: SmallTeam): boolean {
  const [first, ...rest] = team.all.map(({ engine }) => sorted(engine.vector()));
  return rest.every((vector) => vector === first);
}

function sorted(vector: Readonly<Record<string, number>>): string {
  return JSON.stringify(Object.entries(vector).toSorted());
}

/** Every hash that a journal holds. */
function hashes({ engine }: TestMachine): string[] {
  return engine
    .factsBeyond({}, Number.MAX_SAFE_INTEGER)
    .map(({ hash }) => hash)
    .toSorted();
}

describe("new facts", () => {
  test("are on the other machines in the time of one way, once", async () => {
    const team = await SmallTeam.running(4);
    await team.pass(1);
    team.at(2).engine.say(3);
    await team.time.pass(20);
    for (const machine of team.all) expect(machine.engine.count).toBe(3);
    await team.pass(30);
    const factsSent = team.all.flatMap(({ sent }) => sent).filter(({ message }) => message.type === "facts");
    const withFacts = factsSent.filter(({ message }) => message.type === "facts" && message.facts.length > 0);
    expect(withFacts).toHaveLength(3);
  });

  test("said by everybody at once arrive everywhere", async () => {
    const team = await SmallTeam.running(5);
    for (let round = 0; round < 20; round += 1) {
      for (const machine of team.all) machine.engine.say(round % 3);
      await team.time.pass(7);
    }
    await team.pass(5);
    expect(sameJournals(team)).toBe(true);
    expect(team.at(0).engine.count).toBe(5 * 19);
  });

  test("reach a machine that only a third one sees, without waiting for a heartbeat", async () => {
    const team = await SmallTeam.running(3);
    team.network.cut(ids[0]!, ids[2]!);
    await team.pass(30);
    team.at(0).engine.say(5);
    team.at(2).engine.say(7);
    await team.time.pass(50);
    for (const machine of team.all) expect(machine.engine.count).toBe(12);
  });

  test("survive links that break again and again", async () => {
    let dice = 7;
    const loses = () => (dice = (dice * 48_271) % 2_147_483_647) % 50 === 0;
    const team = await SmallTeam.running(4, { loses });
    for (let round = 0; round < 60; round += 1) {
      for (const machine of team.all) machine.engine.say(1);
      await team.time.pass(500);
    }
    await team.until(() => sameJournals(team), 60);
    expect(team.at(0).engine.count).toBe(240);
  });
});

describe("catching up", () => {
  test("50,000 facts come in portions, one after the other, from one machine at a time", async () => {
    const team = new SmallTeam(3, { delayMs: () => 5 });
    for (let thousand = 0; thousand < 50; thousand += 1) team.at(0).engine.say(1000, "x".repeat(120));
    const everything = team.at(0).engine.factsBeyond({}, Number.MAX_SAFE_INTEGER);
    team.at(1).engine.journal.merge(everything, team.at(1).clock.now());
    for (const index of [0, 1]) team.at(index).start();
    await team.pass(10);
    team.at(2).start();
    const took = await team.until(() => team.at(2).engine.count === 50_000, 60);
    expect(took).toBeLessThan(10);
    const portions = team.all
      .flatMap(({ sent }) => sent)
      .filter(({ to, message }) => to === ids[2] && message.type === "facts" && message.facts.length > 0);
    for (const { message } of portions) expect(JSON.stringify(message).length).toBeLessThan(1024 * 1024);
    const facts = portions.reduce(
      (sum, { message }) => sum + (message as { facts: unknown[] }).facts.length,
      0,
    );
    expect(facts).toBeLessThan(55_000);
    expect(hashes(team.at(2))).toEqual(hashes(team.at(0)));
    // It acts as soon as it has everything, or after ten seconds.
    await team.until(() => team.at(2).position() !== null, 10);
  });

  test("both directions at once, while both go on saying more", async () => {
    const team = new SmallTeam(2, { delayMs: () => 3 });
    for (const machine of team.all) machine.engine.say(5_000, "y".repeat(100));
    for (const machine of team.all) machine.start();
    for (let round = 0; round < 20; round += 1) {
      for (const machine of team.all) machine.engine.say(1);
      await team.time.pass(10);
    }
    await team.until(() => sameJournals(team), 30);
    expect(team.at(0).engine.count).toBe(10_040);
  });

  test("goes on where it was when the link breaks in the middle", async () => {
    const team = new SmallTeam(2, { delayMs: () => 20 });
    team.at(0).engine.say(20_000, "z".repeat(150));
    for (const machine of team.all) machine.start();
    await team.until(() => team.at(1).engine.count > 3_000, 10);
    const before = team.at(1).engine.count;
    team.network.cut(ids[0]!, ids[1]!);
    await team.pass(40);
    team.network.healAll();
    await team.until(() => team.at(1).engine.count === 20_000, 30);
    expect(team.at(1).engine.mergedFacts).toBe(20_000);
    expect(before).toBeLessThan(20_000);
  });

  test("waits while the journal cannot be written, and does not ask all the time", async () => {
    const team = await SmallTeam.running(2);
    team.at(1).engine.journal.fail("full");
    const since = team.time.monotonicMs();
    team.at(0).engine.say(10);
    await team.pass(60);
    const asked = team.at(1).sent.filter(({ at, message }) => at >= since && message.type === "want");
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.length).toBeLessThan(40);
    team.at(1).engine.journal.heal();
    await team.until(() => team.at(1).engine.count === 10, 5);
  });

  test("a machine that answers nothing holds up neither settling nor catching up for long", async () => {
    const team = await SmallTeam.running(2);
    team.at(0).engine.say(100);
    await team.pass(1);
    team.at(1).crash();
    await team.pass(1);
    const late = team.at(1).restart(new MemoryJournal("origin-late"));
    const silent = team.network.connect("a000000000000000" as never, ids[1]!)!;
    late.peers.attach(silent.ends[1]);
    await team.until(() => late.engine.count === 100, 5);
    await team.until(() => late.position() !== null, 11);
    expect(late.engine.count).toBe(100);
  });
});

describe("a journal that was restored from a copy", () => {
  test("gets a new origin; what the others have of the old one comes back", async () => {
    const team = await SmallTeam.running(3);
    team.at(0).engine.say(10);
    await team.pass(3);
    const copy = team.at(0).engine.journal.copy();
    team.at(0).engine.say(5);
    await team.pass(3);
    team.at(0).crash();
    await team.pass(5);
    const restored = team.at(0).restart(copy);
    await team.until(() => sameJournals(team) && restored.engine.count === 15, 20);
    expect(restored.engine.origin).not.toBe(`origin-${ids[0]}`);
    restored.engine.say(2);
    await team.pass(5);
    for (const machine of team.all) expect(machine.engine.count).toBe(17);
    expect(restored.security.map(({ event }) => event)).toEqual(["restored-journal"]);
    for (const index of [1, 2]) expect(team.at(index).security).toEqual([]);
  });

  test("and has gone on writing meanwhile: nothing of either is lost", async () => {
    const team = await SmallTeam.running(3);
    team.at(0).engine.say(10);
    await team.pass(3);
    const copy = team.at(0).engine.journal.copy();
    team.at(0).engine.say(5, "theirs");
    await team.pass(3);
    team.at(0).crash();
    for (const other of [1, 2]) team.network.cut(ids[0]!, ids[other]!);
    await team.pass(20);
    const restored = team.at(0).restart(copy);
    restored.engine.say(3, "ours");
    await team.pass(20);
    team.network.healAll();
    await team.until(() => sameJournals(team) && restored.engine.count === 18, 20);
    for (const machine of team.all) {
      const bodies = machine.engine.factsBeyond({}, Number.MAX_SAFE_INTEGER).map(({ body }) => body);
      expect(bodies.filter((body) => body.includes("ours"))).toHaveLength(3);
      expect(bodies.filter((body) => body.includes("theirs"))).toHaveLength(5);
    }
  });

  test("with more of its own than the others ever had: found by the first fact that contradicts", async () => {
    const team = await SmallTeam.running(2);
    team.at(0).engine.say(4);
    await team.pass(3);
    const copy = team.at(0).engine.journal.copy();
    team.at(0).engine.say(2, "theirs");
    await team.pass(3);
    team.at(0).crash();
    team.network.cut(ids[0]!, ids[1]!);
    await team.pass(20);
    const restored = team.at(0).restart(copy);
    restored.engine.say(50, "ours");
    await team.pass(20);
    team.network.healAll();
    await team.until(() => sameJournals(team) && restored.engine.count === 56, 40);
    expect(team.at(1).engine.count).toBe(56);
  });
});

describe("hostile", () => {
  /** A machine of the team that says what a test wants. */
  async function withLiar(count = 2) {
    const team = await SmallTeam.running(count);
    const liar = "zz00000000000000" as never;
    const pair = team.network.connect(liar, ids[0]!)!;
    let closed: string | null = null;
    const heard: string[] = [];
    pair.ends[0].onClose((why) => (closed = why));
    pair.ends[0].onMessage((message) => heard.push(message.type));
    team.at(0).peers.attach(pair.ends[1]);
    await team.time.pass(10);
    return { team, victim: team.at(0), link: pair.ends[0], heard, closed: () => closed };
  }

  function factsOf(origin: string, count: number): TravellingFact[] {
    const journal = new MemoryJournal(origin);
    journal.append(
      Array.from({ length: count }, () => ({
        kind: "note-added" as const,
        at: 1,
        alertId: "a1" as AlertId,
        by: null,
        origin: "api" as const,
        text: "x",
      })),
    );
    return journal.factsBeyond({}, 1_000_000, 1);
  }

  test("a fact that is not what it says: refused, the link closed, one line", async () => {
    const { team, victim, link, closed } = await withLiar();
    const [fact] = factsOf("origin-liar", 1);
    link.send({
      type: "facts",
      facts: [{ ...fact!, body: `{"kind":"note-added","at":1,"alertId":7}` }],
      more: false,
    });
    await team.time.pass(100);
    expect(closed()).not.toBeNull();
    expect(victim.security).toHaveLength(1);
    expect(victim.security[0]).toMatchObject({
      event: "malformed-fact",
      details: { machine: "zz00000000000000" },
    });
    expect(victim.engine.count).toBe(0);
  });

  test("a wrong hash: the same", async () => {
    const { team, victim, link, closed } = await withLiar();
    const [fact] = factsOf("origin-liar", 1);
    link.send({ type: "facts", facts: [{ ...fact!, hash: "0".repeat(64) }], more: false });
    await team.time.pass(100);
    expect(closed()).not.toBeNull();
    expect(victim.security.map(({ event }) => event)).toEqual(["damaged-fact"]);
  });

  test("two truths under one number: the first is kept, it is said loudly, and all else goes on", async () => {
    const team = await SmallTeam.running(3);
    team.network.cut(ids[0]!, ids[1]!);
    await team.pass(10);
    // A third machine's log, written twice; one truth here, the other there.
    const one = factsOf("origin-forked", 3);
    const other = new MemoryJournal("origin-forked");
    other.append([{ kind: "engine-started", at: 5, version: "1" }]);
    team.at(0).engine.journal.merge(one, 1);
    team.at(1).engine.journal.merge(other.factsBeyond({}, 1_000_000, 5), 5);
    team.network.healAll();
    team.at(2).engine.say(4);
    await team.pass(30);
    team.at(0).engine.say(3);
    await team.pass(5);
    for (const machine of [team.at(0), team.at(1)]) {
      expect(machine.engine.vector()[`origin-${ids[2]}` as never]).toBe(4);
      expect(machine.engine.vector()[`origin-${ids[0]}` as never]).toBe(3);
    }
    const lines = team.all.flatMap(({ security }) => security);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThan(6);
    expect(new Set(lines.map(({ event }) => event))).toEqual(new Set(["forked-journal"]));
    expect(team.all.some(({ problem }) => problem?.includes("contradicts") === true)).toBe(true);
  });

  test("one that claims facts which it does not send is asked no more", async () => {
    const { team, victim, link, heard } = await withLiar();
    link.onMessage((message) => {
      heard.push(message.type);
      if (message.type === "want")
        link.send({ type: "facts", request: message.request, facts: [], more: false });
    });
    const vector = { "origin-of-nobody": 1_000_000, [`origin-${ids[0]}`]: 99_999 };
    const words = { epoch: 0, coordinator: null, acts: true, hears: [ids[0]!], people: [], clock: 0 };
    for (let beat = 0; beat < 30; beat += 1) {
      link.send({ type: "heartbeat", ...words, ...(beat === 0 ? { vector, runtime: victim.runtime } : {}) });
      await team.pass(2);
    }
    expect(heard.filter((type) => type === "want").length).toBeLessThan(5);
    expect(victim.security.map(({ event }) => event)).toEqual(["claims-facts-it-does-not-have"]);
    expect(victim.engine.origin).toBe(`origin-${ids[0]}`);
  });

  test("a flood of questions is cut off, with one line, and the others are served", async () => {
    const { team, victim, link, closed } = await withLiar();
    victim.engine.say(500, "x".repeat(500));
    for (let second = 0; second < 20 && closed() === null; second += 1) {
      for (let count = 0; count < 500; count += 1) link.send({ type: "want", vector: {} });
      await team.pass(1);
    }
    await team.pass(3);
    expect(closed()).not.toBeNull();
    expect(victim.security.map(({ event }) => event)).toEqual(["flood"]);
    expect(team.at(1).engine.count).toBe(500);
  });

  test("one that does not read is sent no more than it may leave unread", async () => {
    const { team, victim, link } = await withLiar();
    team.network.cutOneWay(ids[0]!, "zz00000000000000" as never);
    for (let count = 0; count < 60; count += 1) {
      link.send({ type: "heartbeat", epoch: 0, coordinator: null, acts: true, vector: {}, clock: 0 });
      link.send({ type: "want", vector: {} });
      victim.engine.say(100, "x".repeat(1_000));
      await team.time.pass(100);
    }
    expect(link.other.unreadBytes).toBeGreaterThan(500_000);
    expect(link.other.unreadBytes).toBeLessThan(2_000_000);
    expect(team.at(1).engine.count).toBe(6_000);
  });
});
