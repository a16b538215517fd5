/** One integration's flood is its own: it takes no room and no turn of another's (contract §4, house invariant 7). */
import { describe, expect, it } from "vitest";
import type { Input, Signal } from "#domain/input";
import { limits } from "#domain/limits";
import { engineLimits } from "#engine/dependencies";
import { Inbox } from "#engine/inbox";
import { World } from "../support/world.ts";

function signal(integration: string | null, index: number): Signal {
  return {
    kind: "signal",
    freshId: `${integration}-${index}` as never,
    integration: integration as never,
    dedupKey: `key-${index}`,
    status: "firing",
    content: { severity: "critical", title: "Disk full", source: "db1", labels: {}, details: {}, links: [] },
    silentAfterMs: null,
    repetition: "report",
    by: null,
  };
}

describe("open alerts", () => {
  /** So many more are open, of these integrations; what they say does not matter. */
  async function filled(counts: Readonly<Record<string, number>>): Promise<World> {
    const world = await World.start();
    const one = world.alert(await world.fire({ integration: "first" as never }));
    for (const [integration, count] of Object.entries(counts))
      for (let i = 0; i < count; i += 1)
        world.engine.state.open.set(`${integration}-${i}` as never, {
          ...one,
          integration: integration as never,
        });
    return world;
  }
  const report = (world: World, integration: string | null) =>
    world.report({ integration: integration as never, dedupKey: "new" });

  it("50,000 of one leave another's first its place; only its own next one is refused, by name", async () => {
    const world = await filled({ flood: limits.openAlerts });
    expect(await report(world, "other")).toMatchObject({ ok: true, effect: "opened" });
    expect(await report(world, "flood")).toEqual({
      ok: false,
      reason: "too-many-open-alerts",
      text: "50000 alerts of flood are open; resolve some, or fix what floods.",
    });
    expect(await report(world, null)).toMatchObject({ ok: true });
  });

  it("of several that flood at once, another one's first, and Tocsin's own, still have theirs", async () => {
    const world = await filled({ one: 50_000, two: 49_000, three: 2_000 });
    for (const integration of ["other", null])
      expect(await report(world, integration)).toMatchObject({ ok: true });
    for (const integration of ["one", "two", "three"])
      expect(await report(world, integration)).toMatchObject({ ok: false, reason: "too-many-open-alerts" });
  });

  it("are counted down again as they are resolved, and counted anew after a restart", async () => {
    const world = await World.start();
    for (let i = 0; i < 3; i += 1) await world.fire({ dedupKey: `${i}` });
    await world.report({ dedupKey: "1", status: "resolved" });
    const count = () => world.engine.state.openOf.get("prometheus" as never);
    expect(count()).toBe(2);
    world.crash();
    await world.boot();
    expect(count()).toBe(2);
  });
});

describe("the inbox", () => {
  const flood = (inbox: Inbox, integration: string, count: number) => {
    for (let i = 0; i < count; i += 1) void inbox.add(signal(integration, i));
  };

  it("that is full of one integration's signals takes another's, and people's words", () => {
    const inbox = new Inbox();
    flood(inbox, "flood", engineLimits.inbox);
    expect(inbox.isFullFor(signal("flood", 0))).toBe(true);
    expect(inbox.isFullFor(signal("other", 0))).toBe(false);
    expect(inbox.isFullFor(signal(null, 0))).toBe(false);
    flood(inbox, "second", engineLimits.inbox);
    flood(inbox, "third", engineLimits.inboxAlways);
    expect(inbox.isFullFor(signal("third", 0))).toBe(true);
    expect(inbox.isFullFor(signal("other", 0))).toBe(false);
    const isFirst = () => inbox.isFirstRefusalOf(signal("flood", 0));
    expect([isFirst(), isFirst()]).toEqual([true, false]);
  });

  it("lets another integration's signal into the next turn, and keeps the order of each", () => {
    const inbox = new Inbox();
    flood(inbox, "flood", 20_000);
    void inbox.add(signal("other", 0));
    void inbox.add({ kind: "handoffs-due" } as Input);
    void inbox.add(signal("other", 1));
    const turn = inbox.take();
    expect(turn).toHaveLength(engineLimits.turn);
    const whose = turn.map(({ input }) => (input.kind === "signal" ? input.integration : input.kind));
    expect(whose.filter((who) => who !== "flood")).toEqual(["other", "handoffs-due", "other"]);
    const seen: string[] = [];
    const note = ({ input }: { readonly input: Input }) =>
      input.kind === "signal" && input.integration === ("flood" as never) && seen.push(input.dedupKey);
    turn.forEach(note);
    while (inbox.depth > 0) inbox.take().forEach(note);
    expect(seen).toEqual(Array.from({ length: 20_000 }, (_, i) => `key-${i}`));
    expect(inbox.isFullFor(signal("flood", 0))).toBe(false);
  });
});
