// `npm run build`, only when its inputs changed. Called by start, test, package and tocsin after ensureNodeModules.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { BUILT, ROOT } from "./paths.mjs";
import { runNpm, say, secondsSince } from "./run.mjs";

const INPUT_FILES =
  /^(package(-lock)?\.json|tsconfig.*\.json|electron\.vite\.config\.\w+|vite\..*config\.\w+)$/;
const STAMP = join(ROOT, "out/.built-from.json");

/** Builds when the sources' contents or the outputs differ from those of the last build. Rejects when the build fails. */
export async function ensureBuilt() {
  if (isCurrent()) return;
  await withLock(`build-${createHash("sha256").update(ROOT).digest("hex").slice(0, 12)}`, async () => {
    if (isCurrent()) return;
    const startedMs = performance.now();
    const sources = sourcesHash();
    say("building …");
    await runNpm(["run", "build", "--silent"], { cwd: ROOT });
    const missing = Object.values(BUILT).find((path) => !existsSync(path));
    if (missing) throw new Error(`the build ended well but did not write ${missing}`);
    writeFileSync(STAMP, JSON.stringify({ sources, outputs: outputTimes() }));
    say(`built in ${secondsSince(startedMs)}`);
  });
}

/** The outputs' times are in the stamp too: a build by hand in between must not be taken for ours. */
function isCurrent() {
  if (!existsSync(STAMP) || Object.values(BUILT).some((path) => !existsSync(path))) return false;
  const stamp = JSON.parse(readFileSync(STAMP, "utf8"));
  return stamp.outputs === outputTimes() && stamp.sources === sourcesHash();
}

function outputTimes() {
  return Object.values(BUILT)
    .map((path) => statSync(path).mtimeMs)
    .join(" ");
}

function sourcesHash() {
  const hash = createHash("sha256");
  const top = readdirSync(ROOT).filter((name) => INPUT_FILES.test(name));
  const inside = readdirSync(join(ROOT, "src"), { recursive: true }).map((name) => join("src", name));
  for (const path of [...top, ...inside].sort()) {
    const file = join(ROOT, path);
    if (statSync(file).isFile()) hash.update(path).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}
