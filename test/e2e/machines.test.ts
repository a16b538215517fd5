/**
 * The console's page of machines, in a browser on the real server and hub: what it says of a team, of a machine that is
 * alone and of one that is cut off; an invite from the form to the joined machine; changes, by keyboard.
 */
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { BearerToken } from "#api/bearer-token";
import { ClientHub } from "#api/client-hub";
import { createHttpServer, type HttpServer } from "#api/http-server";
import { pageRoutes } from "#api/pages";
import { serveStream } from "#api/stream";
import type { PersonId, PolicyId, TeamRevision } from "#domain/ids";
import type { Person, Team } from "#domain/team";
import { SystemClock } from "#system/system-clock";
import { appFolder, eventually, pause, screenshot } from "../support/desktop-app.ts";
import { CountingRandom, FakeEngine } from "../support/fake-engine.ts";
import { FakeMachines, machine, machineAlone, machinesOfThree } from "../support/fake-machines.ts";
import { PlainBrowser } from "../support/plain-browser.ts";

const token = "a-token-of-thirty-two-characters";
const machines = new FakeMachines();
let server: HttpServer;
let browser: PlainBrowser;
let page: Page;

beforeAll(async () => {
  const engine = new FakeEngine();
  engine.state.team = teamOf("ana", "ben", "chi");
  const clock = new SystemClock();
  const log = { warn: () => {}, error: () => {} } as never;
  server = createHttpServer({ host: "127.0.0.1", port: 0, log });
  const hub = new ClientHub({
    engine,
    random: new CountingRandom(),
    clock,
    engineVersion: "1.2.3",
    url: () => "",
    person: () => "ana" as PersonId,
    schedules: () => null,
    machines,
    log,
  });
  await server.app.register(pageRoutes({ directory: join(appFolder, "out", "renderer") }));
  serveStream(server.app, { clock, token: new BearerToken(token), hub, log });
  const listening = await server.listen();
  if (!listening.ok) throw new Error(listening.text);
  browser = await PlainBrowser.open(`${listening.url}/#token=${token}`);
  page = browser.page;
  await page.getByRole("link", { name: "Machines" }).click();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});
beforeEach(() => {
  machines.become(machinesOfThree());
  machines.changes.length = 0;
  machines.invited.length = 0;
});

test("says who coordinates, who is there and who sits where, and what differs", async () => {
  const [ana, ben, desk] = machinesOfThree().machines;
  machines.become(
    machinesOfThree({
      machines: [
        ana!,
        {
          ...ben!,
          clockDifferenceMs: -61_000,
          differences: ["Its time zone tables are 2024b, here they are 2025a."],
        },
        { ...desk!, since: hoursAgo(5) },
        machine("server", {
          name: "Build server",
          addresses: ["10.0.0.5:8744", "build.example.org:8744"],
          behind: 12,
        }),
      ],
      awake: 3,
      since: hoursAgo(3),
    }),
  );
  await page.getByText("Ana's laptop coordinates since").waitFor();
  await page.getByText("3 of 4 machines are connected, 3 engines are awake.").waitFor();
  const cards = page.getByRole("list", { name: "Machines of the team" });
  await expect(cards.getByRole("heading").allTextContents()).resolves.toEqual([
    "Ana's laptop",
    "Ben's laptop",
    "Build server",
    "Ben's desk",
  ]);
  const card = (name: string) => cards.getByRole("listitem", { name, exact: true });
  await card("Ana's laptop").getByText("Ana Ruiz: active here").waitFor();
  await card("Ana's laptop").getByText("Coordinates", { exact: true }).waitFor();
  await card("Ben's laptop").getByText("Ben Ruiz: locked").waitFor();
  await card("Ben's laptop").getByText("Its clock is 61 s behind").waitFor();
  await card("Ben's laptop").getByText("time zone tables are 2024b").waitFor();
  await card("Ben's desk")
    .getByText(/Ben Ruiz’s · Not connected since/)
    .waitFor();
  await card("Build server")
    .getByText(/Nobody’s/)
    .waitFor();
  screenshot("machines");
});

test("an invite: for whom and as what, the line, its code, the time left, and who came by it", async () => {
  machines.invitation = {
    ok: true,
    line: `tocsin://192.168.1.10:8744,10.0.0.3:8744/?f=${"ab".repeat(32)}&s=MDEyMzQ1Njc4OWFiY2RlZg&t=0011223344556677&n=Platform`,
    expiresAt: Date.now() + 15 * 60_000,
  };
  await page.getByRole("radio", { name: /^Desk/ }).check();
  await page.getByRole("combobox", { name: "Whose it is" }).selectOption("chi");
  await page.getByRole("button", { name: "Make an invite" }).press("Enter");
  await page.getByText(machines.invitation.line).waitFor();
  expect(machines.invited).toEqual([{ role: "desk", person: "chi" }]);
  await page.getByRole("img", { name: "The invite as a QR code" }).waitFor();
  await page.getByText(/Good for 14:\d\d, for one machine/).waitFor();
  await page.getByRole("img", { name: "The invite as a QR code" }).scrollIntoViewIfNeeded();
  screenshot("machines-invite");
  await browser.prefer("dark");
  await eventually(async () =>
    expect(await page.evaluate<string>("getComputedStyle(document.body).backgroundColor")).toBe(
      "rgb(26, 28, 30)",
    ),
  );
  // The colours fade.
  await pause(200);
  screenshot("machines-invite-dark");
  await browser.prefer("light");
  const { machines: known } = machinesOfThree();
  machines.become(
    machinesOfThree({
      machines: [...known, machine("chidesk", { name: "Chi's desk", role: "desk", person: "chi" })],
    }),
  );
  await page.getByText("Chi's desk has joined the team.").waitFor();
  await page.getByText(machines.invitation.line).waitFor({ state: "detached" });
});

