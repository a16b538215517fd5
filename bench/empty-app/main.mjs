// The least that a tray app can be: one icon, one hidden window with an empty page. The measure for Tocsin's idle cost.
// Started by bench/idle.mjs: electron FOLDER ICON USER-DATA. Prints one line when all of it is there.
import { app, BrowserWindow, Tray } from "electron";

const [icon, userData] = process.argv.slice(-2);
app.setPath("userData", userData);
app.on("window-all-closed", () => undefined);
process.on("SIGTERM", () => app.exit(0));
// Not awaited here: `ready` waits for the main module.
void app.whenReady().then(async () => {
  globalThis.tray = new Tray(icon);
  globalThis.window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } });
  await globalThis.window.loadURL("data:text/html,<title>empty</title>");
  process.stdout.write("ready\n");
});
