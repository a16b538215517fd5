/** Contract §4, "Late and out of step": several senders of one alert, each with its own idea of when it is over. */
import { describe, expect, it } from "vitest";
import type { AlertId, OriginId } from "#domain/ids";
import { MemoryJournal } from "#journal/memory";
import { Hearing } from "../support/heard-by.ts";
import { reportsOf } from "../support/pretend-prometheus.ts";
import { minutes, seconds } from "../support/team-builder.ts";
import { trials } from "../support/trials.ts";
import { World } from "../support/world.ts";

const ignored = { ok: true, effect: "ignored" };

async function start() {
  const world = await World.start();
  const hearing = new Hearing(world);
  const now = () => world.time.wallMs();
  return {
    world,
    hearing,
    now,
    fires: (server: string, startsAt: number) =>
      hearing.post(server, { startsAt, endsAt: now() + minutes(4) }).then(([answer]) => answer!),
    ends: (server: string, startsAt: number, endsAt: number) =>
      hearing.post(server, { startsAt, endsAt }).then(([answer]) => answer!),
    open: () => [...world.engine.state.open.values()],
  };
}

describe("a late resolve", () => {
  it.each([
    ["of another server", "a", 0],
    ["that looks as if it were of the same one", "b", 0],
    ["of the same beginning, that looks as if it were of the same server", "b", minutes(10)],
    ["of the same beginning, of another server", "a", minutes(10)],
  ])("%s changes nothing: one alert, its acknowledgement, no further mail", async (_, server, earlierMs) => {
    const { world, now, fires, ends, open } = await start();
    const startsAt = now() - minutes(10);
    const opened = await fires("b", startsAt);
    const { id } = open()[0]!;
    expect(opened).toEqual({ ok: true, effect: "opened", alertId: id });
    await world.command(id, { kind: "acknowledge" });
    world.takeSent();
    const endsAt = now() - minutes(1);
    for (let i = 0; i < 6; i += 1) {
      await world.fastForward(seconds(1));
      expect(await ends(server, startsAt + earlierMs - minutes(10), endsAt)).toMatchObject(ignored);
      await world.fastForward(seconds(1));
      expect(await fires("b", startsAt)).toMatchObject({ effect: "repeated", alertId: id });
    }
    expect(open()).toMatchObject([{ id, status: "acknowledged" }]);
    world.expectSent();
  });

  it("of after the opening, but before another one's last word, changes nothing; one of after it resolves", async () => {
    const { world, now, fires, ends, open } = await start();
    const startsAt = now();
    await fires("a", startsAt);
    await fires("b", startsAt);
    await world.fastForward(minutes(1));
    await fires("b", startsAt);
    expect(await ends("a", startsAt, now() - seconds(20))).toMatchObject(ignored);
    expect(open()).toHaveLength(1);
    await world.fastForward(seconds(15));
    expect(await ends("a", startsAt, now() - seconds(1))).toMatchObject({ effect: "resolved" });
    expect(open()).toEqual([]);
  });

  it("is still late after a crash, whose journal alone knows when the alert was opened", async () => {
    const { world, hearing, now, fires, ends, open } = await start();
    await fires("b", now());
    await world.fastForward(seconds(30));
    world.crash();
    await world.boot();
    hearing.forget();
    expect(await ends("a", now() - minutes(9), now() - minutes(1))).toMatchObject(ignored);
    expect(open()).toHaveLength(1);
  });

  it("is late on the team's other machine too, which has never heard the server that fires", async () => {
    const one = await World.start({ self: "one", journal: new MemoryJournal("journal-of-one" as OriginId) });
    const other = await World.start({
      self: "other",
      time: one.time,
      journal: new MemoryJournal("journal-of-other" as OriginId),
    });
    const startsAt = one.time.wallMs();
    await new Hearing(one).post("b", { startsAt, endsAt: startsAt + minutes(4) });
    await merge(one, other);
    const hearing = new Hearing(other);
    await one.fastForward(seconds(30));
    const late = { startsAt: startsAt - minutes(9), endsAt: startsAt - minutes(1) };
    expect(await hearing.post("a", late)).toMatchObject([ignored]);
    // It has heard from the first one that somebody says so still.
    const [{ id }] = [...other.engine.state.open.values()] as unknown as [{ id: AlertId }];
    const staleAt = one.time.wallMs() + minutes(4);
    void other.engine.submit({ kind: "still-firing", alerts: [{ alertId: id, staleAt }] });
    await other.time.settle();
    const afterOpening = { startsAt: startsAt - minutes(8), endsAt: startsAt + seconds(5) };
    expect(await hearing.post("a", afterOpening)).toMatchObject([ignored]);
    expect([...other.engine.state.open.values()]).toHaveLength(1);
  });

  it("by way of Alertmanager's webhook changes nothing either; its own resolve does, whatever its Prometheus' clock says", async () => {
    const { world, hearing, now, open } = await start();
    const startsAt = now() - minutes(5);
    await hearing.webhook("am-1", "firing", startsAt);
    await world.fastForward(seconds(30));
    expect(
      await hearing.webhook("am-2", "resolved", startsAt - minutes(9), now() - minutes(1)),
    ).toMatchObject(ignored);
    expect(open()).toHaveLength(1);
    expect(
      await hearing.webhook("am-1", "resolved", startsAt, now() - minutes(5) - seconds(10)),
    ).toMatchObject({
      effect: "resolved",
    });
  });
});

