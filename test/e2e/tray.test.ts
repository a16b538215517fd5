/**
 * The tray as the desktop sees it, over D-Bus: a picture and words for every state, and a menu that works.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DesktopApp, eventually, pause } from "../support/desktop-app.ts";
import { choose, menuEntries, trayItem } from "../support/tray.ts";

/** The alert window takes no key and no click before it has been there for half a second. */
const guardMs = 600;

let app: DesktopApp;
const icons = new Set<string>();

beforeAll(async () => {
  app = await DesktopApp.start();
});
afterAll(() => app?.close());

/** Waits for the words, and keeps the picture that goes with them. */
const tray = async (words: RegExp | string) => {
  const item = await eventually(() => {
    const found = trayItem();
    expect(found.tooltip).toMatch(words);
    return found;
  });
  icons.add(item.icon);
  return item;
};

/** The menu is rebuilt whenever something changes: an entry may be gone between its being found and chosen. */
const choosing = (label: string) => eventually(() => choose(label));

test("is quiet, then counts, then knows that it is acknowledged; each with a picture of its own", async () => {
  await tray("Tocsin: quiet, watching");
  await app.raise({ title: "One", severity: "info" });
  await tray("Tocsin: 1 alert waits for you");
  await app.raise({ title: "Two", severity: "info" });
  await tray("Tocsin: 2 alerts wait for you");
  const page = await app.page("alert");
  await page.getByRole("button", { name: "Acknowledge all 2…" }).click();
  await page.getByRole("button", { name: "Yes, all 2" }).click();
  await tray("Tocsin: acknowledged, not resolved yet");
  expect(icons.size).toBe(4);
});

test("raises a test alert, and silences it", async () => {
  await choosing("Raise a test alert");
  const page = await app.page("alert");
  await page.getByRole("alertdialog", { name: "Critical: Test alert from the tray" }).waitFor();
  await eventually(() =>
    expect(menuEntries().find(({ label }) => label === "Silence sound")?.enabled).toBe(true),
  );
  await choosing("Silence sound");
  await eventually(() =>
    expect(menuEntries().find(({ label }) => label === "Silence sound")?.enabled).toBe(false),
  );
  // No way around an acknowledgement.
  expect(menuEntries().find(({ label }) => label.startsWith("Pause"))?.enabled).toBe(false);
  await pause(guardMs);
  await page.getByRole("button", { name: "Acknowledge", exact: true }).click();
});

test("pauses on this machine: the engine does not count on it, and nothing shows until it is resumed", async () => {
  await choosing("For 15 minutes");
  await tray("Tocsin: paused until");
  expect(icons.size).toBeGreaterThanOrEqual(5);
  const { id } = await app.raise({ title: "While paused" });
  await pause(1000);
  await expect(app.window("Tocsin alert")).resolves.toMatchObject({ visible: false });
  const { timeline } = await app.alert(id);
  expect(timeline?.filter(({ kind }) => kind === "notification-sent")).toEqual([]);
  await choosing("Resume (paused until");
  const page = await app.page("alert");
  await page.getByRole("alertdialog", { name: "Critical: While paused" }).waitFor();
  await eventually(async () => expect((await app.window("Tocsin alert"))?.visible).toBe(true));
  await pause(guardMs);
  await page.getByRole("button", { name: "Resolve" }).click();
});

test("starts at login: a desktop entry with the very command, and none again", async () => {
  const file = join(process.env["HOME"]!, ".config/autostart/tocsin.desktop");
  await choosing("Start at login");
  await eventually(() => expect(existsSync(file)).toBe(true));
  const entry = readFileSync(file, "utf8");
  expect(entry).toMatch(/^Exec=\S*electron .*--team \S*team\.yaml .*--hidden$/m);
  await choosing("Start at login");
  await eventually(() => expect(existsSync(file)).toBe(false));
});

test("asks before it quits", async () => {
  const asked = app.electron.evaluate(
    ({ dialog }) =>
      new Promise<string>((resolve) => {
        dialog.showMessageBox = ((...args: unknown[]) => {
          const options = args.at(-1) as {
            message: string;
            detail: string;
            buttons: string[];
            defaultId: number;
          };
          resolve(`${options.message} ${options.detail} ${options.buttons[options.defaultId]}`);
          return Promise.resolve({ response: 0, checkboxChecked: false });
        }) as typeof dialog.showMessageBox;
      }),
  );
  await pause(200);
  await choosing("Quit…");
  await expect(asked).resolves.toMatch(
    /Nobody will be alerted on this machine.*3 more alerts are open.*Keep watching$/s,
  );
  await tray("Tocsin: acknowledged");
});
