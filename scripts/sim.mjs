/**
 * `npm run sim -- --seed N [--mutant NAME]`: one deterministic simulation run, with its trace. Exits 1 on a violation.
 * With `--machines` a team of several machines instead of one; `--to M` runs the seeds from N to M and prints only the bad ones.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureNodeModules } from "./setup/node-modules.mjs";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    to: { type: "string" },
    mutant: { type: "string" },
    machines: { type: "boolean", default: false },
  },
});
await ensureNodeModules();
const { runnerImport } = await import("vite");
const root = fileURLToPath(new URL("..", import.meta.url));
const file = values.machines ? "team-simulation" : "simulation";
const { module } = await runnerImport(`${root}test/sim/${file}.ts`, { root, logLevel: "error" });
const simulate = values.machines ? module.simulateTeam : module.simulate;

const first = Number(values.seed);
const last = Number(values.to ?? first);
const results = [];
for (let seed = first; seed <= last; seed += 1) {
  const result = await simulate(seed, values.mutant ?? null);
  results.push(result);
  if (first === last) console.log(result.trace.join("\n"));
  if (first === last || result.violations.length > 0) console.log(summaryOf(result));
  for (const violation of result.violations) console.log(`  ${violation}`);
}
const bad = results.filter(({ violations }) => violations.length > 0).length;
if (first !== last) {
  const sum = (name) => results.reduce((total, result) => total + (result[name] ?? 0), 0);
  const names = ["machines", "faults", "crashes", "partitions", "notifications", "sends", "duplicates"];
  const sums = names.filter((name) => sum(name) > 0).map((name) => `${sum(name)} ${name}`);
  const worstMs = Math.max(...results.map((result) => result.worstMs ?? 0));
  console.log(`${results.length} seeds, ${bad} bad: ${sums.join(", ")}; worst ${worstMs} ms late`);
}
process.exitCode = bad === 0 ? 0 : 1;

function summaryOf({ seed, violations, ...rest }) {
  const figures = Object.entries(rest).filter(([name]) => name !== "trace");
  const listed = figures.map(([name, value]) => `${name} ${value}`);
  return `seed ${seed}: ${listed.join(", ")}, ${violations.length} violations`;
}
