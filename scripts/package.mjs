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

try {
  await ensureNodeModules();
  await ensureBuilt();
  process.exit(
    await runForwarding(process.execPath, [BUILDER(), ...(await builderArguments(process.argv.slice(2)))], {
      cwd: ROOT,
    }),
  );
} catch (error) {
  say(error.message);
  process.exit(1);
}

function BUILDER() {
  return join(ROOT, "node_modules/electron-builder/cli.js");
}

async function builderArguments(given) {
  const electron = await ensureElectron();
  say(`packaging with Electron ${electron.version}: ${electron.reason}`);
  const platform = given.some((argument) => /^(--(linux|win|mac|windows|macos)|-[lwm]+)$/.test(argument));
  const settings = [`electronVersion=${electron.version}`, "publish=null"];
  // Another platform's installer needs that platform's Electron, which electron-builder fetches itself.
  if (!platform || given.length === 0) settings.push(`electronDist=${electron.dist}`);
  if (process.env.TOCSIN_PACKAGE_INSPECT === "1") {
    say("TOCSIN_PACKAGE_INSPECT=1: the nodeCliInspect fuse stays open; this build is for tests, not to be given away");
    settings.push("electronFuses.enableNodeCliInspectArguments=true");
  }
  return [...(platform ? [] : ["--dir"]), ...given, ...settings.map((setting) => `-c.${setting}`)];
}
