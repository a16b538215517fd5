// node_modules as package-lock.json says. First step of start, test, package and tocsin; needs Node alone.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { ROOT } from "./paths.mjs";
import { runNpm, say, secondsSince } from "./run.mjs";

const LOCK_FILE = join(ROOT, "package-lock.json");
const INSTALLED = join(ROOT, "node_modules/.package-lock.json");
const STAMP = join(ROOT, "node_modules/.tocsin-setup/lock-sha256");

/** Installs when something is missing or the lock file changed; returns at once otherwise. Rejects when npm fails. */
export async function ensureNodeModules() {
  if (isCurrent()) return;
  await withLock(`npm-${createHash("sha256").update(ROOT).digest("hex").slice(0, 12)}`, async () => {
    if (isCurrent()) return;
    const verb = existsSync(LOCK_FILE) ? "ci" : "install";
    const startedMs = performance.now();
    say(`installing the npm packages (npm ${verb}) …`);
    // --include=dev: the build tools are needed even where NODE_ENV is "production".
    const flags = ["--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
    await runNpm([verb, ...flags], { cwd: ROOT }).catch(async (error) => {
      if (verb === "install") throw error;
      // Some registries lack other platforms' optional packages, and `npm ci` then calls the lock file incomplete.
      say(`${error.message}; trying npm install, with the lock file's versions, instead`);
      await runNpm(["install", "--no-save", ...flags], { cwd: ROOT });
    });
    writeStamp();
    say(`npm packages installed in ${secondsSince(startedMs)}`);
  });
}

function isCurrent() {
  if (!existsSync(INSTALLED)) return false;
  if (!existsSync(LOCK_FILE)) return true;
  if (readIfThere(STAMP) === lockHash()) return true;
  if (!holdsEverything()) return false;
  writeStamp(); // somebody ran npm by hand
  return true;
}

/** Compares npm's own record of what it installed with the lock file; other platforms' packages are optional. */
function holdsEverything() {
  const wanted = JSON.parse(readFileSync(LOCK_FILE, "utf8")).packages ?? {};
  const installed = JSON.parse(readFileSync(INSTALLED, "utf8")).packages ?? {};
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === "" ||
      entry.optional ||
      entry.devOptional ||
      entry.link ||
      installed[path]?.version === entry.version,
  );
}

function lockHash() {
  return createHash("sha256").update(readFileSync(LOCK_FILE)).digest("hex");
}

function writeStamp() {
  if (!existsSync(LOCK_FILE)) return;
  mkdirSync(join(STAMP, ".."), { recursive: true });
  writeFileSync(STAMP, lockHash());
}

function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}
