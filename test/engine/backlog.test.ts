/** More is to be sent than a channel takes: worst first, always, and nobody's hanging mail server holds up the others. */
import { describe, expect, test } from "vitest";
import type { AlertId } from "#domain/ids";
import type { Notice } from "#engine/ports";
import {
  minutes,
  person,
  policy,
  seconds,
  step,
  team as buildTeam,
  toPerson,
} from "../support/team-builder.ts";
import { World } from "../support/world.ts";

const byMail = [{ via: "email", afterMs: 0 }] as const;
const people = ["ana", "ben", "chi"].map((id) => person(id, { notify: byMail }));
const toAna = policy("default", [step(toPerson("ana"), { withinMs: minutes(60) })]);
const toBen = policy("ben", [step(toPerson("ben"), { withinMs: minutes(60) })]);
/** What comes from "bens" goes to Ben, everything else to Ana. */
const routes = [
  { match: { labels: { to: "ben" } }, policy: toBen.id },
  { match: {}, policy: toAna.id },
];
const team = buildTeam({ people, policies: [toAna, toBen], routes });

/** Each mail takes half a second, as the issue has it. */
async function world(change: Parameters<typeof World.start>[0] = {}): Promise<World> {
  const started = await World.start({ team, ...change });
  started.latency = () => 500;
  return started;
}

/** All at once, as a large outage comes in. */
async function flood(world: World, count: number, severity: "info" | "error" | "critical" = "info") {
  const answers = Array.from({ length: count }, (_, index) =>
    world.fire({ dedupKey: `flood-${index}`, severity }),
  );
  return Promise.all(answers);
}

/** How long after `since` its first mail left, ms; it is given an hour. */
async function leftAfter(world: World, id: AlertId, since: number): Promise<number> {
  const found = () => world.sent.find((sent) => sent.alertId === id);
  for (let tries = 0; tries < 3_600 && found() === undefined; tries += 1) await world.fastForward(250);
  return (found()?.at ?? Infinity) - since;
}

describe("worst first", () => {
  test("a critical mail does not wait behind 1,000 info mails", async () => {
    const one = await world();
    await flood(one, 1_000);
    await one.fastForward(seconds(2));
    const since = one.time.wallMs();
    const worst = await one.fire({ dedupKey: "worst", severity: "critical" });
    expect(await leftAfter(one, worst, since)).toBeLessThanOrEqual(750);
    await one.fastForward(minutes(5));
    expect(one.takeSent()).toHaveLength(1_001);
  });

  test("nor does one that gets worse while its mail waits", async () => {
    const one = await world();
    const ids = await flood(one, 400);
    const last = ids.at(-1)!;
    await one.fastForward(seconds(2));
    expect(one.sent.some(({ alertId }) => alertId === last)).toBe(false);
    const since = one.time.wallMs();
    await one.fire({ dedupKey: "flood-399", severity: "critical" });
    expect(await leftAfter(one, last, since)).toBeLessThanOrEqual(750);
  });

  test("among equally bad ones first words go before repetitions", async () => {
    const often = policy("default", [step(toPerson("ana"), { withinMs: seconds(30) })]);
    const one = await world({ team: buildTeam({ people, policies: [often] }) });
    const repeated = await flood(one, 40);
    await one.fastForward(seconds(29));
    one.takeSent();
    await one.fastForward(seconds(1.2));
    // Every one of them is repeated now, and most of that waits.
    const fresh = await one.fire({ dedupKey: "fresh", severity: "info" });
    await one.fastForward(seconds(4));
    const order = one.sent.map(({ alertId }) => alertId);
    expect(order.indexOf(fresh)).toBeGreaterThan(-1);
    expect(order.indexOf(fresh)).toBeLessThanOrEqual(12);
    expect(repeated, "the others are repeated ones").toContain(order.at(-1));
  });

  test("among those that are as bad and as new, the oldest", async () => {
    const one = await world();
    const ids: AlertId[] = [];
    for (let index = 0; index < 30; index += 1) {
      ids.push(await one.fire({ dedupKey: `one-${index}`, severity: "error" }));
      await one.fastForward(10);
    }
    await one.fastForward(minutes(1));
    expect(one.sent.map(({ alertId }) => alertId)).toEqual(ids);
  });

  test("a popup that is critical does not wait behind thousands that nobody's desktop answers", async () => {
    const popups = ["ana", "ben", "chi"].map((id) =>
      person(id, { notify: [{ via: "desktop", afterMs: 0 }] }),
    );
    const one = await World.start({ team: buildTeam({ people: popups, policies: [toAna, toBen], routes }) });
    one.latency = () => seconds(50);
    await flood(one, 2_500);
    one.latency = () => 0;
    await one.fire({ dedupKey: "worst", severity: "critical" });
    await one.fastForward(1);
    one.expectSent("ana desktop");
  });
});

