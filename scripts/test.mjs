// `npm test -- VITEST_ARGUMENTS`: from a fresh clone to every test run. Also what .ci/run calls.
// Phases: set-up, build, `npm run check`, the tests without a desktop, the tests of the app on a desktop of its own.
// The last line of output is `N passed, M failed`, counted from vitest's own JSON reports.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuilt } from "./setup/build.mjs";
import { ensureElectron } from "./setup/electron.mjs";
import { ensureNodeModules } from "./setup/node-modules.mjs";
import { ROOT } from "./setup/paths.mjs";
import { runNpm, say } from "./setup/run.mjs";
import { ensureSystemPackages, PACKAGES } from "./setup/system-packages.mjs";
import { countTests, planRuns, runVitest } from "./setup/vitest-runs.mjs";

const reports = mkdtempSync(join(tmpdir(), "tocsin-test-"));
process.once("exit", () => rmSync(reports, { recursive: true, force: true }));
const phases = [];
const total = { passed: 0, failed: 0 };

let forwarding = false;
let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    interrupted = true; // vitest gets it too, and ends; no further run then
    if (!forwarding) process.exit(130);
  });
}

/** Returns whether it worked; the rest goes on wherever that still tells something. */
async function phase(name, work) {
  const startedMs = performance.now();
  const error = await work().then(
    (result) => result ?? null,
    (thrown) => thrown,
  );
  phases.push({ name, seconds: (performance.now() - startedMs) / 1000, ok: error === null });
  if (error !== null) say(`${name}: ${error.message}`);
  return error === null;
}

async function everySystemPackage() {
  const packages = await ensureSystemPackages(Object.keys(PACKAGES));
  if (!packages.ok) throw new Error(`system packages are missing; run: ${packages.remedy}`);
}

async function vitest(run) {
  if (interrupted) throw new Error("interrupted");
  forwarding = true;
  const { code, report } = await runVitest(run, join(reports, `${run.name}.json`));
  forwarding = false;
  const counted = countTests(report);
  total.passed += counted.passed;
  total.failed += counted.failed;
  if (code !== 0) throw new Error(`vitest ended with ${code}`);
  if (counted.passed + counted.failed === 0 && !run.mayBeEmpty) throw new Error("no test ran");
}

const installed = await phase("npm packages", ensureNodeModules);
if (installed) {
  const prepared = [
    await phase("system packages", everySystemPackage),
    await phase("Electron", async () => void (await ensureElectron())),
    await phase("build", ensureBuilt),
  ];
  await phase("check", () =>
    runNpm(["run", "check", "--silent"], { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] }),
  );
  for (const run of planRuns(process.argv.slice(2))) {
    const possible = !run.desktop || prepared.every((ok) => ok);
    await phase(`tests: ${run.name}`, () =>
      possible ? vitest(run) : Promise.reject(new Error("left out, see above")),
    );
  }
  if (total.passed + total.failed === 0) await phase("count", () => Promise.reject(new Error("no test ran")));
}

console.log("");
for (const { name, seconds, ok } of phases) {
  console.log(`  ${name.padEnd(24)}${seconds.toFixed(1).padStart(8)} s  ${ok ? "ok" : "FAILED"}`);
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = phases.every(({ ok }) => ok) && total.failed === 0 ? 0 : 1;
