/**
 * Many things wrong at once, on the real desktop: the most urgent is told, the others wait folded, and what has to be
 * pressed stays in sight. And the page of integrations, which says what monitoring tools have sent, there and in a browser.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { _electron } from "playwright-core";
import type { Page } from "playwright-core";
import { integrationsJson } from "#wire/integrations-json";
import { appFolder, DesktopApp, electronExecutable, eventually, screenshot } from "../support/desktop-app.ts";
import { PlainBrowser } from "../support/plain-browser.ts";

const keyOf = (name: string) => `${name}-key-of-thirty-two-characters-or-more`;
let app: DesktopApp;
let page: Page;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "tocsin-problems-"));
  const file = join(folder, "team.yaml");
  const integrations = ["webhook", "anything", "silent"].map((id) => ({
    id,
    type: id === "webhook" ? "alertmanager" : "events",
    key: keyOf(id),
  }));
  const team = {
    version: 1,
    team: { name: "Platform", timeZone: "UTC" },
    people: [{ id: "ana", name: "Ana Ruiz", notify: [{ via: "desktop", after: "0s" }] }],
    policies: [{ id: "default", steps: [{ notify: [{ person: "ana" }], within: "5m" }] }],
    routes: [{ match: {}, policy: "default" }],
    integrations,
    // Nobody listens there.
    email: { host: "127.0.0.1", port: 9, secure: false, from: "tocsin@example.org" },
  };
  writeFileSync(file, JSON.stringify(team));
  app = await DesktopApp.start({ folder, flags: ["--person", "ana"] });
  page = await app.page("console");

  const send = (path: string, body: string) =>
    fetch(`${app.url()}/in/${path}`, { method: "POST", body }).then(({ status }) => status);
  // Worth a look only, and first.
  writeFileSync(file, JSON.stringify({ ...team, team: { name: "Platform", timeZone: "IST" } }));
  await problems("team-file");
  const alert = { status: "firing", labels: { alertname: "NodeDown" }, startsAt: new Date().toISOString() };
  const group = { version: "4", groupKey: `{}:{x="${"y".repeat(90)}"}`, status: "firing", alerts: [alert] };
  await send(`${keyOf("webhook")}/alertmanager`, JSON.stringify({ ...group, truncatedAlerts: 37 }));
  for (let count = 1; count <= 4; count += 1) expect(await send(`${keyOf("anything")}/json`, "{")).toBe(400);
  for (const dedupKey of ["one", "two", "three"])
    await send(`${keyOf("anything")}/json`, JSON.stringify({ title: "x", dedupKey, status: "resolved" }));
  await problems("channel", "ingest", "team-file");
});
afterAll(() => app?.close());

async function resize(width: number, height: number): Promise<void> {
  await app.electron.evaluate(
    ({ BrowserWindow }, [w, h]) => {
      const window = BrowserWindow.getAllWindows().find((one) => one.getTitle() === "Tocsin");
      window!.setContentSize(w!, h!);
    },
    [width, height],
  );
  await eventually(async () => expect(await page.evaluate<number>("innerWidth")).toBe(width));
}

/** Once exactly these are there, in this order. */
async function problems(...kinds: string[]): Promise<void> {
  await eventually(async () => {
    const health = (await (await fetch(`${app.url()}/healthz`)).json()) as { problems: { kind: string }[] };
    expect(health.problems.map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds));
    expect(health.problems.map(({ kind }) => kind).filter((kind) => kinds.includes(kind))).toEqual(kinds);
  });
}

test("the console tells the two most urgent, and unfolds the others by keyboard", async () => {
  const banner = page.getByRole("alert").filter({ hasText: "Not to be trusted now" });
  await banner.getByText(/^E-mail cannot be sent: .*: check that it runs, email\.host/).waitFor();
  await banner.getByText(/37 alerts/).waitFor();
  const third = banner.getByText(/^The team file was refused/);
  expect(await third.isVisible()).toBe(false);
  // A time that says its zone.
  await banner
    .getByText(/^Since \d\d:\d\d \S+\.$/)
    .first()
    .waitFor();
  await banner.getByText("1 more problem").focus();
  await page.keyboard.press("Enter");
  await third.waitFor();
});

test("in a small window the board is in sight below all of them", async () => {
  await resize(420, 640);
  screenshot("many-problems-small");
  const top = await page.evaluate<number>(`document.querySelector("main").getBoundingClientRect().top`);
  expect(top).toBeLessThan(500);
  await resize(1100, 760);
});

test("the alert window keeps its buttons and its list in sight, whatever is unfolded", async () => {
  const alert = await app.page("alert");
  await app.raise({ title: "Disk full" });
  await alert.getByRole("button", { name: "Acknowledge", exact: true }).waitFor();
  await alert.locator("details summary").click();
  const heights = () =>
    alert.evaluate<{ readonly lowest: number; readonly window: number; readonly banner: number }>(`({
      lowest: Math.max(...[...document.querySelectorAll("button, [role=option]")].map((one) => one.getBoundingClientRect().bottom)),
      banner: document.querySelector(".banner").getBoundingClientRect().height,
      window: innerHeight,
    })`);
  await eventually(async () => {
    const { lowest, window, banner } = await heights();
    expect(lowest).toBeLessThanOrEqual(window);
    expect(banner).toBeLessThanOrEqual(180);
  });
  screenshot("many-problems-alert");
});

