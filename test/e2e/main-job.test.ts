/**
 * The main job, with nothing but real parts: a Prometheus rule fires, a window is on the screen with a sound, the tray
 * counts, nobody acts, a mail is in a mailbox; somebody acknowledges, and it is over when Prometheus says so.
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DesktopApp, eventually, pause, screenshot } from "../support/desktop-app.ts";
import { loudness } from "../support/ear.ts";
import { startMailServer, type MailServer } from "../support/mail-server.ts";
import { startPrometheus, type Prometheus } from "../support/prometheus.ts";
import { trayItem } from "../support/tray.ts";

const key = "0123456789abcdef0123456789abcdef";
const silence = 0.001;

let mail: MailServer;
let app: DesktopApp;
let prometheus: Prometheus;

beforeAll(async () => {
  mail = await startMailServer();
  const folder = mkdtempSync(join(tmpdir(), "tocsin-main-job-"));
  writeFileSync(join(folder, "team.yaml"), JSON.stringify(teamFile(mail.smtpPort)));
  app = await DesktopApp.start({ folder, flags: ["--person", "ana"] });
  prometheus = await startPrometheus({
    target: new URL(app.url()).host,
    key,
    alertName: "DiskFull",
    summary: "Disk full on db-1",
    severity: "critical",
    expression: "vector(1)",
  });
});

afterAll(async () => {
  await prometheus?.stop();
  await app?.close();
  await mail?.stop();
});

test("from a Prometheus rule to a person who acts", async () => {
  const page = await app.page("alert");
  const dialog = page.getByRole("alertdialog", { name: /^Critical: Disk full on db-1/ });
  await dialog.waitFor({ timeout: 30_000 });
  await eventually(async () => expect((await app.window("Tocsin alert"))?.visible).toBe(true));
  screenshot("main-job-1-window");
  expect(await loudness(3_000), "the sound is really played").toBeGreaterThan(silence);
  await eventually(() => expect(trayItem().tooltip).toMatch(/\b1\b/));

  // Nobody acts: the next tier is Ben's, and Ben has no desktop here.
  const sent = await mail.waitForMail("ben", ({ subject }) => subject.includes("Disk full on db-1"), 30_000);
  expect(sent.text).toContain("Disk full on db-1");

  await page.getByRole("button", { name: /^Acknowledge/ }).click();
  await eventually(async () => expect((await app.window("Tocsin alert"))?.visible).toBe(false));
  await eventually(async () => expect(await loudness(1_000)).toBeLessThan(silence));
  const mailsAtAcknowledgement = (await mail.mailbox("ben").messages()).length;
  // Two more of the step's lengths.
  await pause(12_000);
  expect((await mail.mailbox("ben").messages()).length, "no mail after it").toBe(mailsAtAcknowledgement);
  expect((await mail.mailbox("chi").messages()).length).toBe(0);
  const [alert] = await app.alerts("open");
  expect(alert).toMatchObject({ status: "acknowledged", acknowledgedBy: "ana", title: "Disk full on db-1" });
  screenshot("main-job-2-acknowledged");

  prometheus.setExpression("vector(1) > 2");
  await eventually(async () => expect(await app.alerts("open")).toEqual([]), 30_000);
  expect(await app.alert(alert!.id)).toMatchObject({ status: "resolved" });
  await eventually(() => expect(trayItem().tooltip).not.toMatch(/\b1\b/));
});

test("Prometheus killed instead: the alert stays, and is marked stale", async () => {
  prometheus.setExpression("vector(1)");
  const page = await app.page("alert");
  await page.getByRole("alertdialog", { name: /^Critical: Disk full on db-1/ }).waitFor({ timeout: 30_000 });
  await prometheus.kill();
  const stale = await eventually(async () => {
    const [alert] = await app.alerts("open");
    expect(alert).toMatchObject({ status: "triggered", stale: true });
    return alert!;
  }, 60_000);
  await page.getByText("fell silent").first().waitFor();
  screenshot("main-job-3-stale");
  await pause(2_000);
  expect(await app.alert(stale.id)).toMatchObject({ status: "triggered", stale: true });
});

function teamFile(smtpPort: number) {
  const within = "6s";
  const people = ["ana", "ben", "chi"].map((id) => ({
    id,
    name: id,
    email: `${id}@tocsin.test`,
    notify: [
      { via: "desktop", after: "0s" },
      { via: "email", after: "30s" },
    ],
  }));
  return {
    version: 1,
    team: { name: "Platform", timeZone: "UTC" },
    people,
    policies: [
      {
        id: "default",
        steps: ["ana", "ben", "chi"].map((person, i) => ({
          notify: [{ person }],
          within: i === 1 ? "40s" : within,
        })),
      },
    ],
    routes: [{ match: {}, policy: "default" }],
    integrations: [{ id: "prometheus", type: "alertmanager", key }],
    email: { host: "127.0.0.1", port: smtpPort, secure: false, from: "Tocsin <tocsin@tocsin.test>" },
  };
}