test("an invite that is over goes from the screen; one that cannot be made says why", async () => {
  machines.invitation = { ok: true, line: "tocsin://short/?s=secret", expiresAt: Date.now() + 1500 };
  await page.getByRole("button", { name: /^Make/ }).click();
  await page.getByText("tocsin://short/?s=secret").waitFor();
  await page.getByText("The invite is over.").waitFor();
  await page.getByText("tocsin://short/?s=secret").waitFor({ state: "detached" });
  machines.invitation = { ok: false, text: "Port 8744 is in use." };
  await page.getByRole("button", { name: /^Make/ }).click();
  await page.getByRole("alert").getByText("Port 8744 is in use.").waitFor();
});

test("renames, gives to somebody else and revokes by keyboard, and asks before it locks a machine out", async () => {
  await page.getByRole("button", { name: "Change Ben's laptop" }).press("Enter");
  const card = page.getByRole("listitem", { name: "Ben's laptop", exact: true });
  await card.getByRole("textbox", { name: "Name" }).fill("Old laptop");
  await page.keyboard.press("Enter");
  await card.getByRole("combobox", { name: "Whose it is" }).selectOption("ana");
  await card.getByRole("button", { name: "Revoke…" }).press("Enter");
  await card.getByRole("group", { name: /Lock Ben's laptop out for good/ }).waitFor();
  screenshot("machines-revoke");
  // The harmless answer has the focus.
  await page.keyboard.press("Enter");
  await card.getByRole("button", { name: "Revoke…" }).press("Enter");
  await card.getByRole("button", { name: "Revoke it" }).press("Enter");
  await eventually(() =>
    expect(machines.changes).toEqual([
      { kind: "machine-changed", machineId: "benlaptop", name: "Old laptop" },
      { kind: "machine-changed", machineId: "benlaptop", person: "ana" },
      { kind: "machine-revoked", machineId: "benlaptop", by: "ana" },
    ]),
  );
  await page.getByRole("button", { name: "Change Ana's laptop" }).press("Enter");
  expect(
    await page
      .getByRole("listitem", { name: "Ana's laptop", exact: true })
      .getByRole("button")
      .allTextContents(),
  ).toEqual(["Done", "Rename"]);
  machines.answer = { ok: false, reason: "journal-unavailable", text: "The disk is full." };
  await page
    .getByRole("listitem", { name: "Ana's laptop", exact: true })
    .getByRole("combobox")
    .selectOption("chi");
  await page.getByRole("alert").getByText("The disk is full.").waitFor();
  await page.getByRole("button", { name: "Change Ana's laptop" }).press("Enter");
  machines.answer = { ok: true, alertId: null, effect: "done" };
});

test("cut off, or with one engine awake, it says so and what to do", async () => {
  const [ana, ben, desk] = machinesOfThree().machines;
  const away = { connected: false, people: [], since: hoursAgo(1) };
  const machinesThen = [ana!, { ...ben!, ...away }, { ...desk!, revokedAt: hoursAgo(2) }];
  machines.become(machinesOfThree({ machines: machinesThen, awake: 1 }));
  await page.getByText(/Only one engine is awake: if it sleeps, nobody escalates/).waitFor();
  await page.getByText("Revoked machines (1)").waitFor();
  machines.become(machinesOfThree({ machines: machinesThen, awake: 1, isolatedSince: hoursAgo(1) }));
  await page.getByText(/^ISOLATED since .* carries on alone/).waitFor();
  await page.evaluate("scrollTo(0, 0)");
  screenshot("machines-isolated");
});

test("a machine that is alone says what a second one is for, on a small screen too", async () => {
  machines.become(machineAlone());
  await page.getByRole("heading", { name: "Ana's laptop is alone" }).waitFor();
  await page.getByText("the other one carries on").waitFor();
  await page.getByRole("heading", { name: "Join a team" }).waitFor();
  screenshot("machines-alone");
  await browser.resize(380, 800);
  await eventually(async () => expect(await page.evaluate<number>("innerWidth")).toBe(380));
  await expectNothingCutOff();
  screenshot("machines-alone-small");
  machines.become(machinesOfThree());
  await page.getByRole("button", { name: "Change Ben's laptop" }).click();
  await expectNothingCutOff();
  screenshot("machines-small");
  await browser.resize(1100, 860);
});

test("a desk shows the machines and lets nobody in", async () => {
  machines.become(machinesOfThree({ self: { id: "bendesk", name: "Ben's desk", role: "desk" } }));
  await page.getByText("This machine is a desk").waitFor();
  expect(await page.getByRole("button").count()).toBe(0);
});

/** Nothing reaches beyond the window's side. */
async function expectNothingCutOff(): Promise<void> {
  const [content, window] = await page.evaluate<[number, number]>(
    "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
  );
  expect(content).toBe(window);
}

function hoursAgo(hours: number): string {
  return new Date(Date.now() - hours * 3_600_000).toISOString();
}

function teamOf(...ids: string[]): Team {
  const people: Person[] = ids.map((id) => ({
    id: id as PersonId,
    name: `${id.charAt(0).toUpperCase()}${id.slice(1)} Ruiz`,
    timeZone: "UTC",
    notify: [{ via: "desktop", afterMs: 0 }],
  }));
  const policy = "default" as PolicyId;
  return {
    revision: "r1" as TeamRevision,
    name: "Platform",
    timeZone: "UTC",
    people,
    groups: [],
    schedules: [],
    absences: [],
    policies: [{ id: policy, steps: [{ notify: [{ kind: "everyone" }], withinMs: 300_000 }], repeat: 0 }],
    routes: [{ match: {}, policy }],
    integrations: [],
    canEmail: false,
  };
}
