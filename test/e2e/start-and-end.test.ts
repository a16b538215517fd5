/**
 * Starting (whose machine, one instance, the line for programs) and ending.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { appFolder, DesktopApp, electronExecutable, eventually, screenshot } from "../support/desktop-app.ts";
import { trayItem } from "../support/tray.ts";

let app: DesktopApp | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

test("asks whose machine it is when the team has several people, and remembers", async () => {
  app = await DesktopApp.start({ people: ["ana", "ben"], keepFolder: true });
  const page = await app.page("console");
  await page.getByRole("heading", { name: "Whose machine is this?" }).waitFor();
  screenshot("console-whose-machine");
  await eventually(() => expect(trayItem().tooltip).toContain("not to be trusted"));
  await page.getByRole("radio", { name: /Ben Ruiz/ }).check();
  await page.getByRole("button", { name: "This is my machine" }).click();
  await page.getByText("Ben Ruiz’s machine").waitFor();
  await eventually(() => expect(trayItem().tooltip).toBe("Tocsin: quiet, watching"));
  const { folder } = app;
  await app.close();

  app = await DesktopApp.start({ folder });
  await (await app.page("console")).getByText("Ben Ruiz’s machine").waitFor();
});

test("does not hang when the remembered person has left the team", async () => {
  app = await DesktopApp.start({ people: ["ana", "ben"], flags: ["--person", "ben"], keepFolder: true });
  const { folder } = app;
  await app.close();
  writeFileSync(join(folder, "preferences", "preferences.json"), JSON.stringify({ person: "gone" }));
  app = await DesktopApp.start({ folder });
  const page = await app.page("console");
  await page.getByRole("heading", { name: "Whose machine is this?" }).waitFor();
  await page.getByText("choose again whose machine this is").waitFor();
});

test.each([
  ["no JSON", "{ not json"],
  ["values that cannot be", JSON.stringify({ theme: "purple", volumes: { critical: "loud" } })],
])("starts with damaged preferences: %s", async (_, text) => {
  app = await DesktopApp.start({ keepFolder: true });
  const { folder } = app;
  await app.close();
  writeFileSync(join(folder, "preferences", "preferences.json"), text);
  app = await DesktopApp.start({ folder });
  await eventually(() => expect(trayItem().tooltip).toBe("Tocsin: quiet, watching"));
});

test("a second start shows the first one's console and ends with 0", async () => {
  app = await DesktopApp.start({ flags: ["--hidden"] });
  await expect(app.window("Tocsin")).resolves.toBeNull();
  const second = spawnSync(
    await electronExecutable(),
    ["--no-sandbox", appFolder, "--data", join(app.folder, "data")],
    {
      env: { ...process.env, TOCSIN_PREFERENCES_DIR: join(app.folder, "preferences") },
      encoding: "utf8",
      timeout: 20_000,
    },
  );
  expect(second.status).toBe(0);
  expect(second.stderr).toContain("running already");
  await eventually(async () =>
    expect(await app?.window("Tocsin")).toMatchObject({ visible: true, focused: true }),
  );
});

test("--json prints one line once it listens; SIGTERM ends app and engine with 0", async () => {
  app = await DesktopApp.start({ flags: ["--json"] });
  const started = app;
  await eventually(() => expect(started.stdout).toContain("\n"));
  expect(JSON.parse(started.stdout)).toEqual({
    event: "listening",
    url: started.url(),
    pid: started.electron.process().pid,
  });
  const engine = await started.enginePid();
  const child = started.electron.process();
  const code = new Promise((resolve) => child.once("exit", resolve));
  const before = performance.now();
  child.kill("SIGTERM");
  await expect(code).resolves.toBe(0);
  expect(performance.now() - before).toBeLessThan(5000);
  // Its new parent takes it off the list in its own time.
  await eventually(() => expect(() => process.kill(engine, 0)).toThrow("ESRCH"), 3_000);
});

test("wrong flags are refused with the remedy and exit code 2", async () => {
  const refused = spawnSync(await electronExecutable(), ["--no-sandbox", appFolder, "--port", "many"], {
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain("tocsin: --port many: a port is a number");
});
