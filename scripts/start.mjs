// `npm start -- FLAGS`: from a fresh clone to Tocsin in the tray, or headless where there is no display.
// FLAGS are those of `tocsin serve`. Signals go to Tocsin, and its exit code is ours.
import { ensureBuilt } from "./setup/build.mjs";
import { ensureElectron } from "./setup/electron.mjs";
import { missingLibraries } from "./setup/missing-libraries.mjs";
import { ensureNodeModules } from "./setup/node-modules.mjs";
import { BUILT, defaultDataDir, ROOT } from "./setup/paths.mjs";
import { runForwarding } from "./setup/run-forwarding.mjs";
import { say } from "./setup/run.mjs";
import { ensureSystemPackages } from "./setup/system-packages.mjs";

const { DISPLAY, WAYLAND_DISPLAY } = process.env;

try {
  await ensureNodeModules();
  await ensureBuilt();
  const flags = withData(process.argv.slice(2));
  const electron = hasDisplay() ? await usableElectron() : null;
  process.exit(await (electron ? openDesktop(electron, flags) : serveHeadless(flags)));
} catch (error) {
  say(error.message);
  process.exit(1);
}

function hasDisplay() {
  if (process.platform !== "linux" || DISPLAY || WAYLAND_DISPLAY) return true;
  say(
    "no display (DISPLAY and WAYLAND_DISPLAY are unset): running headless, without windows, tray and sound",
  );
  return false;
}

/** Null, with the reason said, when this machine cannot run one: being alerted by e-mail beats not being alerted. */
async function usableElectron() {
  const electron = await ensureElectron().catch((error) => say(`${error.message}; running headless`));
  if (!electron) return null;
  if (missingLibraries(electron.executable).length === 0) return electron;
  const packages = await ensureSystemPackages(["electron"]);
  const missing = missingLibraries(electron.executable);
  if (missing.length === 0) return electron;
  say(
    `Electron lacks ${missing.join(", ")}; running headless. ${packages.remedy ?? "Install them, and start again."}`,
  );
  return null;
}

function openDesktop(electron, flags) {
  say(`Electron ${electron.version}: ${electron.reason}`);
  const chromium = [];
  if (process.platform === "linux" && process.getuid() === 0) chromium.push("--no-sandbox"); // Chromium refuses root otherwise
  if (WAYLAND_DISPLAY && !DISPLAY) chromium.push("--ozone-platform=wayland"); // the default only since Electron 38
  return runForwarding(electron.executable, [...chromium, ROOT, ...flags]);
}

function serveHeadless(flags) {
  return runForwarding(process.execPath, [BUILT.cli, "serve", ...flags]);
}

/** `tocsin serve` wants `--data`; a plain `npm start` keeps its data where the XDG specification says. */
function withData(flags) {
  if (flags.some((flag) => flag === "--data" || flag.startsWith("--data="))) return flags;
  return ["--data", defaultDataDir(), ...flags];
}
