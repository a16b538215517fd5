/** An engine that hangs is noticed; a machine that slept is not mistaken for one. Virtual time. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Answer } from "../../src/desktop/main/client-link.ts";
import { watchPulse } from "../../src/desktop/main/engine-pulse.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const answered: Answer = { type: "answer", requestId: 1, ok: true };

function pulse() {
  const said: string[] = [];
  let ask: () => Promise<Answer> = async () => answered;
  const stop = watchPulse(() => ask(), {
    onSilent: () => said.push("silent"),
    onAnswering: () => said.push("answering"),
    onGivenUp: () => said.push("given up"),
  });
  return { said, stop, hang: () => (ask = () => new Promise(() => undefined)) };
}

test("an engine that answers is left alone", async () => {
  const { said, stop } = pulse();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(said).toEqual([]);
  stop();
});

test("one that hangs is doubted within 10 s, and given up within 30 s", async () => {
  const { said, stop, hang } = pulse();
  await vi.advanceTimersByTimeAsync(10_000);
  hang();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(said).toEqual(["silent"]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(said).toEqual(["silent", "given up"]);
  stop();
});

test("one that was slow is trusted again", async () => {
  const said: string[] = [];
  let late: ((answer: Answer) => void) | null = null;
  const stop = watchPulse(() => new Promise((resolve) => (late = resolve)), {
    onSilent: () => said.push("silent"),
    onAnswering: () => said.push("answering"),
    onGivenUp: () => said.push("given up"),
  });
  await vi.advanceTimersByTimeAsync(10_000);
  late!(answered);
  await vi.advanceTimersByTimeAsync(1000);
  expect(said).toEqual(["silent", "answering"]);
  stop();
});

test("after a sleep of the machine the wait begins anew", async () => {
  const { said, stop, hang } = pulse();
  await vi.advanceTimersByTimeAsync(10_000);
  hang();
  await vi.advanceTimersByTimeAsync(2000);
  // Eight hours in which no timer ran.
  const now = performance.now();
  vi.spyOn(performance, "now").mockReturnValue(now + 8 * 3_600_000);
  await vi.advanceTimersByTimeAsync(2000);
  expect(said).toEqual([]);
  vi.restoreAllMocks();
  stop();
});

test("one that was held up for longer than its link waits for an answer is left alone when it answers again", async () => {
  const said: string[] = [];
  const linkGivesUpMs = 15_000;
  let worksAgainAt = 0;
  const ask = () =>
    new Promise<Answer>((resolve) => {
      setTimeout(() => resolve(answered), Math.max(worksAgainAt - performance.now(), 1));
      setTimeout(() => resolve({ ...answered, ok: false, reason: "unreachable" }), linkGivesUpMs);
    });
  const stop = watchPulse(ask, {
    onSilent: () => said.push("silent"),
    onAnswering: () => said.push("answering"),
    onGivenUp: () => said.push("given up"),
  });
  await vi.advanceTimersByTimeAsync(10_000);
  worksAgainAt = performance.now() + 20_000;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(said).toEqual(["silent", "answering"]);
  stop();
});