test("beside a long title the board breaks no word of where an alert stands", async () => {
  const { id } = await app.raise({
    title: `A title of many words ${"that goes on and on ".repeat(8)}`,
    severity: "info",
  });
  await resize(900, 700);
  await page
    .getByRole("row", { name: /A title of many words/ })
    .getByRole("button", { name: /^Acknowledge/ })
    .click();
  const cell = page
    .getByRole("row", { name: /A title of many words/ })
    .getByText(/^Acknowledged by Ana Ruiz$/);
  await cell.waitFor();
  const lines = await page.evaluate<number>(`(() => {
    const words = document.querySelector(".row-acknowledged td:nth-child(3)").firstChild;
    const range = document.createRange();
    range.setStart(words, 0);
    range.setEnd(words, "Acknowledged".length);
    return range.getClientRects().length;
  })()`);
  expect(lines).toBe(1);
  screenshot("board-long-title");
  expect((await app.alert(id)).status).toBe("acknowledged");
  await resize(1100, 760);
});

test("integrations: taken, changed nothing, refused and why, and which one is silent", async () => {
  await page.getByRole("link", { name: "Integrations" }).click();
  await says(page);
  const answer = await fetch(`${app.url()}/api/v1/integrations`, {
    headers: { authorization: `Bearer ${app.token}` },
  });
  const seen = integrationsJson.parse(await answer.json());
  expect(seen.integrations).toMatchObject([
    { id: "webhook", taken: 1, changedNothing: 0, refused: 0 },
    { id: "anything", taken: 3, changedNothing: 3, refused: 4 },
    { id: "silent", taken: 0 },
  ]);
  expect((await fetch(`${app.url()}/api/v1/integrations`)).status).toBe(401);
});

test("the same in a browser, where a new report shows by itself", async () => {
  const token = readFileSync(join(app.folder, "data", "token"), "utf8").trim();
  const browser = await PlainBrowser.open(`${app.url()}/#token=${token}`);
  try {
    await browser.page.getByRole("link", { name: "Integrations" }).click();
    await says(browser.page);
    screenshot("integrations-browser");
    const body = JSON.stringify({ title: "x", dedupKey: "four", status: "resolved" });
    await fetch(`${app.url()}/in/${keyOf("silent")}/json`, { method: "POST", body });
    await browser.page
      .getByRole("row", { name: /^silent events .* 1 taken 1 changed nothing 0 refused$/ })
      .waitFor();
  } finally {
    await browser.close();
  }
});

test("an engine that cannot start: each fault in a line of its own, and nothing that cannot be done", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tocsin-invalid-"));
  const file = join(folder, "team.yaml");
  writeFileSync(file, "version: 1\nteam: { name: P, timeZone: IST }\npeople: [{ id: ana, name: Ana }]\n");
  const electron = await _electron.launch({
    executablePath: await electronExecutable(),
    args: ["--no-sandbox", appFolder, "--team", file, "--data", join(folder, "data"), "--port", "0"],
    env: { ...process.env, TOCSIN_PREFERENCES_DIR: join(folder, "preferences") } as Record<string, string>,
  });
  try {
    const console = await eventually(() => {
      const found = electron.windows().find((one) => one.url().includes("/console.html"));
      if (found === undefined) throw new Error("no console yet");
      return found;
    });
    const banner = console.getByRole("alert").filter({ hasText: "The team file is invalid" });
    await banner.waitFor();
    const lines = (await banner.innerText()).split("\n");
    expect(lines.filter((line) => line.startsWith(`${file}:`)).length).toBeGreaterThan(1);
    expect(lines.at(-1)).toMatch(/^Correct that, and Tocsin starts by itself\. /);
    await console.getByRole("heading", { name: "No open alerts" }).waitFor();
    expect(await console.getByRole("button", { name: "Raise a test alert" }).count()).toBe(0);
    expect(await console.getByText("curl ").count()).toBe(0);
    screenshot("invalid-team-at-start");
  } finally {
    const { pid } = electron.process();
    electron.process().kill("SIGKILL");
    await eventually(() => {
      try {
        process.kill(pid!, 0);
      } catch {
        return;
      }
      throw new Error("still there");
    });
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
});

async function says(page: Page): Promise<void> {
  await page.getByRole("columnheader", { name: "Changed nothing" }).waitFor();
  await page.getByRole("row", { name: /^anything events Refused .*: the body is not JSON/ }).waitFor();
  await page.getByRole("row", { name: /^silent events nothing yet / }).waitFor();
  await page.getByText(/^A report changes nothing when it ends what is not open here/).waitFor();
}
