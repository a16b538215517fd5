/**
 * The whole way with real servers: Prometheus and Alertmanager from Debian → `tocsin serve` → exim4 → a mailbox read by
 * IMAP. Nothing here is a stand-in but the disk that is full.
 */
import { spawnSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AlertJson } from "#wire/alert-json";
import { startAlertmanager, type Alertmanager } from "../support/alertmanager.ts";
import { eventually } from "../support/eventually.ts";
import { startMailServer, type MailServer } from "../support/mail-server.ts";
import { startPrometheus, type Prometheus } from "../support/prometheus.ts";
import { keys, teamFile, writeTeamFile } from "../support/team-file.ts";
import { endProcesses, freshFolder, serve, type TocsinProcess } from "../support/tocsin-process.ts";
import { startWatchedThing, type WatchedThing } from "../support/watched-thing.ts";

/** What comes by way of Alertmanager is kept quiet: its mails would be in the way. */
const quickAndQuiet = {
  policies: [
    {
      id: "default",
      steps: [
        { notify: [{ person: "ana" }], within: "3s" },
        { notify: [{ person: "ben" }], within: "3s" },
      ],
    },
    { id: "quiet", steps: [{ notify: [{ person: "chi" }], within: "1h" }] },
  ],
  routes: [
    { match: { integration: "webhook" }, policy: "quiet" },
    { match: { integration: "events" }, policy: "quiet" },
    { match: {}, policy: "default" },
  ],
};

let mail: MailServer;
let tocsin: TocsinProcess;
let alertmanager: Alertmanager;
let watched: WatchedThing;
let prometheus: Prometheus;

beforeAll(async () => {
  [mail, watched] = await Promise.all([startMailServer(), startWatchedThing()]);
  const folder = freshFolder();
  const team = writeTeamFile(folder, teamFile({ mailPort: mail.smtpPort, change: quickAndQuiet }));
  tocsin = await serve({ data: folder, team });
  alertmanager = await startAlertmanager({
    webhookUrl: `${tocsin.url}/in/${keys.webhook}/alertmanager`,
    pagerdutyUrl: `${tocsin.url}/v2/enqueue`,
    routingKey: keys.events,
  });
  prometheus = await startPrometheus({
    target: `127.0.0.1:${tocsin.port}`,
    key: keys.prometheus,
    alsoTo: alertmanager.target,
    scrape: watched.target,
    alertName: "DiskFull",
    expression: "disk_full == 1",
    severity: "critical",
    summary: "Disk of {{ $labels.instance }} is full",
    annotations: { runbook_url: "https://example.org/disk" },
  });
}, 90_000);

afterAll(async () => {
  await prometheus?.stop();
  await alertmanager?.stop();
  await endProcesses();
  await Promise.all([mail?.stop(), watched?.stop()]);
});

/** The open alert that came by this way. */
const openFrom = async (integration: string): Promise<AlertJson | undefined> =>
  (await tocsin.alerts()).find((alert) => alert.integration === integration);
const mailsTo = async (user: string) => (await mail.mailbox(user).messages()).map(({ subject }) => subject);

test("a rule fires: the alert is open by all three ways", async () => {
  watched.fail(true);
  const direct = await eventually("from Prometheus", () => openFrom("prometheus"), 20_000);
  expect(direct).toMatchObject({
    severity: "critical",
    title: `Disk of ${watched.target} is full`,
    source: watched.target,
    labels: { alertname: "DiskFull", instance: watched.target, job: "db", severity: "critical" },
    policy: "default",
  });
  expect(direct.links.map(({ href }) => href)).toContain("https://example.org/disk");
  const webhook = await eventually("from Alertmanager's webhook", () => openFrom("webhook"), 20_000);
  expect(webhook).toMatchObject({
    severity: "critical",
    title: direct.title,
    dedupKey: direct.dedupKey,
    policy: "quiet",
  });
  const events = await eventually("from Alertmanager's PagerDuty receiver", () => openFrom("events"), 20_000);
  expect(events.title).toContain("DiskFull");
});

test("nobody acknowledges: the next tier's mail is in a real mailbox; an acknowledgement stops it", async () => {
  const { id } = (await openFrom("prometheus"))!;
  const subject = `[CRITICAL] Disk of ${watched.target} is full`;
  await mail.waitForMail("ana", (received) => received.subject === subject);
  const toBen = await mail.waitForMail("ben", (received) => received.text.includes(id));
  expect(toBen.subject).toBe(subject);
  expect(toBen.headers.get("x-tocsin-alert")).toEqual([id]);

  // While it is said again every second, nothing of that is news.
  expect(await tocsin.command<AlertJson>("ack", id)).toMatchObject({
    status: "acknowledged",
    occurrences: 1,
  });
  // What the server had taken by then may still be on its way into the mailbox.
  await pause(500);
  const [ana, ben] = [await mailsTo("ana"), await mailsTo("ben")];
  // More than twice the time of a step.
  await pause(7_000);
  expect([await mailsTo("ana"), await mailsTo("ben")]).toEqual([ana, ben]);
  expect(await mailsTo("chi")).toHaveLength(2);
});

test("it resolves: so do all three", async () => {
  watched.fail(false);
  await eventually("none is open", async () => (await tocsin.alerts()).length === 0, 20_000);
  const resolved = await tocsin.alerts("resolved");
  expect(resolved.map(({ integration }) => integration).toSorted()).toEqual([
    "events",
    "prometheus",
    "webhook",
  ]);
});

test("Prometheus is killed while an alert fires: it stays open, and is marked stale", async () => {
  watched.fail(true);
  const { id } = await eventually("fires anew", () => openFrom("prometheus"), 20_000);
  await prometheus.kill();
  // Its last word was valid for four resends.
  const stale = await eventually("stale", async () => {
    const alert = await tocsin.alert(id);
    return alert.stale === true && alert;
  });
  expect(stale.status).toBe("triggered");
  expect(stale.timeline!.map(({ kind }) => kind)).toContain("alert-went-stale");
  await tocsin.command("resolve", id);
});

describe("amtool", () => {
  const amtool = (...args: string[]) =>
    spawnSync("amtool", [`--alertmanager.url=${tocsin.url}/in/${keys.prometheus}`, ...args], {
      encoding: "utf8",
    });

  test("raises an alert", async () => {
    const { status, stderr } = amtool(
      ...["alert", "add", "alertname=ByHand", "severity=warning"],
      "--annotation=summary=From amtool",
    );
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/^(Warning: amtool version .* are different\.\n)?$/),
    ]);
    const alert = await eventually("it is open", async () =>
      (await tocsin.alerts()).find(({ title }) => title === "From amtool"),
    );
    expect(alert).toMatchObject({ severity: "warning", labels: { alertname: "ByHand" } });
  });

  test("ends it", async () => {
    const { status } = amtool(
      "alert",
      "add",
      "alertname=ByHand",
      "severity=warning",
      `--end=${new Date(Date.now() - 1000).toISOString()}`,
    );
    expect(status).toBe(0);
    await eventually(
      "it is not",
      async () => !(await tocsin.alerts()).some(({ title }) => title === "From amtool"),
    );
  });
});
