/**
 * `npm run check:hard [-- FILTER...]`: the trials that every test run makes a few of (bit flips, floods, idle connections,
 * simulated lives), many times over. Runs every test file that asks `test/support/trials.ts` how often; takes hours.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt } from "./setup/build.mjs";
import { ensureNodeModules } from "./setup/node-modules.mjs";
import { ROOT } from "./setup/paths.mjs";
import { runForwarding } from "./setup/run-forwarding.mjs";

await ensureNodeModules();
await ensureBuilt();
const filters = process.argv.slice(2);
const files = readdirSync(join(ROOT, "test"), { recursive: true })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => join("test", name))
  .filter((file) => /support\/trials|team\/shards/.test(readFileSync(join(ROOT, file), "utf8")))
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort();
const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
process.exitCode =
  files.length === 0
    ? 1
    : await runForwarding(process.execPath, [vitest, "run", ...files], {
        cwd: ROOT,
        env: { ...process.env, TOCSIN_HARD: "1" },
        stdio: ["ignore", "inherit", "inherit"],
      });
