/** A pause ends, whatever is done to the clock. Virtual time. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { nextOClock, Pause } from "../../src/desktop/main/pause.ts";
import type { PreferenceStore } from "../../src/desktop/main/preferences.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function pausing() {
  let stored: string | null = null;
  const preferences = { get: () => stored, set: (_key: string, value: string | null) => (stored = value) };
  const changed = vi.fn<() => void>();
  const pause = new Pause(preferences as unknown as PreferenceStore, changed);
  return { pause, changed, stored: () => stored, keep: (text: string) => (stored = text) };
}

test("one that was made while the clock was a year ahead ends when the clock is set right", () => {
  vi.setSystemTime(new Date("2027-03-01T10:00:00Z"));
  const { pause, changed, stored } = pausing();
  pause.pauseUntil(new Date(Date.now() + 15 * 60_000));
  expect(pause.until).not.toBeNull();
  changed.mockClear();
  vi.setSystemTime(new Date("2026-03-01T10:00:30Z"));
  expect(pause.until).toBeNull();
  vi.advanceTimersByTime(15_000);
  expect([stored(), changed.mock.calls.length]).toEqual([null, 1]);
});

test("the longest that is offered lasts until its end", () => {
  vi.setSystemTime(new Date(2026, 2, 1, 8, 0));
  const { pause } = pausing();
  pause.pauseUntil(nextOClock(8, new Date()));
  vi.advanceTimersByTime(23.9 * 3_600_000);
  expect(pause.until).not.toBeNull();
  vi.advanceTimersByTime(0.2 * 3_600_000);
  expect(pause.until).toBeNull();
});

test.each([
  ["three hours", 3 * 3_600_000],
  ["half an hour", 1_800_000],
])("one of a quarter of an hour, made while the clock was %s ahead, is not longer for it", (_, aheadMs) => {
  vi.setSystemTime(new Date("2026-03-01T10:00:00Z").getTime() + aheadMs);
  const { pause, stored } = pausing();
  pause.pauseUntil(new Date(Date.now() + 15 * 60_000));
  // Tocsin is not running meanwhile.
  pause.stop();
  vi.setSystemTime(new Date("2026-03-01T10:01:00Z"));
  pause.look();
  expect([pause.until, stored()]).toEqual([null, null]);
});

test("one that an older Tocsin has kept still counts, and a clock that is set back a little ends none", () => {
  vi.setSystemTime(new Date("2026-03-01T10:00:00Z"));
  const { pause, keep } = pausing();
  keep("2026-03-01T10:15:00.000Z");
  expect(pause.until).toBe("2026-03-01T10:15:00.000Z");
  pause.pauseUntil(new Date("2026-03-01T10:20:00Z"));
  vi.setSystemTime(new Date("2026-03-01T09:59:58Z"));
  expect(pause.until).toBe("2026-03-01T10:20:00.000Z");
});
