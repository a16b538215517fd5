/** Many lives, no broken promise; and every mutant is caught. */
import { describe, expect, it } from "vitest";
import { trials } from "../support/trials.ts";
import { mutants, simulate } from "./simulation.ts";

const seeds = Number(process.env["TOCSIN_SIM_SEEDS"] ?? trials(300, 3_000));

describe("simulation", () => {
  it(
    `${seeds} seeds without a violation`,
    async () => {
      const bad: string[] = [];
      let sends = 0;
      let duplicates = 0;
      let crashes = 0;
      for (let seed = 1; seed <= seeds; seed += 1) {
        const result = await simulate(seed);
        sends += result.sends;
        duplicates += result.duplicates;
        crashes += result.crashes;
        if (result.violations.length > 0) bad.push(`seed ${seed}: ${result.violations.join("; ")}`);
      }
      console.log(
        `${seeds} runs, ${crashes} crashes, ${sends} notifications, ${duplicates} of them duplicates after a crash`,
      );
      expect(bad).toEqual([]);
      expect(crashes).toBeGreaterThan(seeds);
      expect(sends).toBeGreaterThan(seeds * 10);
    },
    trials(240_000, 7_200_000),
  );

  it.each([1204, 1865])("keeps seed %i, which once found something", async (seed) => {
    expect((await simulate(seed)).violations).toEqual([]);
  });

  it("gives the same trace for the same seed (invariant 6)", async () => {
    for (const seed of [1, 2, 3]) {
      expect((await simulate(seed)).trace).toEqual((await simulate(seed)).trace);
    }
  });

  it.each(mutants)("catches the mutant that %s", async (mutant) => {
    for (let seed = 1; seed <= 40; seed += 1) {
      if ((await simulate(seed, mutant)).violations.length > 0) return;
    }
    expect.unreachable(`no seed of 40 caught ${mutant}`);
  });
});
