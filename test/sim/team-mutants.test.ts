/** Every mutant of the team is caught: the checker is checked. */
import { describe, expect, it } from "vitest";
import { simulateTeam, teamMutants } from "./team-simulation.ts";

/** Well below the seeds of every CI run. */
const seeds = 60;

describe("simulation of a team", () => {
  it.each(teamMutants)(
    "catches the mutant %s",
    async (mutant) => {
      for (let seed = 1; seed <= seeds; seed += 1) {
        if ((await simulateTeam(seed, mutant)).violations.length > 0) return;
      }
      expect.unreachable(`no seed of ${seeds} caught ${mutant}`);
    },
    120_000,
  );
});
