/** Many lives of a team, no broken promise. The other seeds and the mutants are in files beside it, to run beside it. */
import { describe, expect, it } from "vitest";
import { simulateTeam } from "./team-simulation.ts";
import { halfLimitMs, liveThrough, seedsInAll } from "./team/shards.ts";

describe("simulation of a team", () => {
  it(
    `${seedsInAll / 2} seeds without a violation`,
    async () => {
      const { bad, runs, crashes, notifications } = await liveThrough(0, 2);
      expect(bad).toEqual([]);
      expect(crashes).toBeGreaterThan(runs / 2);
      expect(notifications).toBeGreaterThan(runs * 10);
    },
    halfLimitMs,
  );

  it("gives the same trace for the same seed (invariant 6)", async () => {
    for (const seed of [1, 2, 4]) {
      expect((await simulateTeam(seed)).trace).toEqual((await simulateTeam(seed)).trace);
    }
  });
});
