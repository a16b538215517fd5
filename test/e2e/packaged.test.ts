/** The packaged app, as people get it but for the one fuse that Playwright needs, does the same. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DesktopApp, eventually, screenshot } from "../support/desktop-app.ts";
import { loudness } from "../support/ear.ts";
import { trayItem } from "../support/tray.ts";

const folder = join(process.cwd(), "dist", "linux-unpacked");
let app: DesktopApp;

beforeAll(async () => {
  execFileSync("npm", ["run", "-s", "package"], {
    env: { ...process.env, TOCSIN_PACKAGE_INSPECT: "1" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  app = await DesktopApp.start({ packaged: join(folder, "tocsin") });
}, 300_000);

afterAll(() => app?.close());

test("runs from its archive, the native module beside it, without development tools", async () => {
  const { listPackage } = createRequire(import.meta.url)("@electron/asar") as {
    listPackage: (file: string, options: object) => string[];
  };
  const files = listPackage(join(folder, "resources", "app.asar"), { isPack: false });
  expect(files).toContain("/out/main/index.js");
  for (const tool of ["/node_modules/vitest", "/node_modules/electron-vite", "/src", "/test"]) {
    expect(files).not.toContain(tool);
  }
  expect(existsSync(join(folder, "resources/app.asar.unpacked/node_modules/@libsql"))).toBe(true);
  expect(await app.electron.evaluate(({ app: electron }) => electron.isPackaged)).toBe(true);
});

test("an alert is on the screen and heard; acknowledged, it is gone", async () => {
  const alert = await app.raise({ title: "Disk full on db-1" });
  const page = await app.page("alert");
  await page.getByRole("alertdialog", { name: /^Critical: Disk full on db-1/ }).waitFor();
  await eventually(async () => expect((await app.window("Tocsin alert"))?.visible).toBe(true));
  screenshot("packaged-alert");
  expect(await loudness(3_000)).toBeGreaterThan(0.001);
  await eventually(() => expect(trayItem().tooltip).toMatch(/\b1\b/));
  await page.getByRole("button", { name: /^Acknowledge/ }).click();
  await eventually(async () => expect((await app.window("Tocsin alert"))?.visible).toBe(false));
  expect(await app.alert(alert.id)).toMatchObject({ status: "acknowledged", acknowledgedBy: "ana" });
});
