/** What a machine says of its team: status, problems, differences; and what an idle team costs. */
import { describe, expect, test } from "vitest";
import type { MachineId } from "#domain/ids";
import type { TeamStatus } from "#peers/team-status";
import { ids, SmallTeam } from "./support/small-team.ts";

describe("status", () => {
  test("who coordinates, who is connected since when, whose people are where", async () => {
    const team = await SmallTeam.running(3);
    team.at(2).setPeople(["ana", "idle"]);
    await team.pass(1);
    const status = team.at(1).peers.status();
    expect(status).toMatchObject({
      self: ids[1],
      coordinator: ids[0],
      position: 1,
      settling: false,
      isolatedSince: null,
      awake: 3,
      epoch: 1,
    });
    expect(status.coordinatorSince).toBeLessThan(team.time.wallMs());
    expect(status.machines.map(({ machine }) => machine)).toEqual([ids[0], ids[2]]);
    expect(status.machines[1]).toMatchObject({
      connected: true,
      hearsUs: true,
      acts: true,
      farewell: null,
      people: [{ person: "ana", presence: "idle" }],
      differences: [],
      factsBehind: 0,
      factsAhead: 0,
    });
  });

  test("says since when a machine is gone, how it left, and how far it is behind", async () => {
    const team = await SmallTeam.running(2);
    team.at(1).peers.suspend();
    team.at(1).sources.sleep();
    await team.pass(30);
    team.at(0).engine.say(7);
    const [machine] = team.at(0).peers.status().machines;
    expect(machine).toMatchObject({ connected: false, farewell: "sleep", factsBehind: 7 });
    expect(team.time.wallMs() - machine!.lastHeardAt!).toBeGreaterThan(29_000);
    expect(team.at(0).peers.status().awake).toBe(1);
  });

  test("is told only when it reads differently", async () => {
    const team = await SmallTeam.running(3);
    const told: TeamStatus[] = [];
    team.at(0).peers.onStatus((status) => told.push(status));
    await team.pass(3);
    expect(told.length).toBeLessThanOrEqual(1);
    const before = told.length;
    for (let second = 0; second < 60; second += 1) {
      await team.pass(1);
      team.at(1).engine.say(1);
    }
    expect(told.length - before).toBeLessThanOrEqual(4);
    const stop = team.at(0).peers.onStatus(() => told.push(told[0]!));
    stop();
    const quiet = told.length;
    team.at(2).crash();
    await team.pass(5);
    expect(told.length).toBeGreaterThan(quiet);
    expect(told.at(-1)!.machines[1]!.connected).toBe(false);
  });
});

