/** A part of the seeds, and how they went. Used by the test files that share them. */
import { trials } from "../../support/trials.ts";
import { simulateTeam } from "../team-simulation.ts";

/** `TOCSIN_SIM_SEEDS=1000` for a thorough look. */
export const seedsInAll = Number(process.env["TOCSIN_SIM_SEEDS"] ?? trials(300, 3_000));
/** Real time for one half of them, in ms. */
export const halfLimitMs = trials(900_000, 14_400_000);

/** Beyond those that run anyway: each broke a promise until something was put right. */
export const seedsThatFoundSomething: readonly number[] = [
  403, 485, 493, 522, 1029, 1132, 1404, 1599, 1783, 1973, 1975, 2282, 2449, 2582, 2601, 2679, 3455, 7160,
  300339, 400346, 500352,
];

export interface Lives {
  /** One line for each seed with a broken promise. */
  readonly bad: readonly string[];
  readonly runs: number;
  readonly crashes: number;
  readonly notifications: number;
}

const summed = [
  "machines",
  "faults",
  "crashes",
  "partitions",
  "notifications",
  "duplicates",
  "edits",
  "merges",
  "setAside",
] as const;

/** Every `of`th seed from `shard` on. Prints the figures. */
export async function liveThrough(shard: number, of: number): Promise<Lives> {
  const bad: string[] = [];
  const sum = Object.fromEntries(summed.map((name) => [name, 0])) as Record<(typeof summed)[number], number>;
  let runs = 0;
  let worstMs = 0;
  for (let seed = 1 + shard; seed <= seedsInAll; seed += of) {
    const result = await simulateTeam(seed);
    runs += 1;
    for (const name of summed) sum[name] += result[name];
    worstMs = Math.max(worstMs, result.worstMs);
    if (result.violations.length > 0) bad.push(`seed ${seed}: ${result.violations.join("; ")}`);
  }
  const share = ((100 * sum.duplicates) / Math.max(1, sum.notifications)).toFixed(1);
  console.log(
    [
      `${runs} runs of ${sum.machines} machines`,
      `${sum.faults} faults, ${sum.crashes} crashes and ${sum.partitions} partitions among them`,
      `${sum.edits} edits of the team, ${sum.merges} merged and ${sum.setAside} not in full`,
      `${sum.notifications} notifications, ${sum.duplicates} duplicates (${share} %)`,
      `nothing later than ${(worstMs / 1000).toFixed(1)} s`,
    ].join("; "),
  );
  return { bad, runs, crashes: sum.crashes, notifications: sum.notifications };
}
