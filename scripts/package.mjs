// `npm run package -- ELECTRON_BUILDER_ARGUMENTS`: the app as a folder (dist/linux-unpacked/tocsin), or, given
// --linux, --win or --mac, that platform's installers. Settings: electron-builder.yml.
// TOCSIN_PACKAGE_INSPECT=1 leaves the nodeCliInspect fuse open, which Playwright needs: for the smoke test, never to ship.
import { join } from "node:path";
import { ensureBuilt } from "./setup/build.mjs";
import { ensureElectron } from "./setup/electron.mjs";
import { ensureNodeModules } from "./setup/node-modules.mjs";
import { ROOT } from "./setup/paths.mjs";
import { runForwarding } from "./setup/run-forwarding.mjs";
import { say } from "./setup/run.mjs";

const PLATFORM_FLAGS = { linux: "--linux", win32: "--win", darwin: "--mac" };

try {
  await ensureNodeModules();
  await ensureBuilt();
  const builder = join(ROOT, "node_modules/electron-builder/cli.js");
  const args = await builderArguments(process.argv.slice(2));
  process.exit(await runForwarding(process.execPath, [builder, ...args], { cwd: ROOT }));
} catch (error) {
  say(error.message);
  process.exit(1);
}

async function builderArguments(given) {
  const platforms = Object.keys(PLATFORM_FLAGS).filter((platform) =>
    given.includes(PLATFORM_FLAGS[platform]),
  );
  const settings = [];
  // Another platform's installer needs that platform's Electron, which electron-builder fetches itself.
  if (platforms.every((platform) => platform === process.platform)) {
    const electron = await ensureElectron();
    say(`packaging with Electron ${electron.version}: ${electron.reason}`);
    settings.push(`electronVersion=${electron.version}`, `electronDist=${electron.dist}`);
  }
  if (process.env.TOCSIN_PACKAGE_INSPECT === "1") {
    say(
      "TOCSIN_PACKAGE_INSPECT=1: the nodeCliInspect fuse stays open; a build for tests, not to be given away",
    );
    settings.push("electronFuses.enableNodeCliInspectArguments=true");
  }
  return [...(platforms.length ? [] : ["--dir"]), ...given, ...settings.map((setting) => `-c.${setting}`)];
}
