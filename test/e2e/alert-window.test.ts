/**
 * The alert window (contract §5): on the screen at once, in nobody's way, and there until somebody acts.
 */
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { colourAt, DesktopApp, eventually, pause, screenshot } from "../support/desktop-app.ts";

/** The window takes no key and no click before it has been there for half a second. */
const guardMs = 700;

let app: DesktopApp;

beforeAll(async () => {
  app = await DesktopApp.start();
  const console_ = await app.page("console");
  await console_.getByRole("heading", { name: "No open alerts" }).waitFor();
});
afterAll(() => app?.close());

const alertWindow = async () => {
  const window = await app.window("Tocsin alert");
  if (window === null) throw new Error("there is no alert window");
  return window;
};
const shown = (visible: boolean) =>
  eventually(async () => expect((await alertWindow()).visible).toBe(visible));
const focused = () => execFileSync("xdotool", ["getactivewindow"], { encoding: "utf8" }).trim();

test("stays hidden while nothing waits", async () => {
  await expect(alertWindow()).resolves.toMatchObject({ visible: false });
});

test("comes up on the screen, above the others, without taking the focus; Acknowledge ends it", async () => {
  const before = focused();
  const { id } = await app.raise({ title: "Disk full on db-1", details: { summary: "2 % left" } });
  await shown(true);
  const page = await app.page("alert");
  const dialog = page.getByRole("alertdialog", { name: "Critical: Disk full on db-1" });
  await dialog.waitFor();
  await expect(dialog.getByText("You are on call in schedule primary.").isVisible()).resolves.toBe(true);
  await expect(dialog.getByText("2 % left").isVisible()).resolves.toBe(true);
  expect(focused()).toBe(before);

  // Another window is raised over it, and must not cover it.
  execFileSync("xdotool", ["windowactivate", "--sync", before]);
  await eventually(async () => {
    const { bounds } = await alertWindow();
    const [red, green, blue] = colourAt(
      screenshot("alert-critical"),
      bounds.x + bounds.width / 2,
      bounds.y + 12,
    );
    expect(red).toBeGreaterThan(150);
    expect(Math.max(green!, blue!)).toBeLessThan(80);
  });

  await eventually(async () => {
    const { timeline } = await app.alert(id);
    expect(timeline?.map(({ kind }) => kind)).toContain("notification-sent");
  });
  await pause(guardMs);
  await page.getByRole("button", { name: "Acknowledge", exact: true }).click();
  await shown(false);
  await expect(app.alert(id)).resolves.toMatchObject({ status: "acknowledged", acknowledgedBy: "ana" });
});

test("cannot be closed while something waits", async () => {
  await app.raise({ title: "Not to be closed" });
  await shown(true);
  const page = await app.page("alert");
  await page.getByRole("alertdialog").waitFor();
  await app.electron.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows().find((one) => one.getTitle() === "Tocsin alert")!;
    window.focus();
    window.close();
  });
  await eventually(async () => expect((await alertWindow()).focused).toBe(true));
  execFileSync("xdotool", ["key", "--clearmodifiers", "alt+F4"]);
  await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .find((one) => one.getTitle() === "Tocsin alert")!
      .hide(),
  );
  await pause(guardMs);
  await shown(true);
  await page.getByRole("button", { name: "Resolve" }).click();
  await shown(false);
});

test("ignores a key that was on its way elsewhere when it came up, and takes it half a second later", async () => {
  // In main, so that the key comes within milliseconds of the window.
  const pressed = app.electron.evaluate(
    ({ BrowserWindow }) =>
      new Promise<void>((resolve) => {
        const window = BrowserWindow.getAllWindows().find((one) => one.getTitle() === "Tocsin alert")!;
        window.once("show", () => {
          for (const type of ["keyDown", "char", "keyUp"] as const)
            window.webContents.sendInputEvent({ type, keyCode: "a" });
          resolve();
        });
      }),
  );
  const { id } = await app.raise({ title: "Half-typed Enter" });
  await pressed;
  await pause(guardMs);
  await expect(app.alert(id)).resolves.toMatchObject({ status: "triggered" });
  const page = await app.page("alert");
  await page.keyboard.press("a");
  await shown(false);
  await expect(app.alert(id)).resolves.toMatchObject({ status: "acknowledged" });
});

test("shows hostile text as text", async () => {
  const title = '<img src=x onerror="document.title=1"><script>window.hacked=1</script><b>bold</b>';
  const { id } = await app.raise({
    title,
    details: { "<i>k</i>": '"><svg onload=alert(1)>' },
    links: [{ href: "javascript:alert(1)", text: "click" }],
  });
  const page = await app.page("alert");
  await page.getByRole("alertdialog", { name: `Critical: ${title}` }).waitFor();
  await expect(page.getByRole("heading", { name: title }).isVisible()).resolves.toBe(true);
  await expect(page.locator("main img, main script, main b, main i, main svg").count()).resolves.toBe(0);
  await expect(page.getByText("click").count()).resolves.toBe(0);
  await expect(page.evaluate(() => "hacked" in globalThis)).resolves.toBe(false);
  screenshot("alert-hostile");
  await pause(guardMs);
  await page.keyboard.press("r");
  await eventually(async () => expect((await app.alert(id)).status).toBe("resolved"));
});

test("snoozes by its menu, and escalates", async () => {
  const { id } = await app.raise({ title: "Later", severity: "warning" });
  const page = await app.page("alert");
  await page.getByRole("alertdialog", { name: "Warning: Later" }).waitFor();
  await pause(guardMs);
  await page.keyboard.press("e");
  await eventually(async () => expect((await app.alert(id)).step).toBe(1));
  await page.keyboard.press("z");
  await page.getByRole("menu", { name: "Snooze for" }).waitFor();
  screenshot("alert-snooze");
  await page.getByRole("menuitem", { name: "15 minutes" }).click();
  await shown(false);
  const { status, snoozedUntil } = await app.alert(id);
  expect(status).toBe("snoozed");
  expect(Math.abs(Date.parse(snoozedUntil!) - Date.now() - 900_000)).toBeLessThan(60_000);
});

test("is one window for many: worst first, a flood as one list, all acknowledged after a question", async () => {
  await app.raise({ title: "First warning", severity: "warning" });
  await Promise.all(
    Array.from({ length: 24 }, (_, index) =>
      app.raise({ title: `Host web-${index} is down`, severity: "error" }),
    ),
  );
  const worst = await app.raise({ title: "Core switch is down", severity: "critical" });
  const page = await app.page("alert");
  await page.getByRole("alertdialog", { name: "Critical: Core switch is down" }).waitFor();
  await page.getByText("Flood: 26 in 10 minutes, 1 critical").waitFor();
  await page.getByText("First warning").first().waitFor();
  screenshot("alert-flood");
  expect(app.electron.windows().filter((one) => one.url().includes("/alert.html"))).toHaveLength(1);

  await page.keyboard.press("ArrowDown");
  await page.getByRole("alertdialog", { name: /^Error: Host web-/ }).waitFor();
  await page.getByRole("button", { name: "Acknowledge all 26…" }).click();
  await expect(app.alert(worst.id)).resolves.toMatchObject({ status: "triggered" });
  await page.getByRole("button", { name: "Yes, all 26" }).click();
  await shown(false);
  await expect(app.alert(worst.id)).resolves.toMatchObject({ status: "acknowledged" });
});
