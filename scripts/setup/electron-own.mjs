// The binary that the `electron` package fetches for itself, from its release page or $ELECTRON_MIRROR.
// Called by setup/electron.mjs. The package's own script does the fetching; here it only gets a time limit.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./paths.mjs";

const PACKAGE = join(ROOT, "node_modules/electron");
/** A download that moves no byte for this long is given up; a slow one that moves goes on. */
const STALLED_MS = 20_000;

/** The version that package.json asks for and npm installed. */
export function wantedVersion() {
  return JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")).version;
}

/** The folder of the package's own binary, or null when it has not been fetched (wholly). */
export function ownElectron() {
  const dist = join(PACKAGE, "dist");
  const pathFile = join(PACKAGE, "path.txt"); // written last by the package's install script
  if (!existsSync(pathFile) || !existsSync(join(dist, readFileSync(pathFile, "utf8")))) return null;
  return readFileSync(join(dist, "version"), "utf8").trim().replace(/^v/, "") === wantedVersion()
    ? dist
    : null;
}

/** Runs the package's install script; null when it worked, else the reason in a few words. */
export function fetchOwnElectron() {
  const temporary = mkdtempSync(join(tmpdir(), "tocsin-electron-")); // its download lands here, so progress can be seen
  const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(PACKAGE, "install.js")], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let errors = "";
    let stalled = false;
    child.stderr.on("data", (chunk) => (errors += chunk));
    const stopWatching = whenStalled([temporary, join(PACKAGE, "dist")], () => {
      stalled = true;
      child.kill("SIGKILL");
    });
    child.on("close", (code) => {
      stopWatching();
      rmSync(temporary, { recursive: true, force: true });
      if (code === 0 && ownElectron()) done(null);
      else
        done(
          stalled
            ? `nothing arrived for ${STALLED_MS / 1000} s`
            : errors.split("\n")[0] || `exit code ${code}`,
        );
    });
  });
}

function whenStalled(folders, act) {
  let bytes = -1;
  let movedMs = performance.now();
  const timer = setInterval(() => {
    const now = folders.reduce((sum, folder) => sum + sizeOf(folder), 0);
    if (now !== bytes) [bytes, movedMs] = [now, performance.now()];
    else if (performance.now() - movedMs > STALLED_MS) act();
  }, 1000);
  return () => clearInterval(timer);
}

function sizeOf(folder) {
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
  return files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}
