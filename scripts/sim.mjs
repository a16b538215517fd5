/** `npm run sim -- --seed N [--mutant NAME]`: one deterministic simulation run, with its trace. Exits 1 on a violation. */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureNodeModules } from "./setup/node-modules.mjs";

const { values } = parseArgs({
  options: { seed: { type: "string", default: "1" }, mutant: { type: "string" } },
});
await ensureNodeModules();
const { runnerImport } = await import("vite");
const root = fileURLToPath(new URL("..", import.meta.url));
const { module } = await runnerImport(`${root}test/sim/simulation.ts`, { root, logLevel: "error" });
const result = await module.simulate(Number(values.seed), values.mutant ?? null);
console.log(result.trace.join("\n"));
console.log(
  `seed ${result.seed}: hash ${result.hash}, ${result.sends} notifications, ${result.duplicates} duplicates, ${result.crashes} crashes, ${result.violations.length} violations`,
);
for (const violation of result.violations) console.log(`  ${violation}`);
process.exitCode = result.violations.length === 0 ? 0 : 1;
