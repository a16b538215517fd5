/** How much another machine may say. */
import { describe, expect, test } from "vitest";
import { FloodGuard } from "#peers/flood-guard";

describe("flood guard", () => {
  test("takes what a healthy machine says for ever", () => {
    const guard = new FloodGuard();
    for (let beat = 0; beat < 10_000; beat += 1) {
      const now = beat * 500;
      expect(guard.judge("heartbeat", now)).toBe("take");
      expect(guard.judge("want", now)).toBe("take");
      expect(guard.judge("facts", now)).toBe("take");
    }
  });

  test("takes the popups of an alert storm", () => {
    const guard = new FloodGuard();
    for (let count = 0; count < 2_000; count += 1) expect(guard.judge("present", 0)).toBe("take");
  });

  test("drops what is too much, says so once, and cuts off what goes on", () => {
    const guard = new FloodGuard();
    const verdicts = Array.from({ length: 1_000 }, () => guard.judge("want", 0));
    expect(verdicts.indexOf("drop-and-say")).toBe(200);
    expect(verdicts.filter((verdict) => verdict === "drop-and-say")).toHaveLength(1);
    expect(verdicts.indexOf("close")).toBe(400);
  });

  test("forgives after a while", () => {
    const guard = new FloodGuard();
    for (let count = 0; count < 250; count += 1) guard.judge("want", 0);
    expect(guard.judge("want", 10_000)).toBe("take");
    for (let count = 0; count < 300; count += 1) guard.judge("want", 100_000);
    expect(guard.judge("want", 110_000)).toBe("take");
  });

  test("a clock that is set back locks nobody out", () => {
    const guard = new FloodGuard();
    for (let count = 0; count < 200; count += 1) guard.judge("want", 1_000_000);
    expect(guard.judge("want", 0)).toBe("drop-and-say");
    expect(guard.judge("want", 1_000)).toBe("take");
  });
});
