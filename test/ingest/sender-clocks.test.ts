/**
 * Prometheus servers whose clocks are wrong, as contract §4 wants them understood: one whose `endsAt` moves on is firing,
 * whatever this machine's clock says; a resolve is one at once, too. In virtual time, with the engine that ships.
 */
import { describe, expect, it } from "vitest";
import { SenderTimes } from "#ingest/sender-times";
import { Hearing } from "../support/heard-by.ts";
import { reportsOf } from "../support/pretend-prometheus.ts";
import { minutes, policy, seconds, step, team, toPerson } from "../support/team-builder.ts";
import { trials } from "../support/trials.ts";
import { World } from "../support/world.ts";

/** Little else happens in these hours. */
const patient = team({ policies: [policy("default", [step(toPerson("ana"), { withinMs: minutes(600) })])] });

async function start() {
  const world = await World.start({ team: patient });
  const hearing = new Hearing(world);
  return {
    world,
    hearing,
    now: () => world.time.wallMs(),
    open: () => [...world.engine.state.open.values()],
  };
}

const aheads = [0, -minutes(5), minutes(5), -seconds(3), seconds(3), -minutes(3.5), -minutes(121)];
const more = [
  -minutes(10),
  -minutes(4),
  -seconds(20),
  seconds(0.1),
  seconds(20),
  minutes(121),
  -minutes(4.1),
];
const paces = [
  { intervalMs: seconds(15), resendDelayMs: seconds(60) },
  { intervalMs: seconds(60), resendDelayMs: seconds(60) },
  { intervalMs: minutes(5), resendDelayMs: seconds(60) },
  { intervalMs: seconds(1), resendDelayMs: seconds(5) },
];
const clocks = [...aheads, ...more].slice(0, trials(aheads.length, 99));
const cases = clocks.flatMap((aheadMs) =>
  paces.slice(0, trials(1, 99)).map((pace) => ({ aheadMs, ...pace })),
);

describe.each(cases)("a clock $aheadMs ms ahead, evaluating each $intervalMs ms", (server) => {
  it.each([
    ["from its beginning on", 0],
    ["from later on", minutes(5.3)],
  ])(
    "an alert that is heard %s opens, is one alert, is never stale, and ends when it ends",
    async (_, missedMs) => {
      const { world, hearing, now, open } = await start();
      const begin = now();
      const active = [[begin + minutes(1), begin + minutes(21)]] as const;
      const all = reportsOf({ ...server, active }, begin, begin + minutes(40));
      const validMs = 4 * Math.max(server.intervalMs, server.resendDelayMs);
      // Each of its ends is "now", as somebody's script says it who means just that: the third word tells.
      const isNow = server.aheadMs === -validMs;
      const opened = new Set<string>();
      for (const [index, report] of all.filter(({ at }) => at >= begin + missedMs).entries()) {
        await hearing.postAt(report.at, "a", report);
        for (const { id } of open()) opened.add(id);
        if (report.isFiring && index >= (isNow ? 2 : 1)) expect(open()).toMatchObject([{ stale: false }]);
        if (!report.isFiring) expect(open()).toEqual([]);
      }
      expect(opened.size).toBe(1);
      // A clock that reads right needs no word, and one that is seen to be wrong gets one.
      const [skew] = hearing.senderTimes.skews(now());
      if (Math.abs(server.aheadMs) < seconds(5)) expect(skew).toBeUndefined();
      if (server.aheadMs < -validMs && missedMs === 0) expect(skew?.aheadMs).toBeCloseTo(server.aheadMs, -4);
      expect(world.log).toEqual([]);
    },
  );
});

const fiveBehind = { aheadMs: -minutes(5) };

it("once its clock is known, a new alert of the sender opens with its first word, and an old one's resolve opens none", async () => {
  const { hearing, now, open } = await start();
  const begin = now();
  for (const report of reportsOf(
    { ...fiveBehind, active: [[begin, begin + minutes(60)]] },
    begin,
    begin + minutes(3),
  ))
    await hearing.postAt(report.at, "a", report);
  const byItsClock = now() - minutes(5);
  await hearing.post(
    "a",
    { name: "New", startsAt: byItsClock, endsAt: byItsClock + minutes(4) },
    { name: "Old", startsAt: byItsClock - minutes(20), endsAt: byItsClock - minutes(2) },
  );
  expect(open().map(({ title }) => title)).toEqual(["DiskFull", "New"]);
});

it("in one batch what is known already tells of the clock, whatever its place", async () => {
  const { world, hearing, now, open } = await start();
  const batch = (...names: string[]) => {
    const byItsClock = now() - minutes(5);
    return hearing.post(
      "a",
      ...names.map((name) => ({ name, startsAt: 1e12, endsAt: byItsClock + minutes(4) })),
    );
  };
  await batch("First");
  await world.fastForward(minutes(1));
  await batch("New", "First");
  expect(open()).toHaveLength(2);
});

it("after a restart of Tocsin its next report is no resolve of the open alert", async () => {
  const { world, hearing, now, open } = await start();
  const begin = now();
  const server = { ...fiveBehind, active: [[begin, begin + minutes(12)]] } as const;
  const [first, second, ...rest] = reportsOf(server, begin, begin + minutes(30));
  await hearing.postAt(first!.at, "a", first!);
  await hearing.postAt(second!.at, "a", second!);
  const { id } = open()[0]!;
  await world.command(id, { kind: "acknowledge" });
  world.crash();
  await world.boot(patient);
  hearing.forget();
  for (const report of rest) {
    await hearing.postAt(report.at, "a", report);
    if (report.isFiring) expect(open()).toMatchObject([{ id, status: "acknowledged" }]);
    else expect(open()).toEqual([]);
  }
});

