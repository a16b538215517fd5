/**
 * Two apps on one desktop: one invites, the other joins as a desk from its console, and from then on shows and
 * acknowledges what the first one's engine says.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import type { InviteJson, MachinesJson } from "#wire/machines-json";
import { DesktopApp, eventually, screenshot } from "../support/desktop-app.ts";
import { freePort } from "../support/free-port.ts";
import { menuEntries, trayItem } from "../support/tray.ts";

let inviting: DesktopApp;
let joining: DesktopApp;
let page: Page;

beforeAll(async () => {
  const peers = `127.0.0.1:${await freePort()}`;
  inviting = await DesktopApp.start({
    people: ["ana", "ben"],
    flags: ["--person", "ana", "--peers", peers, "--hidden"],
  });
  joining = await DesktopApp.start({ ownTeam: false });
  page = await joining.page("console");
});
afterAll(async () => {
  await joining?.close();
  await inviting?.close();
});

test("a wrong invite is refused with the reason, and the machine goes on alone", async () => {
  await page.getByRole("link", { name: "Machines" }).click();
  await page.getByRole("heading", { name: /is alone$/ }).waitFor();
  await page.getByRole("textbox", { name: "Invite" }).fill("tocsin://127.0.0.1:9/?f=abc");
  await page.getByRole("button", { name: "Join" }).click();
  await page
    .getByRole("alert")
    .getByText(/This invite/)
    .waitFor();
  await page.getByRole("heading", { name: /is alone$/ }).waitFor();
});

test("with a good invite it becomes a desk of that team, of the person that the invite names", async () => {
  const invite = await call<InviteJson>(inviting, "POST", "/api/v1/machines/invites", {
    role: "desk",
    person: "ben",
  });
  await page.getByRole("textbox", { name: "Invite" }).fill(invite.line);
  await page.keyboard.press("Enter");
  await page.getByText("Ben Ruiz’s machine · Platform").waitFor({ timeout: 30_000 });
  await page.getByText("This machine is a desk").waitFor();
  await page.getByText("2 of 2 machines are connected, 1 engine is awake.").waitFor();
  screenshot("machines-desk");
  await eventually(() => expect(trayItem().tooltip).toMatch(/ coordinates · 2 of 2 machines connected$/));
  expect(menuEntries()[1]).toMatchObject({
    label: expect.stringMatching(/ coordinates · 2 of 2 machines connected$/),
    enabled: false,
  });
  const { machines } = await call<MachinesJson>(inviting, "GET", "/api/v1/machines");
  expect(machines.map(({ role, person }) => [role, person])).toEqual([
    ["engine", "ana"],
    ["desk", "ben"],
  ]);
});

test("an alert of the team shows on the desk, and is acknowledged there in its person's name", async () => {
  const { id } = await inviting.raise({ title: "Shown on a desk" });
  await call(inviting, "POST", `/api/v1/alerts/${id}/escalate`);
  const alert = await joining.page("alert");
  await alert.getByRole("alertdialog", { name: /^Critical.*Shown on a desk/i }).waitFor();
  await eventually(async () => expect((await joining.window("Tocsin alert"))?.visible).toBe(true));
  const button = alert.getByRole("button", { name: /^Acknowledge/ });
  await eventually(async () => {
    // What comes in the window's first half second is not taken.
    if (await button.isVisible()) await button.click({ timeout: 1000 }).catch(() => undefined);
    expect((await inviting.alert(id)).status).toBe("acknowledged");
  });
  expect((await inviting.alert(id)).acknowledgedBy).toBe("ben");
});

test("without its engine the desk says that it is not to be trusted, and comes back with it", async () => {
  process.kill(await inviting.enginePid(), "SIGSTOP");
  await page.getByText(/No engine of the team can be reached/).waitFor({ timeout: 30_000 });
  await page.getByText("1 of 2 machines is connected, 0 engines are awake.").waitFor();
  screenshot("machines-desk-alone");
  process.kill(await inviting.enginePid(), "SIGCONT");
  await page
    .getByText(/No engine of the team can be reached/)
    .waitFor({ state: "detached", timeout: 30_000 });
});

async function call<Answer>(app: DesktopApp, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${app.url()}${path}`, {
    method,
    headers: { authorization: `Bearer ${app.token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
