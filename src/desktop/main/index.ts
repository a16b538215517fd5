/**
 * Entry of the Electron main process: one instance, its folders, and an orderly end. Everything else is in
 * `application.ts`. Started by `npm start`, by the packaged app, and at login.
 */
import { app, Menu } from "electron";
import { mkdirSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { Application } from "./application.ts";
import { Autostart } from "./autostart.ts";
import { readFlags } from "./flags.ts";
import type { Flags } from "./flags.ts";
import { installLastResort } from "./last-resort.ts";
import { PreferenceStore } from "./preferences.ts";
import { registerProtocol, serveProtocol } from "./protocol.ts";
import { lockDownPages } from "./secure-window.ts";

const wrongUsage = 2;
const built = join(dirname(fileURLToPath(import.meta.url)), "..");
const args = process.argv.slice(
  app.isPackaged ? 1 : process.argv.findIndex((argument, i) => i > 0 && !argument.startsWith("-")) + 1,
);

const read = readFlags(args, process.env, process.cwd());
if (!read.ok) {
  process.stderr.write(`tocsin: ${read.text}\n`);
  app.exit(wrongUsage);
} else {
  keepApart();
  // The data travels in `additionalData`: Chromium rearranges a second instance's argv.
  if (!app.requestSingleInstanceLock({ data: read.flags.data })) {
    process.stderr.write("tocsin: it is running already; its console is being shown\n");
    app.exit(0);
  } else run(read.flags);
}

function run(flags: Flags): void {
  installLastResort();
  registerProtocol();
  lockDownPages();
  // Windows shows notifications only of an app with the id of its Start-menu shortcut.
  app.setAppUserModelId("org.tocsin.Tocsin");
  // Lives in the menu bar, not in the dock.
  if (process.platform === "darwin") app.setActivationPolicy("accessory");
  Menu.setApplicationMenu(
    process.platform === "darwin"
      ? Menu.buildFromTemplate([{ role: "appMenu" }, { role: "editMenu" }])
      : null,
  );
  // A tray app lives on without windows.
  app.on("window-all-closed", () => undefined);
  void app.whenReady().then(() => start(flags));
}

function start(flags: Flags): void {
  const assets = join(app.getAppPath(), "assets");
  // Outside the archive, so that a player of the system can read them too.
  const sounds = join(assets, "sounds").replace(`app.asar${sep}`, `app.asar.unpacked${sep}`);
  const pages = join(built, "renderer");
  serveProtocol({ pages, sounds });
  const autostart = new Autostart(commandOfThisStart());
  autostart.repair();
  const places = {
    engine: join(built, "main/engine.js"),
    preload: join(built, "preload/index.cjs"),
    pages,
    icons: join(assets, "icons"),
    sounds,
  };
  const application = new Application(
    flags,
    places,
    new PreferenceStore(process.env["TOCSIN_PREFERENCES_DIR"]),
    autostart,
    () => app.quit(),
  );

  let stopping = false;
  const end = (): void => {
    // A second signal ends it at once.
    if (stopping) return app.exit(1);
    stopping = true;
    void application.stop().finally(() => app.exit(0));
  };
  app.on("before-quit", (event) => {
    event.preventDefault();
    end();
  });
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  app.on("second-instance", () => application.show());
  app.on("activate", () => application.show());
  application.start();
}

/** With preferences of its own an instance is another app: its lock, its browser data and its settings are there. */
function keepApart(): void {
  const folder = process.env["TOCSIN_PREFERENCES_DIR"];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  app.setPath("userData", folder);
}

/** What a desktop entry has to run to get this app again, quietly. An AppImage's own path is in its environment. */
function commandOfThisStart(): [string, ...string[]] {
  const own = args.filter((argument) => argument !== "--hidden" && argument !== "--json");
  const flags = [...own, "--hidden"];
  const program = process.env["APPIMAGE"] ?? process.execPath;
  return app.isPackaged ? [program, ...flags] : [program, app.getAppPath(), ...flags];
}