describe("a firing report of what was just resolved", () => {
  it("does not open it again; a new beginning does, and so does one that goes on for long", async () => {
    const { world, now, fires, ends, open } = await start();
    const startsAt = now();
    await fires("a", startsAt);
    await fires("b", startsAt + 3);
    await world.fastForward(minutes(1));
    expect(await ends("a", startsAt, now())).toMatchObject({ effect: "resolved" });
    for (const begun of [startsAt, startsAt + 3]) {
      await world.fastForward(seconds(15));
      expect(await fires("b", begun)).toMatchObject(ignored);
    }
    expect(open()).toEqual([]);
    await world.fastForward(minutes(5));
    // The two do not agree: better one alert too many.
    expect(await fires("b", startsAt + 3)).toMatchObject({ effect: "opened" });
    await world.fastForward(minutes(1));
    await ends("b", startsAt + 3, now());
    expect(await fires("a", now())).toMatchObject({ effect: "opened" });
  });

  it("does not open it again after a crash or an orderly restart", async () => {
    for (const ending of ["crash", "stop"] as const) {
      const { world, hearing, now, fires, ends, open } = await start();
      const startsAt = now();
      await fires("a", startsAt);
      await world.fastForward(minutes(1));
      await ends("a", startsAt, now());
      if (ending === "stop") {
        const stopped = world.engine.stop();
        await world.fastForward(seconds(5));
        await stopped;
      }
      world.crash();
      await world.boot();
      hearing.forget();
      expect(await fires("b", startsAt), ending).toMatchObject(ignored);
      expect(open()).toEqual([]);
    }
  });

  it("opens it when the end is one of a clock that was ahead: nothing is held shut for as long as that", async () => {
    const { world, now, fires, ends } = await start();
    const startsAt = now() - minutes(10);
    await fires("a", startsAt);
    await world.fastForward(seconds(30));
    await ends("a", startsAt, now() - seconds(1));
    // As a replay without a snapshot may leave it: the end keeps its time when the clock is set back behind it.
    const { resolvedLately } = world.engine.state;
    for (const [key, { ends: all, at }] of resolvedLately)
      resolvedLately.set(key, { ends: all, at: at + minutes(60) });
    expect(await fires("b", startsAt)).toMatchObject({ effect: "opened" });
  });

  it("does not open it on the team's other machine, which only knows the facts", async () => {
    const one = await World.start({ self: "one", journal: new MemoryJournal("journal-of-one" as OriginId) });
    const other = await World.start({
      self: "other",
      time: one.time,
      journal: new MemoryJournal("journal-of-other" as OriginId),
    });
    const startsAt = one.time.wallMs();
    const hearing = new Hearing(one);
    await hearing.post("a", { startsAt, endsAt: startsAt + minutes(4) });
    await hearing.post("b", { startsAt: startsAt + 3, endsAt: startsAt + minutes(4) });
    await one.fastForward(minutes(1));
    await hearing.post("a", { startsAt, endsAt: one.time.wallMs() });
    await merge(one, other);
    for (const begun of [startsAt, startsAt + 3]) {
      const firing = { startsAt: begun, endsAt: one.time.wallMs() + minutes(4) };
      expect(await new Hearing(other).post("b", firing)).toMatchObject([ignored]);
    }
  });

  it("opens it when a person resolved it: it fires all the same", async () => {
    const { world, now, fires, open } = await start();
    const startsAt = now();
    await fires("a", startsAt);
    await world.command(open()[0]!.id, { kind: "resolve" });
    await world.fastForward(minutes(1));
    expect(await fires("a", startsAt)).toMatchObject({ effect: "opened" });
  });
});

