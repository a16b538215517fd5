/** The second half of the seeds, beside the first one; and those that once found something. */
import { describe, expect, it } from "vitest";
import { simulateTeam } from "./team-simulation.ts";
import { liveThrough, seedsInAll, seedsThatFoundSomething } from "./team/shards.ts";

describe("simulation of a team, continued", () => {
  it(`${seedsInAll / 2} more seeds without a violation`, () => liveThrough(1, 2), 240_000);

  it.each(seedsThatFoundSomething)("keeps seed %i, which once found something", async (seed) => {
    expect((await simulateTeam(seed)).violations).toEqual([]);
  });
});
