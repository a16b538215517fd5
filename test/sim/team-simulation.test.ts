/** Many lives of a team, no broken promise. The mutants, and the other half of the seeds, are in files of their own: they run side by side. */
import { describe, expect, it } from "vitest";
import { simulateTeam } from "./team-simulation.ts";
import { liveThrough, seedsInAll } from "./team/shards.ts";

describe("simulation of a team", () => {
  it(`${seedsInAll / 2} seeds without a violation`, () => liveThrough(0, 2), 240_000);

  it("gives the same trace for the same seed (invariant 6)", async () => {
    for (const seed of [1, 2, 4]) {
      expect((await simulateTeam(seed)).trace).toEqual((await simulateTeam(seed)).trace);
    }
  });
});