describe("pairs of servers with clocks of their own", () => {
  const aheads = [
    0,
    -minutes(5),
    -minutes(4.2),
    -minutes(3.5),
    minutes(5),
    -minutes(60),
    seconds(3),
    -seconds(3),
  ];
  const pairs = aheads
    .flatMap((a, i) => aheads.slice(i).map((b) => [a, b] as const))
    .slice(0, trials(12, 36));

  it.each(pairs)(
    "%i ms and %i ms ahead: one alert, its acknowledgement kept, over when both say so",
    async (a, b) => {
      const { world, hearing, now, open } = await start();
      const begin = now();
      const fromTo = (from: number, to: number) => [[begin + minutes(from), begin + minutes(to)]] as const;
      const said = [
        ...reportsOf({ aheadMs: a, active: fromTo(1, 12) }, begin, begin + minutes(30)).map((one) => ({
          ...one,
          by: "a",
        })),
        ...reportsOf({ aheadMs: b, active: fromTo(1.4, 12.6) }, begin + 7, begin + minutes(30)).map(
          (one) => ({ ...one, by: "b" }),
        ),
      ].sort((x, y) => x.at - y.at);
      const ids = new Set<string>();
      let acknowledged = false;
      for (const report of said) {
        await hearing.postAt(report.at, report.by, report);
        for (const { id } of open()) ids.add(id);
        const at = report.at - begin;
        if (at > minutes(3.2) && at < minutes(11.9)) expect(open(), `${at} ms`).toHaveLength(1);
        if (!acknowledged && at > minutes(4)) {
          await world.command(open()[0]!.id, { kind: "acknowledge" });
          acknowledged = true;
        }
        if (at > minutes(4) && at < minutes(11.9)) expect(open()[0]!.status).toBe("acknowledged");
      }
      expect(ids.size).toBe(1);
      expect(open()).toEqual([]);
    },
  );
});

describe("a pair of servers that look like one: behind one address, under one address for people", () => {
  /** Both evaluate in step, so their firings begin alike; the second one sees the end later. */
  async function startPair(laterMs: number, offsetMs: number) {
    const { world, hearing, now, open } = await start();
    const begin = now();
    const endsA = [[begin, begin + minutes(5)]] as const;
    const endsB = [[begin, begin + minutes(5) + laterMs]] as const;
    const a = reportsOf({ aheadMs: 0, active: endsA }, begin, begin + minutes(25));
    const b = reportsOf({ aheadMs: 0, active: endsB }, begin, begin + minutes(25));
    const all = [...a, ...b.map((one) => ({ ...one, at: one.at + offsetMs }))].sort((x, y) => x.at - y.at);
    return {
      world,
      hearing,
      open,
      firing: all.filter((r) => r.isFiring),
      over: all.filter((r) => !r.isFiring),
    };
  }

  it.each([
    [seconds(15), 7],
    [seconds(15), seconds(20)],
    [seconds(60), seconds(31)],
  ])(
    "ends %i ms apart, said again %i ms apart, open nothing when a person resolved it",
    async (later, offset) => {
      const { world, hearing, open, firing, over } = await startPair(later, offset);
      for (const report of firing) await hearing.postAt(report.at, "both", report);
      await world.command(open()[0]!.id, { kind: "resolve" });
      for (const report of over) {
        await hearing.postAt(report.at, "both", report);
        expect(open()).toEqual([]);
      }
      expect(hearing.senderTimes.skews(world.time.wallMs())).toEqual([]);
    },
  );

  it.each([seconds(15), minutes(2)])(
    "one of which sees the end %i ms later: over with the first, and the other opens it no more",
    async (laterMs) => {
      const { hearing, open, firing, over } = await startPair(laterMs, seconds(3));
      const ids = new Set<string>();
      for (const report of [...firing, ...over].sort((a, b) => a.at - b.at)) {
        await hearing.postAt(report.at, "both", report);
        for (const { id } of open()) ids.add(id);
      }
      expect(ids.size).toBe(1);
      expect(open()).toEqual([]);
    },
  );

  it("whose ends this machine slept through: the first word of each ends it, and none opens it again", async () => {
    const { hearing, open, firing, over } = await startPair(seconds(15), seconds(40));
    for (const report of firing.slice(0, 4)) await hearing.postAt(report.at, "both", report);
    for (const report of over.filter((_, index) => index > 6)) {
      await hearing.postAt(report.at, "both", report);
      expect(open()).toEqual([]);
    }
  });
});

async function merge(from: World, to: World): Promise<void> {
  const answer = to.engine.merge(from.engine.factsBeyond(to.engine.vector(), 1e9));
  await to.time.settle();
  expect(await answer).toMatchObject({ ok: true, refused: null });
}

describe("an alert whose journal does not know who reported it, as an older Tocsin wrote it", () => {
  const resolve = async (setByMs: number, endedAgoMs: number) => {
    const world = await World.start();
    const id = await world.fire();
    world.time.setWallBy(setByMs);
    await world.fastForward(minutes(5));
    const at = world.time.wallMs() - endedAgoMs;
    const said = { sender: "a", startsAt: at - minutes(3), endsAt: at, endedAt: at };
    await world.report({ status: "resolved", said });
    return world.alert(id).status;
  };

  it.each([0, -minutes(60), -minutes(10), minutes(60)])(
    "is resolved by its source's word after the clock was set by %d ms",
    async (setByMs) => expect(await resolve(setByMs, 0)).toBe("resolved"),
  );

  it.each([0, -minutes(60)])("is not by an older one, with the clock set by %d ms", async (setByMs) =>
    expect(await resolve(setByMs, minutes(6))).toBe("triggered"),
  );
});