describe("one person's mail server that hangs", () => {
  const hangsFor = (id: string) => (notice: Notice) => (notice.person.id === id ? seconds(30) : 500);

  test("does not hold up another person's mail, as urgent as it may be", async () => {
    const one = await world();
    one.latency = hangsFor("ana");
    await flood(one, 50);
    await one.fastForward(seconds(1));
    const since = one.time.wallMs();
    const other = await one.fire({ dedupKey: "other", severity: "info", content: forBen("info") });
    // Until it shows that they hang.
    expect(await leftAfter(one, other, since)).toBeLessThanOrEqual(seconds(5));
  });

  test("does not hold up what is critical", async () => {
    const one = await world();
    one.latency = hangsFor("ana");
    await flood(one, 50, "critical");
    await one.fastForward(seconds(1));
    const since = one.time.wallMs();
    const other = await one.fire({ dedupKey: "other", content: forBen("critical") });
    expect(await leftAfter(one, other, since)).toBeLessThanOrEqual(750);
  });
});

test("a mail server that is slow for everybody is no reason to let what is less urgent pass (seeds 1132, 1404)", async () => {
  const one = await world();
  let free = 0;
  // One after another, two seconds each: what waits there has been under way for long.
  one.latency = () => {
    free = Math.max(free, one.time.wallMs()) + seconds(2);
    return free - one.time.wallMs();
  };
  await flood(one, 20, "error");
  await one.fastForward(seconds(9));
  const other = await one.fire({ dedupKey: "other", content: forBen("info") });
  await one.fastForward(minutes(2));
  expect(one.sent.map(({ alertId }) => alertId).indexOf(other)).toBe(20);
});

describe("what waits is not attempted", () => {
  test("acknowledged while it waits, it is gone at once: no fact, no place, no mail", async () => {
    const one = await world();
    const ids = await flood(one, 200);
    await one.fastForward(100);
    for (const id of ids.slice(8, 199)) await one.command(id, { kind: "acknowledge" });
    await one.fastForward(seconds(2));
    expect(one.sent.map(({ alertId }) => alertId)).toEqual([...ids.slice(0, 8), ids[199]]);
    expect(one.kinds(ids[100]!)).toEqual(["alert-opened", "step-entered", "alert-acknowledged"]);
  });

  test("a machine that dies with a full queue takes up all of it again, and repeats only what was under way", async () => {
    const one = await world();
    const ids = await flood(one, 100);
    await one.fastForward(seconds(3.1));
    const sentBefore = one.sent.length;
    expect(sentBefore).toBeGreaterThan(20);
    one.crash();
    await one.boot();
    await one.fastForward(minutes(1));
    expect(new Set(one.sent.map(({ alertId }) => alertId))).toEqual(new Set(ids));
    expect(one.sent.length).toBe(100);
  });

  test("what was under way is made again first, before first words that had not begun", async () => {
    const often = policy("default", [step(toPerson("ana"), { withinMs: seconds(30) })]);
    const one = await world({ team: buildTeam({ people, policies: [often] }) });
    await flood(one, 20);
    await one.fastForward(seconds(30.2));
    const interrupted = [...one.engine.state.open.values()].filter(({ notifications }) =>
      notifications.some(({ state }) => state === "attempted"),
    );
    expect(interrupted.length).toBe(4);
    for (let index = 0; index < 20; index += 1)
      await one.fire({ dedupKey: `new-${index}`, severity: "info" });
    one.crash();
    one.takeSent();
    await one.boot();
    await one.fastForward(600);
    const sent = new Set(one.sent.map(({ alertId }) => alertId));
    expect(sent).toEqual(new Set(interrupted.map(({ id }) => id)));
  });

  test("its place is the same after a restart: worst first", async () => {
    const one = await world();
    await flood(one, 200);
    const worst = await one.fire({ dedupKey: "worst", severity: "error" });
    one.crash();
    one.takeSent();
    await one.boot();
    expect(await leftAfter(one, worst, one.time.wallMs())).toBeLessThanOrEqual(1_000);
  });
});

function forBen(severity: "info" | "critical") {
  return { severity, title: "Other", source: "db2", labels: { to: "ben" }, details: {}, links: [] } as const;
}

test("where the machine stands, which costs more than all the rest, is not asked for each one that waits", async () => {
  let asked = 0;
  const position = () => {
    asked += 1;
    return 0;
  };
  const one = await world({ self: "machine-one", position });
  await flood(one, 1_000);
  asked = 0;
  one.engine.lookAtClock();
  await one.time.settle();
  expect(asked).toBeLessThan(20);
});
