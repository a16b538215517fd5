import { expect, test } from "vitest";
import { UnreadLimit } from "#wire/unread-limit";

test("what is small adds up to the limit", () => {
  const unread = new UnreadLimit(1000);
  unread.sent("x".repeat(200));
  expect(unread.isExceededBy(1000)).toBe(false);
  expect(unread.isExceededBy(1001)).toBe(true);
});

test("one large message is let pass, in bytes, and what comes after it counts", () => {
  const unread = new UnreadLimit(1000);
  unread.sent("ж".repeat(5000));
  expect(unread.isExceededBy(10_000)).toBe(false);
  expect(unread.isExceededBy(11_000)).toBe(false);
  expect(unread.isExceededBy(11_001)).toBe(true);
});

test("once it has gone, the limit is what it was", () => {
  const unread = new UnreadLimit(1000);
  unread.sent("x".repeat(5000));
  expect(unread.isExceededBy(900)).toBe(false);
  expect(unread.isExceededBy(1001)).toBe(true);
});
