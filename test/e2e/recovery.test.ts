/**
 * What dies comes back, and is said to be gone while it is.
 */
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DesktopApp, eventually, screenshot } from "../support/desktop-app.ts";
import { trayItem } from "../support/tray.ts";

let app: DesktopApp;

beforeAll(async () => {
  app = await DesktopApp.start();
});
afterAll(() => app?.close());

const says = (words: string, withinMs?: number) =>
  eventually(() => expect(trayItem().tooltip).toContain(words), withinMs);

test("the engine is killed: not to be trusted, restarted, and the alert is still there", async () => {
  const { id } = await app.raise({ title: "Outlives the engine" });
  await says("1 alert waits for you");
  const pid = await app.enginePid();
  process.kill(pid, "SIGKILL");
  await says("not to be trusted");
  await says("Tocsin: 1 alert waits for you", 20_000);
  expect(await app.enginePid()).not.toBe(pid);
  await expect(app.window("Tocsin alert")).resolves.toMatchObject({ visible: true });
  const page = await app.page("alert");
  await page.getByRole("button", { name: "Acknowledge", exact: true }).click();
  await eventually(async () => expect((await app.alert(id)).status).toBe("acknowledged"));
});

test("the engine hangs: said within seconds, then replaced", async () => {
  const pid = await app.enginePid();
  process.kill(pid, "SIGSTOP");
  await says("The engine does not answer", 20_000);
  screenshot("console-not-trusted");
  await says("Tocsin: acknowledged", 40_000);
  expect(await app.enginePid()).not.toBe(pid);
});

test("the alert window's page crashes, again and again: it is shown again each time", async () => {
  await app.raise({ title: "Outlives its page" });
  await says("1 alert waits for you");
  // Three reloads, a new window, three reloads, and now another new window: no cure, so the desktop itself is told too.
  for (let round = 1; round <= 8; round++) {
    await eventually(async () => expect(await labelOnScreen()).toBe("Critical: Outlives its page"), 20_000);
    await app.electron.evaluate(({ webContents }) => {
      webContents
        .getAllWebContents()
        .find((one) => one.getURL().includes("/alert.html"))!
        .forcefullyCrashRenderer();
    });
    await eventually(async () => expect(await labelOnScreen()).not.toBe("Critical: Outlives its page"));
  }
  await eventually(async () => expect(await labelOnScreen()).toBe("Critical: Outlives its page"), 20_000);
  await expect(app.window("Tocsin alert")).resolves.toMatchObject({ visible: true });
  const notifications =
    execFileSync("dunstctl", ["history"], { encoding: "utf8" }) +
    execFileSync("dunstctl", ["count"], { encoding: "utf8" });
  expect(notifications).toMatch(/Currently displayed: 1|Outlives its page/);
});

/** Asked through main, since a page of Playwright's does not survive a crash. */
function labelOnScreen(): Promise<string | null> {
  return app.electron.evaluate(async ({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows().find(
      (one) => one.getTitle() === "Tocsin alert" && one.isVisible(),
    );
    if (window === undefined || window.webContents.isCrashed()) return null;
    const asked = window.webContents.executeJavaScript(
      "document.querySelector('[role=alertdialog]')?.ariaLabel ?? null",
    ) as Promise<string | null>;
    return Promise.race([
      asked.catch(() => null),
      new Promise<null>((resolve) => setTimeout(() => resolve(null), 1000)),
    ]);
  });
}
