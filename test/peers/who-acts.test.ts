/** Who acts: takeover, sticky role, settling, partitions, hanging and sleep, in virtual time. */
import { describe, expect, test } from "vitest";
import { ids, SmallTeam } from "./support/small-team.ts";

describe("a machine without others", () => {
  test("acts first, at once, and has no timer", async () => {
    const team = new SmallTeam(1);
    team.at(0).start();
    expect(team.at(0).position()).toBe(0);
    await team.pass(60);
    expect(team.at(0).position()).toBe(0);
    expect(team.time.pendingTimers).toBe(0);
    expect(team.at(0).problem).toBeNull();
  });

  test("goes on acting when the first other one joins, and coordinates", async () => {
    const team = new SmallTeam(2);
    team.members = ids.slice(1, 2);
    team.at(1).start();
    await team.pass(5);
    team.members = ids.slice(0, 2);
    team.at(1).engine.commit([{ kind: "machine-revoked", at: 0, machineId: ids[6]!, by: null }]);
    await team.pass(0.1);
    expect(team.at(1).position()).toBe(0);
    team.at(0).start();
    for (let tenth = 0; tenth < 150; tenth += 1) {
      await team.pass(0.1);
      expect(team.at(1).position()).toBe(0);
    }
    expect(team.at(0).position()).toBe(1);
    expect(team.at(0).coordinator).toBe(ids[1]);
  });
});

describe("start", () => {
  test.each([2, 3, 5, 7])("%i machines settle first and then stand in one order", async (count) => {
    const team = new SmallTeam(count);
    for (const machine of team.all) machine.start();
    expect(team.positions()).toEqual(team.all.map(() => null));
    await team.until(() => team.positions().every((position, index) => position === index), 12);
    for (const machine of team.all) expect(machine.coordinator).toBe(ids[0]);
    await team.pass(60);
    expect(team.positions()).toEqual(team.all.map((_, index) => index));
  });

  test.each([2, 3, 4, 7])("of %i machines that settle at one moment never two act first", async (count) => {
    for (const latencyMs of [1, 20, 150]) {
      const team = new SmallTeam(count, { delayMs: () => latencyMs });
      for (const machine of team.all) machine.start();
      let acted = 0;
      for (let hundredth = 0; hundredth < 600; hundredth += 1) {
        await team.pass(0.01);
        const first = team.positions().filter((position) => position === 0).length;
        expect(first).toBeLessThanOrEqual(1);
        acted += first;
      }
      expect(acted).toBeGreaterThan(0);
    }
  });

  test("nor when the last one links up while the others wait for it", async () => {
    const team = new SmallTeam(4, { delayMs: () => 20 });
    for (const machine of team.all.slice(0, 3)) machine.start();
    await team.pass(2.2);
    team.at(3).start();
    for (let hundredth = 0; hundredth < 600; hundredth += 1) {
      await team.pass(0.01);
      expect(team.positions().filter((position) => position === 0).length).toBeLessThanOrEqual(1);
    }
    expect(team.positions()).toEqual([0, 1, 2, 3]);
  });

  test("nor when both wake from a sleep together", async () => {
    const team = await SmallTeam.running(2, { delayMs: () => 20 });
    for (const machine of team.all) machine.sources.sleep();
    await team.pass(6);
    for (const machine of team.all) machine.sources.goOn();
    for (let hundredth = 0; hundredth < 600; hundredth += 1) {
      await team.pass(0.01);
      expect(team.positions().filter((position) => position === 0).length).toBeLessThanOrEqual(1);
    }
    expect(team.positions()).toEqual([0, 1]);
  });

  test("one that sees nobody acts after ten seconds, and says that it is isolated", async () => {
    const team = new SmallTeam(2);
    team.at(0).start();
    await team.pass(9.5);
    expect(team.at(0).position()).toBeNull();
    await team.pass(1);
    expect(team.at(0).position()).toBe(0);
    expect(team.at(0).problem).toMatch(/^ISOLATED/);
    expect(team.at(0).coordinator).toBe(ids[0]);
    team.at(1).start();
    await team.pass(5);
    expect(team.at(0).problem).toBeNull();
    expect(team.positions()).toEqual([0, 1]);
  });

  test("does not act before it has what the others have", async () => {
    const team = await SmallTeam.running(2);
    team.at(1).crash();
    await team.pass(20);
    team.at(0).engine.say(3_000, "x".repeat(200));
    const back = team.at(1).restart();
    await team.until(() => back.position() !== null, 10);
    expect(back.engine.count).toBe(3_000);
  });
});

