/** The second half of the seeds, beside the first one; and those that once found something. */
import { describe, expect, it } from "vitest";
import { simulateTeam } from "./team-simulation.ts";
import { halfLimitMs, liveThrough, seedsInAll, seedsThatFoundSomething } from "./team/shards.ts";

describe("simulation of a team, continued", () => {
  it(
    `${seedsInAll / 2} more seeds without a violation`,
    async () => {
      const { bad, runs, crashes, notifications } = await liveThrough(1, 2);
      expect(bad).toEqual([]);
      expect(crashes).toBeGreaterThan(runs / 2);
      expect(notifications).toBeGreaterThan(runs * 10);
    },
    halfLimitMs,
  );

  it.each(seedsThatFoundSomething)("keeps seed %i, which once found something", async (seed) => {
    expect((await simulateTeam(seed)).violations).toEqual([]);
  });
});
