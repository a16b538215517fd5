/**
 * Attention, not delivery: how far an alert comes with the person before the screen, and that nobody is waited for who
 * cannot notice it. With the real mouse, sound server and mail server.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { DesktopApp, eventually, pause } from "../support/desktop-app.ts";
import { startMailServer, type MailServer } from "../support/mail-server.ts";

let mail: MailServer;
let app: DesktopApp;
/** Stands in for the session's own word, which this desktop has nobody to give. */
let sessionLock: string;

beforeAll(async () => {
  mail = await startMailServer();
  const folder = mkdtempSync(join(tmpdir(), "tocsin-presence-"));
  writeFileSync(join(folder, "team.yaml"), JSON.stringify(teamFile(mail.smtpPort)));
  sessionLock = join(folder, "locked");
  lock(false);
  writeFileSync(join(folder, "loginctl"), `#!/bin/sh\ncat "${sessionLock}"\n`);
  chmodSync(join(folder, "loginctl"), 0o755);
  process.env["PATH"] = `${folder}${delimiter}${process.env["PATH"]}`;
  process.env["XDG_SESSION_ID"] = "c1";
  app = await DesktopApp.start({ folder, flags: ["--person", "ana", "--hidden"] });
});

afterAll(async () => {
  await app?.close();
  await mail?.stop();
});

afterEach(async () => {
  mute(false);
  lock(false);
  for (const { id } of await app.alerts("open")) await resolve(id);
  await eventually(async () => expect((await app.window("Tocsin alert"))?.visible).toBe(false));
});

describe("the rungs", () => {
  test("arrived, drawn, sounding; a human only once somebody moves the mouse", async () => {
    moveMouse();
    // So that the last movement is plainly before the alert, and the meter has been seen to work.
    await pause(4000);
    const { id } = await app.raise({ title: "Rungs" });
    const before = await climbed(id, ["received", "drawn", "sounding"]);
    await pause(5000);
    expect(await rungsOf(id), "nobody has moved").toEqual(before);
    moveMouse();
    await climbed(id, ["received", "drawn", "sounding", "human"]);
    expect(await mails("Rungs"), "somebody who is there is waited for").toEqual([]);
  });

  test("a click in the window is a human too, at once", async () => {
    const { id } = await app.raise({ title: "Click" });
    await climbed(id, ["received", "drawn", "sounding"]);
    // A window that has just appeared takes no clicks.
    await pause(1000);
    const page = await app.page("alert");
    await page.getByRole("button", { name: "Acknowledge", exact: true }).click();
    await climbed(id, ["received", "drawn", "sounding", "human"]);
    await eventually(async () => {
      const kinds = (await app.alert(id)).timeline!.map(({ kind }) => kind);
      expect(kinds.indexOf("alert-acknowledged")).toBeGreaterThan(kinds.lastIndexOf("attention-reached"));
    });
  });
});

describe("who cannot notice it is not waited for", () => {
  test("a muted machine: the popup comes all the same, the mail at once, and no sound is claimed", async () => {
    moveMouse();
    mute(true);
    const { id } = await app.raise({ title: "Muted" });
    await mail.waitForMail("ana", ({ subject }) => subject.includes("Muted"), 10_000);
    await climbed(id, ["received", "drawn"]);
    await eventually(async () => expect((await app.window("Tocsin alert"))?.visible).toBe(true));
    expect(await said(id, "person-not-waited-for")).toEqual([expect.stringContaining("sound is off")]);
    await pause(3000);
    expect(await rungsOf(id)).not.toContain("sounding");
  });

  test("a locked session: the mail at once; unlocking it is a human", async () => {
    moveMouse();
    lock(true);
    const { id } = await app.raise({ title: "Locked" });
    await mail.waitForMail("ana", ({ subject }) => subject.includes("Locked"), 10_000);
    expect(await said(id, "person-not-waited-for")).toEqual([expect.stringContaining("locked")]);
    await climbed(id, ["received", "drawn", "sounding"]);
    await pause(3000);
    lock(false);
    moveMouse();
    await climbed(id, ["received", "drawn", "sounding", "human"]);
  });

  test("the same machine with its sound on is waited for again", async () => {
    moveMouse();
    const { id } = await app.raise({ title: "Loud again" });
    await climbed(id, ["received", "drawn", "sounding"]);
    await pause(3000);
    expect(await said(id, "person-not-waited-for")).toEqual([]);
    expect(await mails("Loud again")).toEqual([]);
  });
});

/** The rungs in the order of the alert's timeline. */
async function rungsOf(id: string): Promise<string[]> {
  const rungs = { Arrived: "received", Its: "drawn", It: "sounding", Somebody: "human" };
  return (await said(id, "attention-reached")).map(
    (text) => rungs[text.split(" ")[0] as keyof typeof rungs] ?? text,
  );
}

async function climbed(id: string, rungs: string[]): Promise<string[]> {
  await eventually(async () => expect(await rungsOf(id)).toEqual(rungs));
  return rungs;
}

async function said(id: string, kind: string): Promise<string[]> {
  const { timeline } = await app.alert(id);
  return timeline!.filter((entry) => entry.kind === kind).map(({ text }) => text ?? "");
}

async function mails(title: string): Promise<string[]> {
  return (await mail.mailbox("ana").messages())
    .map(({ subject }) => subject)
    .filter((subject) => subject.includes(title));
}

async function resolve(id: string): Promise<void> {
  const response = await fetch(`${app.url()}/api/v1/alerts/${id}/resolve`, {
    method: "POST",
    headers: { authorization: `Bearer ${app.token}` },
  });
  expect(response.ok).toBe(true);
}

let corner = 0;

/** A real movement, in an empty corner of the screen: not over the alert window. */
function moveMouse(): void {
  corner = (corner + 7) % 50;
  execFileSync("xdotool", ["mousemove", String(5 + corner), "5"]);
}

function lock(on: boolean): void {
  writeFileSync(sessionLock, on ? "yes\n" : "no\n");
}

function mute(on: boolean): void {
  execFileSync("pactl", ["set-sink-mute", "@DEFAULT_SINK@", on ? "1" : "0"]);
}

function teamFile(smtpPort: number) {
  return {
    version: 1,
    team: { name: "Platform", timeZone: "UTC" },
    people: [
      {
        id: "ana",
        name: "Ana",
        email: "ana@tocsin.test",
        notify: [
          { via: "desktop", after: "0s" },
          { via: "email", after: "2m" },
        ],
      },
    ],
    policies: [{ id: "default", steps: [{ notify: [{ person: "ana" }], within: "10m" }] }],
    routes: [{ match: {}, policy: "default" }],
    email: { host: "127.0.0.1", port: smtpPort, secure: false, from: "Tocsin <tocsin@tocsin.test>" },
  };
}
