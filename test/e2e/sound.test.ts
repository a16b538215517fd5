/**
 * The alert's sound, as the sound server hears it.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { DesktopApp, eventually, pause } from "../support/desktop-app.ts";
import { loudness } from "../support/ear.ts";

/** Longer than the pause between two bursts of the critical sound. */
const listenMs = 4000;
const silence = 0.0005;

let app: DesktopApp;

beforeAll(async () => {
  app = await DesktopApp.start();
});
afterAll(() => app?.close());

const dialog = async (title: string) => {
  const page = await app.page("alert");
  await page.getByRole("alertdialog", { name: title }).waitFor();
  return page;
};

test("is silent while nothing waits", async () => {
  await expect(loudness(1500)).resolves.toBeLessThan(silence);
});

test("plays until it is silenced; a new alert is heard again; acknowledging both ends it", async () => {
  await app.raise({ title: "One" });
  const page = await dialog("Critical: One");
  expect(await loudness(listenMs)).toBeGreaterThan(10 * silence);

  await page.getByRole("button", { name: "Silence" }).click();
  await pause(300);
  expect(await loudness(listenMs)).toBeLessThan(silence);
  await expect(app.window("Tocsin alert")).resolves.toMatchObject({ visible: true });

  await app.raise({ title: "Two" });
  await page.getByText("2 wait for you").waitFor();
  expect(await loudness(listenMs)).toBeGreaterThan(10 * silence);

  await page.getByRole("button", { name: "Acknowledge all 2…" }).click();
  await page.getByRole("button", { name: "Yes, all 2" }).click();
  await eventually(async () => expect((await app.window("Tocsin alert"))?.visible).toBe(false));
  await pause(300);
  expect(await loudness(listenMs)).toBeLessThan(silence);
});

test("gets louder while nobody reacts", async () => {
  await app.raise({ title: "Rising" });
  const page = await dialog("Critical: Rising");
  // Whole cycles of burst and pause (6 s), so that both recordings hold equally many bursts.
  const atFirst = await loudness(6030);
  await pause(12_000);
  expect(await loudness(6030)).toBeGreaterThan(1.25 * atFirst);
  await page.getByRole("button", { name: "Acknowledge", exact: true }).click();
});

test("comes back when the sound page dies", async () => {
  await app.raise({ title: "Deaf" });
  const page = await dialog("Critical: Deaf");
  expect(await loudness(listenMs)).toBeGreaterThan(10 * silence);
  await app.electron.evaluate(({ webContents }) =>
    webContents
      .getAllWebContents()
      .find((one) => one.getURL().includes("/sound.html"))!
      .forcefullyCrashRenderer(),
  );
  await pause(1500);
  expect(await loudness(listenMs)).toBeGreaterThan(10 * silence);
  await page.getByRole("button", { name: "Acknowledge", exact: true }).click();
});

test("comes back when the process that speaks to the sound server dies", async () => {
  await app.raise({ title: "Cut off" });
  const page = await dialog("Critical: Cut off");
  expect(await loudness(listenMs)).toBeGreaterThan(10 * silence);
  await app.electron.evaluate(({ app: { getAppMetrics } }) => {
    const service = getAppMetrics().find(({ serviceName }) => serviceName === "audio.mojom.AudioService");
    process.kill(service!.pid, "SIGKILL");
  });
  await pause(4000);
  expect(await loudness(listenMs)).toBeGreaterThan(10 * silence);
  await page.getByRole("button", { name: "Acknowledge", exact: true }).click();
});

test("is tested from the settings, at the volume that is set there", async () => {
  const page = await app.page("console");
  await page.getByRole("link", { name: "Settings" }).click();
  const listening = loudness(3000);
  await pause(300);
  await page.getByRole("button", { name: "Test Error" }).click();
  expect(await listening).toBeGreaterThan(10 * silence);
  await page.getByRole("slider", { name: "Volume, Error" }).fill("0");
  await page.getByText("silent", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Test Error" }).click();
  await page.getByText("Its volume is 0").waitFor();
});
