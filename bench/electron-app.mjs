// The desktop for benchmarks of the app, and how the app is started on it.
import { join } from "node:path";
import { atTheEnd, newFolder } from "./child-processes.mjs";
import { writeTeam } from "./tocsin.mjs";
import { startDesktop } from "../scripts/setup/desktop.mjs";
import { ROOT } from "../scripts/setup/paths.mjs";

/** A virtual desktop: its environment. */
export async function desktopEnvironment() {
  const desktop = await startDesktop();
  const stop = atTheEnd(() => desktop.stop());
  return { env: desktop.env, stop };
}

const chromiumFlags = process.getuid?.() === 0 ? ["--no-sandbox"] : []; // Chromium refuses root otherwise

/** `{ args, env }` that open the built app, hidden in its tray, for a team of one that is told by desktop at once. */
export function tocsinApp(env) {
  const folder = newFolder("app");
  const team = writeTeam(folder, { notify: [{ via: "desktop", after: "0s" }] });
  const flags = ["--team", team, "--data", join(folder, "data"), "--port", "0", "--json", "--hidden"];
  return {
    args: [...chromiumFlags, ROOT, ...flags],
    env: { ...env, TOCSIN_PREFERENCES_DIR: join(folder, "preferences") },
  };
}

/** The same for the empty app. */
export function emptyApp(env) {
  const folder = newFolder("empty-app");
  return {
    args: [...chromiumFlags, join(ROOT, "bench/empty-app"), join(ROOT, "assets/icons/app-24.png"), folder],
    env,
  };
}
