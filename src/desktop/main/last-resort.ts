/**
 * What to do when this process itself is broken: an alerter never dies silently. Installed by `index.ts`.
 *
 * Everything worth keeping is in the engine's journal, so starting over costs a second. An app that breaks right after
 * its start would start over for ever; it says so and ends instead.
 */
import { app, dialog } from "electron";
import { spawn } from "node:child_process";

const startsOverAfterS = 60;
const gpuDeathsAtMost = 3;

export function installLastResort(): void {
  process.on("uncaughtException", (error) => startOver(error.stack ?? String(error)));
  process.on("unhandledRejection", (reason) =>
    startOver(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)),
  );
  watchGraphics();
}

function startOver(what: string): void {
  process.stderr.write(`tocsin: internal error, ${what}\n`);
  if (process.uptime() > startsOverAfterS) startAgain(process.argv.slice(1));
  else {
    const remedy = "Start it again. If this comes back, please report it with the text below.";
    dialog.showErrorBox("Tocsin has stopped: nobody is alerted on this machine", `${remedy}\n\n${what}`);
  }
  app.exit(1);
}

/** A new app once this one has ended. */
function startAgain(args: string[]): void {
  const image = process.env["APPIMAGE"];
  if (!image) return app.relaunch({ args });
  // Electron's helper lies in the image, which is unmounted with this process.
  app.once("quit", () => {
    app.releaseSingleInstanceLock();
    spawn(image, args, { detached: true, stdio: "ignore" })
      .on("error", () => undefined)
      .unref();
  });
}

/** Chromium gives up, and ends the app, after a few deaths of its graphics process; without graphics it lives on. */
function watchGraphics(): void {
  let deaths = 0;
  app.on("child-process-gone", (_event, { type, reason }) => {
    if (type !== "GPU" || reason === "clean-exit") return;
    deaths += 1;
    if (deaths < gpuDeathsAtMost || process.argv.includes("--disable-gpu")) return;
    process.stderr.write("tocsin: the graphics driver keeps failing; starting again without it\n");
    startAgain([...process.argv.slice(1), "--disable-gpu"]);
    app.quit();
  });
}
