/**
 * `npm run check`: formatting, types, room rules, lint. Called by people and by `npm test`.
 * Runs every check even when one fails, so that all faults show at once; exits 1 if any did.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("..", import.meta.url));
const bin = (name) => join(project, "node_modules", ".bin", name);

const checks = [
  ["types", bin("tsc"), ["-p", "tsconfig.json"]],
  ["types of the pure domain", bin("tsc"), ["-p", "src/domain"]],
  ["types of the pages", bin("tsc"), ["-p", "src/desktop/renderer"]],
  ["room rules and lint", bin("oxlint"), ["-c", "oxlint.config.mjs", "--deny-warnings"]],
  ["formatting", bin("oxfmt"), ["--check", "src", "test", "scripts", "*.mjs", "*.ts"]],
];

let failed = 0;
for (const [name, command, args] of checks) {
  const started = performance.now();
  const { status } = spawnSync(command, args, { cwd: project, stdio: ["ignore", "inherit", "inherit"] });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
  if (status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
