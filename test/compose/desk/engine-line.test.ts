/** A desk's way to its team in virtual time: who is called when, and how soon the next engine has it. */
import { expect, test } from "vitest";
import { EngineLine } from "../../../src/compose/desk/engine-line.ts";
import { FakeTeam, TestScheduler, engine } from "./fake-line.ts";

function start(ids: readonly string[], behaviours: FakeTeam["behaviours"]) {
  const scheduler = new TestScheduler();
  const team = new FakeTeam(scheduler);
  Object.assign(team.behaviours, behaviours);
  const events: string[] = [];
  const line = new EngineLine(
    { engines: () => ids.map(engine), call: team.call, scheduler },
    {
      onUp: () => events.push(`up ${team.last.engine}`),
      onMessage: (message) => events.push(`heard ${String(message)}`),
      onDown: (why) => events.push(`down ${why}`),
    },
  );
  line.start();
  return { scheduler, team, events, line };
}

test("calls the first in order, and speaks with it", async () => {
  const { scheduler, team, events, line } = start(["a", "b"], { a: { answers: 50 }, b: { answers: 1 } });
  await scheduler.pass(60);
  team.last.say("hello");
  expect(line.send("word")).toBe(true);
  expect([events, team.calls, team.last.heard]).toEqual([["up a", "heard hello"], ["a"], ["word"]]);
});

test("a first one that is switched off costs less than a second", async () => {
  const { scheduler, team, events } = start(["a", "b", "c"], { a: "silent", b: { answers: 20 } });
  await scheduler.pass(1000);
  expect(events).toEqual(["up b"]);
  expect(team.calls).toEqual(["a", "b"]);
});

test("who answers too late is hung up on", async () => {
  const { scheduler, team, events } = start(["a", "b"], { a: { answers: 900 }, b: { answers: 300 } });
  await scheduler.pass(2000);
  expect(events).toEqual(["up a"]);
  expect(team.connections.map(({ engine: id, closedWith }) => [id, closedWith])).toEqual([
    ["a", null],
    ["b", "Another engine was faster."],
  ]);
});

test("when its engine goes, the next one has it within a second, though the first is still called first", async () => {
  const { scheduler, team, events, line } = start(["a", "b"], { a: { answers: 1 }, b: { answers: 1 } });
  await scheduler.pass(10);
  line.welcomed();
  await scheduler.pass(60_000);
  team.behaviours["a"] = "silent";
  team.last.drop("The connection was lost.");
  expect(line.send("word")).toBe(false);
  await scheduler.pass(1000);
  expect(events).toEqual(["up a", "down The connection was lost.", "up b"]);
});

test("what went is named, since the words of a connection are of an 'it'", async () => {
  const { scheduler, team, events, line } = start(["a"], { a: { answers: 1 } });
  await scheduler.pass(10);
  line.welcomed();
  await scheduler.pass(60_000);
  team.last.drop("It does not answer any more.");
  expect(events.at(-1)).toMatch(/^down The engine at \S+ does not answer any more\.$/);
});

test("with nobody there it goes on trying, ever more seldom and for ever", async () => {
  const { scheduler, team, events } = start(["a", "b"], { a: { refuses: 5 }, b: { refuses: 5 } });
  await scheduler.pass(60_000);
  expect(events.every((event) => event === "down Nobody answers at a.")).toBe(true);
  const calls = team.calls.length;
  expect(calls).toBeGreaterThan(2 * 14);
  expect(calls).toBeLessThan(2 * 25);
  team.behaviours["b"] = { answers: 5 };
  await scheduler.pass(5000);
  expect(events.at(-1)).toBe("up b");
});

test("after a sleep it does not wait for its pause", async () => {
  const { scheduler, team, events, line } = start(["a"], { a: { refuses: 5 } });
  await scheduler.pass(20_100);
  team.behaviours["a"] = { answers: 5 };
  const calls = team.calls.length;
  line.hurry();
  line.hurry();
  await scheduler.pass(10);
  expect([team.calls.length, events.at(-1)]).toEqual([calls + 1, "up a"]);
});

test("an engine that answers and never says welcome is left for the next", async () => {
  const { scheduler, team, events, line } = start(["a", "b"], { a: { answers: 1 }, b: { answers: 1 } });
  await scheduler.pass(4100);
  expect(team.connections[0]!.closedWith).toBe("No welcome came.");
  await scheduler.pass(500);
  expect(events.at(-1)).toBe("up b");
  line.welcomed();
  await scheduler.pass(60_000);
  expect(team.connections).toHaveLength(2);
});

test("one that hangs up right after its welcome is not called in a loop", async () => {
  const { scheduler, team, line } = start(["a"], { a: { answers: 1 } });
  for (let ms = 0; ms < 20_000; ms += 10) {
    await scheduler.pass(10);
    if (team.last !== undefined && team.last.closedWith === null) {
      line.welcomed();
      team.last.drop("You read too slowly.");
    }
  }
  expect(team.connections.length).toBeLessThan(12);
});

test("stopped, it hangs up and leaves no timer", async () => {
  const { scheduler, team, line, events } = start(["a", "b"], { a: { answers: 1 } });
  await scheduler.pass(10);
  line.stop();
  expect(team.last.closedWith).toBe("This desk stops.");
  await scheduler.pass(60_000);
  expect([events, scheduler.pending]).toEqual([["up a"], 0]);
  const early = start(["a"], { a: { answers: 100 } });
  early.line.stop();
  await early.scheduler.pass(1000);
  expect([early.events, early.scheduler.pending]).toEqual([[], 0]);
  expect(early.team.connections.map(({ closedWith }) => closedWith)).not.toContain(null);
});
