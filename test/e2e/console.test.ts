/**
 * The console, in the app and in a plain browser.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { DesktopApp, eventually, screenshot } from "../support/desktop-app.ts";

let app: DesktopApp;
let page: Page;

beforeAll(async () => {
  app = await DesktopApp.start();
  page = await app.page("console");
});
afterAll(() => app?.close());

test("the empty board says how to send a first alert, and its button sends one", async () => {
  await page.getByRole("heading", { name: "No open alerts" }).waitFor();
  await expect(page.getByText(`curl ${app.url()}/api/v1/alerts`).isVisible()).resolves.toBe(true);
  screenshot("console-empty");
  await page.getByRole("button", { name: "Raise a test alert" }).click();
  await page.getByRole("row", { name: /Test alert from the console/ }).waitFor();
  await page.getByRole("button", { name: "Acknowledge Test alert from the console" }).click();
  await page.getByText("Acknowledged by Ana Ruiz").waitFor();
});

test("an alert's page tells its story, takes a note, and moves it to another policy", async () => {
  const { id } = await app.raise({
    title: "Disk full",
    labels: { env: "prod" },
    details: { summary: "2 % left" },
  });
  await page.getByRole("link", { name: "Disk full" }).click();
  await page.getByRole("heading", { name: "Disk full" }).waitFor();
  await page.getByText("On the screen of Ana Ruiz.").waitFor();
  await page.getByRole("textbox", { name: "Note" }).fill("looking at it");
  await page.keyboard.press("Enter");
  await page.getByText("Ana Ruiz: looking at it").waitFor();
  await page.getByRole("combobox", { name: "Transfer to another policy" }).selectOption("other");
  await eventually(async () => expect((await app.alert(id)).policy).toBe("other"));
  await page.getByRole("button", { name: "Resolve" }).click();
  await page.getByText("Resolved by Ana Ruiz.").waitFor();
  screenshot("console-alert");
  await page.getByRole("link", { name: "← Resolved" }).click();
  await page.getByRole("row", { name: /Disk full/ }).waitFor();
});

test("finds, and says when there is nothing to find", async () => {
  await page.getByRole("link", { name: "Board" }).click();
  await page.getByRole("searchbox", { name: "Find" }).fill("nowhere");
  await page.getByText("No alert contains “nowhere”.").waitFor();
  await page.getByRole("searchbox", { name: "Find" }).fill("console");
  await page.getByRole("row", { name: /Test alert from the console/ }).waitFor();
});

test("the theme goes for every window at once", async () => {
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("radio", { name: "Dark" }).check();
  await eventually(async () =>
    expect(await page.evaluate<string>("getComputedStyle(document.body).backgroundColor")).toBe(
      "rgb(26, 28, 30)",
    ),
  );
  screenshot("console-settings-dark");
  const alert = await app.page("alert");
  expect(await alert.evaluate<boolean>("matchMedia('(prefers-color-scheme: dark)').matches")).toBe(true);
  await page.getByRole("radio", { name: "As the system" }).check();
});

test("a plain browser gets the same pages over a WebSocket, with the token", async () => {
  const opened = app.electron.waitForEvent("window");
  await app.electron.evaluate(
    ({ BrowserWindow }, url) => void new BrowserWindow({ width: 900, height: 700 }).loadURL(url),
    app.url(),
  );
  const browser = await opened;
  await browser.getByLabel("Token").fill("wrong");
  await browser.getByRole("button", { name: "Open the console" }).click();
  await browser.getByText("The engine does not know this token.").waitFor();
  await browser.getByLabel("Token").fill(app.token);
  await browser.getByRole("button", { name: "Open the console" }).click();
  await browser.getByRole("row", { name: /Test alert from the console/ }).waitFor();
  await app.raise({ title: "Live in the browser", severity: "info" });
  await browser.getByRole("row", { name: /Live in the browser/ }).waitFor();
  await browser.goto(`${app.url()}/#token=${app.token}`);
  await browser.reload();
  await browser.getByRole("row", { name: /Live in the browser/ }).waitFor();
  expect(browser.url()).not.toContain(app.token);
  await browser.close();
});