it.each([minutes(5), -minutes(5), minutes(61)])(
  "this machine's clock is set by %i ms while it fires: no resolve, and the end is one",
  async (deltaMs) => {
    const { world, hearing, open } = await start();
    const begin = world.time.wallMs();
    world.engine.onChange(() => {});
    const server = { aheadMs: 0, active: [[begin, begin + minutes(8)]] } as const;
    let setBy = 0;
    for (const report of reportsOf(server, begin, begin + minutes(12))) {
      if (setBy === 0 && report.at > begin + minutes(3)) {
        world.time.setWallBy(deltaMs);
        hearing.senderTimes.clockStepped(deltaMs);
        world.engine.lookAtClock();
        await world.time.settle();
        setBy = deltaMs;
      }
      await hearing.postAt(report.at + setBy, "a", report);
      expect(open()).toHaveLength(report.isFiring ? 1 : 0);
    }
  },
);

it("a sender whose clock is set back while it fires is taken for over once, and opens again with its next word", async () => {
  const { hearing, now, open } = await start();
  const begin = now();
  const active = [[begin, begin + minutes(60)]] as const;
  const before = reportsOf({ aheadMs: 0, active }, begin, begin + minutes(3));
  for (const report of before) await hearing.postAt(report.at, "a", report);
  const { startsAt } = before[0]!;
  const after = reportsOf({ aheadMs: -minutes(6), active }, begin + minutes(3), begin + minutes(6));
  await hearing.postAt(after[0]!.at, "a", { ...after[0]!, startsAt });
  await hearing.postAt(after[1]!.at, "a", { ...after[1]!, startsAt });
  expect(open()).toHaveLength(1);
});

it("one that says each firing as a new one, by a clock that is behind, opens with its third word", async () => {
  const { world, hearing, now, open } = await start();
  for (let i = 0; i < 4; i += 1) {
    await hearing.post("a", { startsAt: now() - minutes(6), endsAt: now() - minutes(1) });
    await world.fastForward(minutes(1));
    expect(open()).toHaveLength(i < 2 ? 0 : 1);
  }
});

it("a script that says each day that it is over, as of now, never opens anything", async () => {
  const { world, hearing, now, open } = await start();
  for (let day = 0; day < 4; day += 1) {
    await world.fastForward(minutes(60));
    await hearing.post("a", { startsAt: now() - seconds(1), endsAt: now() });
    expect(open()).toEqual([]);
  }
});

it("the word about a clock goes when the clock is set right, and when nothing is heard any more", async () => {
  const { world, hearing, now, open } = await start();
  const begin = now();
  const active = [[begin, begin + minutes(99)]] as const;
  for (const report of reportsOf({ ...fiveBehind, active }, begin, begin + minutes(4)))
    await hearing.postAt(report.at, "a", report);
  expect(hearing.senderTimes.skews(now())).toMatchObject([{ words: "10.0.0.5 (integration prometheus)" }]);
  const { startsAt } = reportsOf({ ...fiveBehind, active }, begin, begin + minutes(4))[0]!;
  for (const report of reportsOf({ aheadMs: 0, active }, begin + minutes(4), begin + minutes(7)))
    await hearing.postAt(report.at, "a", { ...report, startsAt });
  expect(hearing.senderTimes.skews(now())).toEqual([]);
  expect(open()).toHaveLength(1);
  const again = reportsOf({ ...fiveBehind, active }, begin + minutes(12), begin + minutes(16));
  for (const report of again) await hearing.postAt(report.at, "b", report);
  expect(hearing.senderTimes.skews(now())).toHaveLength(1);
  await world.fastForward(minutes(31));
  expect(hearing.senderTimes.skews(now())).toEqual([]);
});

describe("one alert that is said to begin tomorrow", () => {
  const sender = { id: "s", words: "10.0.0.1 (integration prometheus)" };
  const start = Date.parse("2026-03-02T08:00:00Z");
  /** Every minute two alerts that fire, and between them that one. `aheadMs`: by how much the sender's clock is ahead. */
  function heardFor(minutesLong: number, aheadMs: (minute: number) => number) {
    const times = new SenderTimes();
    const seen: number[] = [];
    for (let minute = 0; minute < minutesLong; minute += 1) {
      const now = start + minutes(minute);
      const there = now + aheadMs(minute);
      const firing = { startsAt: there - minutes(minute) - seconds(1), endsAt: there + minutes(4) };
      const tomorrow = { startsAt: start + minutes(1440), endsAt: start + minutes(1500) };
      times.read(sender, "one", firing, now, null);
      times.read(sender, "tomorrow", tomorrow, now, null);
      times.read(sender, "other", firing, now, null);
      seen.push((times.skews(now)[0]?.aheadMs ?? 0) / minutes(1));
    }
    return { times, seen };
  }

  it("says nothing of the clock by which the others fire", () => {
    const { times, seen } = heardFor(100, () => 0);
    expect(seen.slice(1)).toEqual(Array(99).fill(0));
    const now = start + minutes(100);
    const ended = times.read(sender, "one", { startsAt: start - seconds(1), endsAt: now }, now, null);
    expect(ended).toMatchObject({ status: "resolved", said: { endedAt: now } });
  });

  it("hides nothing of a clock that is ahead, and is found to be so later on", () => {
    const { seen } = heardFor(30, (minute) => (minute < 10 ? 0 : minutes(60)));
    expect(seen.slice(1, 10)).toEqual(Array(9).fill(0));
    expect(Math.min(...seen.slice(11))).toBeGreaterThan(40);
    expect(Math.max(...seen.slice(11))).toBeLessThanOrEqual(65);
  });
});
