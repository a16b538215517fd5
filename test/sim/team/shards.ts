/** A part of the seeds, with figures of how they went. Used by the test files that share them. */
import { expect } from "vitest";
import { simulateTeam } from "../team-simulation.ts";

/** `TOCSIN_SIM_SEEDS=1000` for a thorough look. */
export const seedsInAll = Number(process.env["TOCSIN_SIM_SEEDS"] ?? 300);

/** Beyond those that run anyway: each broke a promise until something was put right. */
export const seedsThatFoundSomething: readonly number[] = [];

/** Every `of`th seed from `shard` on. */
export async function liveThrough(shard: number, of: number): Promise<void> {
  const bad: string[] = [];
  const sum = { runs: 0, machines: 0, crashes: 0, partitions: 0, faults: 0, notifications: 0, duplicates: 0 };
  let worstMs = 0;
  for (let seed = 1 + shard; seed <= seedsInAll; seed += of) {
    const result = await simulateTeam(seed);
    sum.runs += 1;
    for (const name of [
      "machines",
      "crashes",
      "partitions",
      "faults",
      "notifications",
      "duplicates",
    ] as const)
      sum[name] += result[name];
    worstMs = Math.max(worstMs, result.worstMs);
    if (result.violations.length > 0) bad.push(`seed ${seed}: ${result.violations.join("; ")}`);
  }
  const share = ((100 * sum.duplicates) / Math.max(1, sum.notifications)).toFixed(1);
  console.log(
    `${sum.runs} runs of ${sum.machines} machines, ${sum.faults} faults (${sum.crashes} crashes, ${sum.partitions} partitions), ` +
      `${sum.notifications} notifications, ${sum.duplicates} of them duplicates (${share} %), the worst ${(worstMs / 1000).toFixed(1)} s late`,
  );
  expect(bad).toEqual([]);
  expect(sum.crashes).toBeGreaterThan(sum.runs / 2);
  expect(sum.notifications).toBeGreaterThan(sum.runs * 10);
}
