/** The real clock on virtual time: what it takes for a sleep, what for a set clock, what for nothing. */
import { expect, it } from "vitest";
import { SystemClock } from "#system/system-clock";
import { VirtualTime } from "../support/virtual-time.ts";

const hour = 3_600_000;

function watched() {
  const time = new VirtualTime();
  const clock = new SystemClock(time);
  const steps: number[] = [];
  clock.onStep((deltaMs) => steps.push(deltaMs));
  return { time, clock, steps };
}

it("tells a set clock by how much, and a sleep as nothing set", () => {
  const { time, clock, steps } = watched();
  time.setWallBy(hour);
  clock.now();
  time.sleep(8 * hour);
  clock.now();
  time.setWallBy(-hour);
  clock.now();
  expect(steps).toEqual([hour, 0, -hour]);
});

it("tells both at once apart", () => {
  const { time, clock, steps } = watched();
  time.sleep(8 * hour);
  time.setWallBy(hour);
  clock.now();
  expect(steps).toEqual([hour]);
});

it("calls back neither early nor late by the wall clock, and not synchronously", async () => {
  const { time, clock } = watched();
  const called: number[] = [];
  clock.callAt(clock.now() + 25_000, () => called.push(time.monotonicMs()));
  clock.callAt(clock.now() - 1, () => called.push(time.monotonicMs()));
  expect(called).toEqual([]);
  await time.pass(60_000);
  expect(called).toEqual([0, 25_000]);
});

it.each([
  { dueInMs: 10 * 60_000, noticedWithinMs: 10_000 },
  { dueInMs: hour, noticedWithinMs: 60_000 },
])("notices the end of a sleep: what was due in $dueInMs ms comes within $noticedWithinMs", async (given) => {
  const { time, clock } = watched();
  let called = false;
  clock.callAt(clock.now() + given.dueInMs, () => (called = true));
  await time.pass(1_000);
  time.sleep(2 * hour);
  await time.pass(given.noticedWithinMs);
  expect(called).toBe(true);
});

it("a cancelled call does not come, also after its first look", async () => {
  const { time, clock } = watched();
  let called = false;
  const cancel = clock.callAt(clock.now() + hour, () => (called = true));
  await time.pass(15_000);
  cancel();
  await time.pass(2 * hour);
  expect(called).toBe(false);
  expect(time.pendingTimers).toBe(0);
});
