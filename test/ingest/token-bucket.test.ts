/** The rate of a key: bursts, refilling, and clocks that are set. */
import { expect, test } from "vitest";
import { TokenBuckets } from "#ingest/token-bucket";

test("a burst, then the sustained rate, and how long to wait", () => {
  const buckets = new TokenBuckets({ perSecond: 2, burst: 3 }, 10);
  expect([1, 2, 3, 4].map(() => buckets.take("a", 0))).toEqual([0, 0, 0, 1]);
  expect([500, 500, 1000].map((now) => buckets.take("a", now))).toEqual([0, 1, 0]);
  expect(buckets.take("b", 1000)).toBe(0);
  expect([1, 2, 3, 4].map(() => buckets.take("a", 3_600_000))).toEqual([0, 0, 0, 1]);
});

test("a clock set back costs nobody a token", () => {
  const buckets = new TokenBuckets({ perSecond: 1, burst: 2 }, 10);
  buckets.take("a", 3_600_000);
  expect(buckets.take("a", 0)).toBe(0);
  expect(buckets.take("a", 0)).toBe(1);
  expect(buckets.take("a", 1000)).toBe(0);
});

test("only so many names are remembered, the last used ones", () => {
  const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, 2);
  for (const name of ["a", "b", "a", "c"]) buckets.take(name, 0);
  expect(["a", "c"].map((name) => buckets.take(name, 0))).toEqual([1, 1]);
  expect(buckets.take("b", 0)).toBe(0);
});
