/** Alerts whose rule broke: when each may be tried again, and that none of them wakes or hides others. */
import { expect, test } from "vitest";
import type { AlertId } from "#domain/ids";
import { emptyState } from "#domain/state";
import { Quarantine } from "../../src/engine/quarantine.ts";

const [broken, other] = ["broken", "other"] as AlertId[] as [AlertId, AlertId];

test("one that broke is due again after half a minute", () => {
  const [quarantine, state] = [new Quarantine(), emptyState()];
  state.deadlines.set(broken, 1_000);
  quarantine.put(broken, 1_000);
  expect(quarantine.due(state, 30_999, 10)).toEqual([]);
  expect(quarantine.earliest(state)).toBe(31_000);
  expect(quarantine.due(state, 31_000, 10)).toEqual([broken]);
});

test("who comes after it is not held up", () => {
  const [quarantine, state] = [new Quarantine(), emptyState()];
  state.deadlines.set(broken, 1_000);
  quarantine.put(broken, 1_000);
  state.deadlines.set(other, 6_000);
  expect(quarantine.earliest(state)).toBe(6_000);
  expect(quarantine.due(state, 6_000, 10)).toEqual([other]);
});

test("one that was resolved meanwhile leaves no time behind that would wake over and over", () => {
  const [quarantine, state] = [new Quarantine(), emptyState()];
  state.deadlines.set(other, 0);
  quarantine.put(other, 0);
  state.deadlines.set(other, null);
  const now = 3_600_000;
  state.deadlines.set(broken, now);
  quarantine.put(broken, now);
  expect(quarantine.due(state, now, 10)).toEqual([]);
  expect(quarantine.earliest(state)).toBe(now + 30_000);
});
