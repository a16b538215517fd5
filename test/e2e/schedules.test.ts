/**
 * The console's page of schedules: what it says of a team with a rotation in another zone, a gap and an absence, and of
 * a team without schedules.
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { DesktopApp, eventually, pause, screenshot } from "../support/desktop-app.ts";

const dayMs = 86_400_000;
const daysAhead = (days: number): string => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10);

const schedules = [
  {
    id: "primary",
    timeZone: "America/New_York",
    layers: [
      {
        id: "weekly",
        participants: ["ana", "ben", "chi"],
        start: `${daysAhead(-3)}T09:00:00`,
        handoff: "FREQ=WEEKLY",
      },
    ],
  },
  {
    id: "pairs",
    timeZone: "UTC",
    layers: [
      {
        id: "weekly",
        participants: [["ana", "ben"], "chi"],
        shadow: ["dia"],
        start: `${daysAhead(-3)}T00:00:00`,
        handoff: "FREQ=WEEKLY",
      },
    ],
  },
  {
    id: "daytime",
    timeZone: "UTC",
    layers: [
      {
        id: "days",
        participants: ["dia"],
        start: `${daysAhead(-3)}T00:00:00`,
        handoff: "FREQ=WEEKLY",
        end: `${daysAhead(9)}T00:00:00`,
      },
    ],
  },
];

const absences = [{ person: "dia", start: `${daysAhead(2)}T00:00:00`, end: `${daysAhead(16)}T00:00:00` }];

function teamFile(part: object): string {
  const person = (id: string, name: string) => ({ id, name, notify: [{ via: "desktop", after: "0s" }] });
  return JSON.stringify({
    version: 1,
    team: { name: "Platform", timeZone: "UTC" },
    people: [
      person("ana", "Ana Ruiz"),
      person("ben", "Ben Ode"),
      person("chi", "Chi Tran"),
      person("dia", "Dia Sen"),
    ],
    policies: [{ id: "default", steps: [{ notify: [{ everyone: true }], within: "5m" }] }],
    routes: [{ match: {}, policy: "default" }],
    ...part,
  });
}

const folder = mkdtempSync(join(tmpdir(), "tocsin-e2e-"));
let app: DesktopApp;
let page: Page;

beforeAll(async () => {
  writeFileSync(join(folder, "team.yaml"), teamFile({ schedules, absences }));
  app = await DesktopApp.start({ folder, flags: ["--person", "ana"] });
  page = await app.page("console");
});
afterAll(() => app?.close());

const theme = async (name: "Light" | "Dark" | "As the system") => {
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("radio", { name }).check();
  await page.getByRole("link", { name: "Schedules" }).click();
  await page.getByRole("region", { name: "primary" }).waitFor();
  // The page is there; the picture is to show it drawn.
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  await pause(200);
};

test("with the keyboard: the page says who is on call, who is next, and why", async () => {
  await page.getByRole("link", { name: "Schedules" }).focus();
  await page.keyboard.press("Enter");
  const primary = page.getByRole("region", { name: "primary" });
  await primary.getByText("Runs in America/New_York").waitFor();
  expect(await page.getByRole("link", { name: "Schedules" }).getAttribute("aria-current")).toBe("page");
  const said = await primary.innerText();
  expect(said).toMatch(/On call now\s+Ana Ruiz \(you\)\s+Since /);
  expect(said).toMatch(/Next\s+Ben Ode\s+From /);
  expect(said).toMatch(/Why: Ana Ruiz is on call: shift 0 of layer weekly, .*\(America\/New_York\)/);
  await primary.getByText("Covered for the next 366 days.").waitFor();
  const shifts = primary.getByRole("list", { name: "The coming two weeks" }).getByRole("listitem");
  expect(await shifts.count()).toBe(3);
});

test("a stretch without anybody is told in words, with its reason, in the list and under coverage", async () => {
  const daytime = page.getByRole("region", { name: "daytime" });
  await daytime.getByText(/Nobody is on call once in the next 366 days/).waitFor();
  const gap = daytime.getByRole("list", { name: "Coverage" }).getByRole("listitem");
  expect(await gap.innerText()).toMatch(/, with no end within a year: everyone in the rotation is away$/);
  expect(await daytime.innerText()).toMatch(/Next\s+Nobody\s+From /);
  expect(await daytime.getByRole("list", { name: "The coming two weeks" }).innerText()).toContain("Nobody");
  await page
    .getByRole("region", { name: "To look at" })
    .getByText(/Dia Sen is away for a whole shift/)
    .waitFor();
});

test("several on duty together are named together, and who looks on beside them", async () => {
  const pairs = page.getByRole("region", { name: "pairs" });
  const said = await pairs.innerText();
  expect(said).toMatch(/On call now\s+Ana Ruiz \(you\) and Ben Ode\s+Since /);
  expect(said).toContain("Shadow: Dia Sen, sees it and is not asked");
  expect(said).toMatch(
    /Why: Ana Ruiz and Ben Ode are on call: shift 0 of layer weekly, .*\. Shadow: Dia Sen\./,
  );
  expect(said).toMatch(/Next\s+Chi Tran\s+From /);
  await pairs.scrollIntoViewIfNeeded();
  screenshot("console-schedules-pairs");
});

test("it is legible in light and in dark", async () => {
  await theme("Light");
  screenshot("console-schedules-light");
  await theme("Dark");
  await eventually(async () =>
    expect(await page.evaluate<string>("getComputedStyle(document.body).backgroundColor")).toBe(
      "rgb(26, 28, 30)",
    ),
  );
  screenshot("console-schedules-dark");
  await page.evaluate("scrollTo(0, document.body.scrollHeight)");
  screenshot("console-schedules-dark-below");
  await theme("As the system");
});

test("a changed team file is shown at once; without schedules the page says how to add one", async () => {
  writeFileSync(join(folder, "team.yaml"), teamFile({}));
  await page.getByRole("heading", { name: "No schedules yet" }).waitFor();
  await page.getByText("handoff: FREQ=WEEKLY;BYDAY=MO").waitFor();
  screenshot("console-schedules-empty");
});

test("a plain browser shows the same page", async () => {
  writeFileSync(join(folder, "team.yaml"), teamFile({ schedules }));
  const opened = app.electron.waitForEvent("window");
  await app.electron.evaluate(
    ({ BrowserWindow }, url) => void new BrowserWindow({ width: 600, height: 700 }).loadURL(url),
    `${app.url()}/#token=${app.token}`,
  );
  const browser = await opened;
  await browser.getByRole("link", { name: "Schedules" }).click();
  await browser
    .getByRole("region", { name: "primary" })
    .getByText("Ana Ruiz", { exact: true })
    .first()
    .waitFor();
  screenshot("console-schedules-browser");
  await browser.close();
});