describe("takeover", () => {
  test("after a goodbye at once", async () => {
    const team = await SmallTeam.running(3);
    await team.at(0).quit();
    expect(await team.until(() => team.at(1).position() === 0)).toBeLessThanOrEqual(0.5);
    expect(team.at(2).position()).toBe(1);
    await team.pass(30);
    expect(team.at(2).coordinator).toBe(ids[1]);
  });

  test("after a crash when its link has been closed for three seconds", async () => {
    const team = await SmallTeam.running(3);
    team.at(0).crash();
    const took = await team.until(() => team.at(1).peers.status().coordinator === ids[1]);
    expect(took).toBeGreaterThanOrEqual(2.9);
    expect(took).toBeLessThanOrEqual(3.5);
    await team.until(() => team.at(2).coordinator === ids[1], 1);
  });

  test("when it hangs, after eight seconds without a heartbeat; on coming back it follows", async () => {
    const team = await SmallTeam.running(3);
    team.at(0).sources.hang();
    const took = await team.until(() => team.at(1).position() === 0);
    expect(took).toBeGreaterThanOrEqual(6);
    expect(took).toBeLessThanOrEqual(8.5);
    await team.pass(20);
    team.at(0).sources.goOn();
    // Right at the first question, before any timer or message has been looked at.
    expect(team.at(0).position()).toBeNull();
    await team.pass(10);
    expect(team.positions()).toEqual([2, 0, 1].map((_, index) => [1, 0, 2][index]));
    for (const machine of team.all) expect(machine.coordinator).toBe(ids[1]);
  });

  test("the second-best waits four seconds for the best, and then takes over from both", async () => {
    const team = await SmallTeam.running(4);
    team.at(0).crash();
    // The best of the rest hangs at the same time: the others still see it for a while.
    await team.pass(2.5);
    team.at(1).sources.hang();
    const took = await team.until(() => team.at(2).coordinator === ids[2]);
    expect(took).toBeGreaterThanOrEqual(4);
    expect(took).toBeLessThanOrEqual(9);
    await team.pass(2);
    expect(team.at(3).coordinator).toBe(ids[2]);
  });

  test("a machine whose journal fails hands over, and does nothing while another can", async () => {
    const team = await SmallTeam.running(3);
    team.at(0).isAble = false;
    await team.until(() => team.at(1).position() === 0, 3);
    expect(team.positions()).toEqual([null, 0, 1]);
    team.at(1).isAble = false;
    team.at(2).isAble = false;
    await team.pass(5);
    // Nobody can, so everybody tries what is left.
    expect(team.positions()).toEqual([0, 0, 0]);
  });
});

describe("the role is sticky", () => {
  test("after a crash and a restart of the former coordinator", async () => {
    const team = await SmallTeam.running(3);
    team.at(0).crash();
    await team.pass(10);
    team.at(0).restart();
    await team.pass(30);
    for (const machine of team.all) expect(machine.coordinator).toBe(ids[1]);
    expect(team.positions()).toEqual([1, 0, 2]);
  });

  test("a restart within three seconds changes the role at most once, and everybody agrees", async () => {
    const team = await SmallTeam.running(3);
    team.at(0).crash();
    await team.pass(1);
    team.at(0).restart();
    await team.pass(20);
    expect(new Set(team.all.map((machine) => machine.coordinator))).toEqual(new Set([ids[1]]));
  });

  test("one that was alone with itself does not take it from those who saw each other", async () => {
    const team = await SmallTeam.running(3);
    team.at(0).crash();
    for (const other of [1, 2]) team.network.cut(ids[0]!, ids[other]!);
    await team.pass(20);
    const alone = team.at(0).restart();
    await team.pass(30);
    expect(alone.position()).toBe(0);
    expect(alone.problem).toMatch(/^ISOLATED/);
    team.network.healAll();
    await team.pass(10);
    expect(team.positions()).toEqual([1, 0, 2]);
    expect(alone.problem).toBeNull();
  });
});