describe("problems", () => {
  test("another machine's clock is minutes off", async () => {
    const team = new SmallTeam(2);
    team.at(1).sources.skewMs = 5 * 60_000;
    for (const machine of team.all) machine.start();
    await team.pass(10);
    expect(team.at(0).problem).toContain("clock is 5 minutes ahead of");
    expect(team.at(1).problem).toContain("clock is 5 minutes behind");
    expect(team.positions()).toEqual([0, 1]);
  });

  test("time zone tables that differ are said where machines are shown, and are nobody's problem", async () => {
    const team = await SmallTeam.running(2);
    team.at(1).runtime = { ...team.at(1).runtime, timeZones: "2024b" };
    await team.pass(5);
    expect([team.at(0).problem, team.at(0).note]).toEqual([null, null]);
    expect(team.at(0).peers.status().machines[0]!.differences).toEqual([
      "Time zone tables differ: 2026a here, 2024b there.",
    ]);
  });

  test("shifts that will differ are a quiet note with schedule and week, for as long as they do", async () => {
    const team = await SmallTeam.running(2);
    const from = Date.parse("2026-03-05T00:00:00Z");
    const same = { primary: "aaaabbbbcccc", other: "ddddeeeeffff", unknown: "" };
    team.at(0).runtime = { ...team.at(0).runtime, shifts: { from, weeks: same } };
    const there = { ...same, primary: "aaaabbbb0000", unknown: "0000" };
    team.at(1).runtime = {
      ...team.at(1).runtime,
      timeZones: "2024b",
      handoffs: "h2",
      shifts: { from, weeks: there },
    };
    await team.pass(5);
    const text =
      "The same team file leads to other shifts there in primary from the week of 2026-03-19 on. Update Tocsin, Node and the system's time zones on the older one.";
    expect(team.at(0).problem).toBeNull();
    expect(team.at(0).note).toMatch(new RegExp(`: ${text}$`));
    expect(team.at(0).peers.status().machines[0]!.differences).toContain(text);
    team.at(1).runtime = { ...team.at(1).runtime, shifts: { from, weeks: same } };
    await team.pass(5);
    expect(team.at(0).note).toBeNull();
  });

  test("once the other machine does not belong to the team any more, nothing is left to be put right", async () => {
    const team = await SmallTeam.running(2);
    team.at(1).runtime = { ...team.at(1).runtime, handoffs: "h2" };
    await team.pass(5);
    expect(team.at(0).note).not.toBeNull();
    team.members = [ids[0]!];
    await team.pass(5);
    expect([team.at(0).problem, team.at(0).note]).toEqual([null, null]);
  });

  test("a machine that is in the next week already, or has another team, is not compared", async () => {
    const team = await SmallTeam.running(2);
    const runtime = { ...team.at(0).runtime, shifts: { from: 604_800_000, weeks: { primary: "aaaa" } } };
    team.at(0).runtime = runtime;
    for (const other of [
      { ...runtime, shifts: { from: 2 * 604_800_000, weeks: { primary: "bbbb" } } },
      { ...runtime, revision: "r2", shifts: { ...runtime.shifts, weeks: { primary: "bbbb" } } },
    ]) {
      team.at(1).runtime = other;
      await team.pass(5);
      expect(team.at(0).note).toBeNull();
    }
  });

  test("an older version says only whether handoffs differ: a quiet note, too", async () => {
    const team = await SmallTeam.running(2);
    team.at(1).runtime = { ...team.at(1).runtime, handoffs: "h2" };
    await team.pass(5);
    expect(team.at(0).problem).toBeNull();
    expect(team.at(0).note).toContain("The same team file leads to other handoffs there.");
  });

  test("another version of Tocsin is said, and is no problem", async () => {
    const team = await SmallTeam.running(2);
    team.at(1).runtime = { ...team.at(1).runtime, tocsin: "2" };
    await team.pass(5);
    expect(team.at(0).problem).toBeNull();
    expect(team.at(0).peers.status().machines[0]!.differences).toEqual([
      "Tocsin's versions differ: 1 here, 2 there.",
    ]);
  });

  test("another team revision, once it has lasted half a minute", async () => {
    const team = await SmallTeam.running(2);
    team.at(1).runtime = { ...team.at(1).runtime, revision: "r2", handoffs: "h2" };
    await team.pass(25);
    expect(team.at(0).problem).toBeNull();
    await team.pass(10);
    expect(team.at(0).problem).toContain("another version of the team file");
  });

  test("everybody else asleep is not the same as a broken network", async () => {
    const team = await SmallTeam.running(3);
    for (const index of [1, 2]) {
      team.at(index).peers.suspend();
      team.at(index).sources.sleep();
    }
    await team.pass(15);
    expect(team.at(0).problem).toMatch(/^No other engine of the team is awake/);
    expect(team.at(0).peers.status().isolatedSince).not.toBeNull();
  });

  test("a machine that is revoked is cut off, and with the last one the cycle ends", async () => {
    const team = await SmallTeam.running(2);
    team.members = ids.slice(0, 1);
    const revoked = { name: "", role: "engine", person: null, fingerprint: "", addresses: [] } as const;
    team.at(0).engine.state.machines.set(ids[1]!, { ...revoked, id: ids[1]!, addedAt: 0, revokedAt: 1 });
    team.at(0).engine.commit([{ kind: "machine-revoked", at: 0, machineId: ids[1]!, by: null }]);
    await team.time.pass(20);
    expect(team.at(0).peers.status().machines).toEqual([]);
    expect(team.at(0).position()).toBe(0);
    expect(team.at(0).problem).toBeNull();
    const since = team.time.monotonicMs();
    await team.pass(10);
    expect(team.at(0).bytesSent(since)).toBe(0);
  });
});

describe("an idle team", () => {
  test("a pair says less than 10 KiB a minute, both together", async () => {
    const team = await SmallTeam.running(2);
    for (const [index, machine] of team.all.entries()) {
      machine.setPeople([`person-${index}`, "active"]);
      machine.engine.say(1);
    }
    await team.pass(10);
    const since = team.time.monotonicMs();
    await team.pass(60);
    const bytes = team.all.reduce((sum, machine) => sum + machine.bytesSent(since), 0);
    console.log(`an idle pair: ${bytes} bytes a minute`);
    expect(bytes).toBeGreaterThan(1_000);
    expect(bytes).toBeLessThan(10_240);
  });

  test("has one timer a machine", async () => {
    const team = await SmallTeam.running(3);
    await team.pass(60);
    expect(team.time.pendingTimers).toBe(3);
  });

  test("a link on which nothing is heard is closed, so that a new one can be made", async () => {
    const team = await SmallTeam.running(1);
    const stranger = "zz00000000000000" as MachineId;
    team.members = [...team.members, stranger];
    team.at(0).engine.commit([{ kind: "machine-revoked", at: 0, machineId: ids[6]!, by: null }]);
    const pair = team.network.connect(stranger, ids[0]!)!;
    team.at(0).peers.attach(pair.ends[1]);
    let closed: string | null = null;
    pair.ends[0].onClose((why) => (closed = why));
    pair.ends[0].onMessage(() => {});
    await team.pass(18);
    expect(closed).toBeNull();
    await team.pass(4);
    expect(closed).toContain("nothing was heard");
  });
});