describe("partitions", () => {
  test("each side has its own first one; after healing there is one, and nobody was without", async () => {
    const team = await SmallTeam.running(4);
    for (const one of [0, 1]) for (const other of [2, 3]) team.network.cut(ids[one]!, ids[other]!);
    await team.pass(10);
    expect(team.positions()).toEqual([0, 1, 0, 1]);
    await team.pass(60);
    expect(team.positions()).toEqual([0, 1, 0, 1]);
    team.network.healAll();
    for (let tenth = 0; tenth < 100; tenth += 1) {
      await team.pass(0.1);
      expect(team.positions()).toContain(0);
      expect(team.positions()).not.toContain(null);
    }
    expect(team.positions().toSorted()).toEqual([0, 1, 2, 3]);
  });

  test("one way: the two do not count on one another", async () => {
    const team = await SmallTeam.running(2);
    team.network.cutOneWay(ids[0]!, ids[1]!);
    await team.until(() => team.positions().every((position) => position === 0), 12);
    await team.pass(5);
    expect(team.positions()).toEqual([0, 0]);
    team.network.healAll();
    await team.pass(30);
    expect(team.positions().toSorted()).toEqual([0, 1]);
  });

  test("two that see a third one but not each other keep one coordinator, without quarrel", async () => {
    const team = await SmallTeam.running(3);
    team.network.cut(ids[0]!, ids[2]!);
    await team.pass(10);
    expect(team.at(2).peers.status().machines[0]?.connected).toBe(false);
    const epochs = team.all.map((machine) => machine.peers.status().epoch);
    for (let second = 0; second < 60; second += 1) {
      await team.pass(1);
      for (const machine of team.all) expect(machine.coordinator).toBe(ids[0]);
    }
    expect(team.all.map((machine) => machine.peers.status().epoch)).toEqual(epochs);
    expect(team.at(0).position()).toBe(0);
    expect(team.at(2).position()).toBeGreaterThan(0);
  });
});

describe("sleep", () => {
  test("announced: the others take over at once, and it settles when it wakes up", async () => {
    const team = await SmallTeam.running(3);
    team.at(0).peers.suspend();
    expect(team.at(0).position()).toBeNull();
    team.at(0).sources.sleep();
    expect(await team.until(() => team.at(1).position() === 0)).toBeLessThanOrEqual(0.5);
    await team.pass(600);
    team.at(1).engine.say(10);
    team.at(0).sources.goOn();
    team.at(0).peers.resume();
    expect(team.at(0).position()).toBeNull();
    await team.until(() => team.at(0).position() === 1, 12);
    expect(team.at(0).engine.count).toBe(10);
    expect(team.at(0).coordinator).toBe(ids[1]);
  });

  test("not announced: noticed at the first question after it", async () => {
    const team = await SmallTeam.running(2);
    team.at(0).sources.sleep();
    await team.pass(300);
    team.at(0).sources.goOn();
    expect(team.at(0).position()).toBeNull();
    await team.until(() => team.at(0).position() === 1, 12);
  });

  test("announced, but it does not come about: it takes part again after half a minute", async () => {
    const team = await SmallTeam.running(2);
    team.at(0).peers.suspend();
    await team.pass(25);
    expect(team.at(0).position()).toBeNull();
    await team.pass(10);
    expect(team.at(0).position()).toBe(1);
  });

  test("one that hangs every few seconds, alone, still comes to act", async () => {
    const team = new SmallTeam(2);
    const [machine] = team.all;
    machine!.start();
    let acted = 0;
    for (let round = 0; round < 20; round += 1) {
      await team.pass(3);
      if (machine!.position() === 0) acted += 1;
      machine!.sources.hang();
      await team.pass(6);
      machine!.sources.goOn();
      expect(machine!.position()).not.toBe(0);
    }
    expect(acted).toBeGreaterThanOrEqual(4);
  });

  test("a wall clock that is set is no sleep", async () => {
    const team = await SmallTeam.running(2);
    for (const byMs of [3_600_000, -7_200_000]) {
      team.at(0).sources.skewMs += byMs;
      for (let tenth = 0; tenth < 200; tenth += 1) {
        await team.pass(0.1);
        expect(team.positions()).toEqual([0, 1]);
      }
    }
  });
});

describe("hostile", () => {
  test("an epoch at the end of the range does not stop the others from taking over", async () => {
    const team = await SmallTeam.running(2);
    const liar = team.network.connect("zz00000000000000" as never, ids[0]!)!;
    team.at(0).peers.attach(liar.ends[1]);
    liar.ends[0].send({
      type: "heartbeat",
      epoch: 1_000_000_000_000,
      coordinator: "zz00000000000000",
      acts: true,
      hears: [ids[0]!],
      vector: {},
      people: [],
      clock: 0,
      runtime: team.at(0).runtime,
    });
    await team.pass(1);
    expect(team.at(0).coordinator).toBe("zz00000000000000");
    await team.pass(15);
    expect(team.positions().toSorted()).toEqual([0, 1]);
    expect(team.all.flatMap(({ security }) => security)).toEqual([]);
  });
});
