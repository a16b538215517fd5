/**
 * The real Prometheus, Alertmanager and amtool against ingest and the engine that ships, its journal on disk. Prometheus
 * evaluates every second here; its defaults are a minute.
 */
import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { createHttpServer } from "#api/http-server";
import type { IntegrationId } from "#domain/ids";
import { LoopEngine } from "#engine/engine";
import { ingestRoutes } from "#ingest/routes";
import { openSqliteJournal } from "#journal/sqlite";
import { SystemClock } from "#system/system-clock";
import { SystemRandom } from "#system/system-random";
import { team } from "../support/team-builder.ts";

const key = "0123456789abcdef0123456789abcdef";
let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tools-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
});

async function startTocsin() {
  const clock = new SystemClock();
  const random = new SystemRandom();
  const { journal } = openSqliteJournal({ directory });
  const engine = new LoopEngine({
    clock,
    random,
    journal,
    channels: [],
    version: "test",
    log: () => {},
    onBroken: (error) => {
      throw error;
    },
  });
  void engine.submit({ kind: "team-loaded", team: team() });
  await engine.start();
  const lines: string[] = [];
  const log = {
    debug: () => {},
    warn: (_: object, text: string) => void lines.push(text),
    error: (_: object, text: string) => void lines.push(text),
  } as never;
  const server = createHttpServer({ host: "127.0.0.1", port: 0, log });
  const keys = [{ id: "tool" as IntegrationId, type: "alertmanager", key }];
  await server.app.register(ingestRoutes({ engine, random, clock, version: "1.2.3", log, keys: () => keys }));
  const listening = await server.listen();
  if (!listening.ok) throw new Error(listening.text);
  onTestFinished(async () => {
    await server.close();
    await engine.stop();
    journal.close();
  });
  const alerts = () => [...engine.state.open.values()].filter((alert) => alert.integration !== null);
  return { url: listening.url, port: listening.port, engine, alerts, lines };
}

function run(program: string, args: string[]): ChildProcess {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr!.on("data", (data) => (said += String(data)));
  child.on(
    "exit",
    (code) =>
      code !== null && code !== 0 && console.error(`${program} exited with ${code}: ${said.slice(-2000)}`),
  );
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.on("exit", () => resolve());
        child.kill("SIGKILL");
      }),
  );
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Looks until it is so, 40 s at most. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 40_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`${what}: not within 40 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function writeRules(expression: string): void {
  const rule = {
    alert: "DiskFull",
    expr: expression,
    labels: { severity: "page", disk: "sda" },
    annotations: {
      summary: "Disk sda is full — ünïcode ✓",
      runbook_url: "https://runbooks.example/disk",
    },
  };
  writeFileSync(
    join(directory, "rules.yml"),
    JSON.stringify({ groups: [{ name: "g", interval: "1s", rules: [rule] }] }),
  );
}

test("Prometheus fires, repeats, resolves, fires anew, and falls silent", async () => {
  const { port, engine, alerts, lines } = await startTocsin();
  writeRules("vector(1)");
  const configuration = {
    global: { evaluation_interval: "1s", scrape_interval: "1s" },
    rule_files: [join(directory, "rules.yml")],
    alerting: {
      alertmanagers: [{ path_prefix: `/in/${key}`, static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
    },
  };
  writeFileSync(join(directory, "prometheus.yml"), JSON.stringify(configuration));
  const prometheus = run("prometheus", [
    `--config.file=${join(directory, "prometheus.yml")}`,
    `--storage.tsdb.path=${join(directory, "tsdb")}`,
    `--web.listen-address=127.0.0.1:${await freePort()}`,
    "--rules.alert.resend-delay=1s",
  ]);

  await until("an alert", () => alerts().length === 1);
  const first = alerts()[0]!;
  expect(first).toMatchObject({
    title: "Disk sda is full — ünïcode ✓",
    severity: "critical",
    labels: { alertname: "DiskFull" },
    links: [{ href: "https://runbooks.example/disk", text: "runbook" }, { text: "Source" }],
  });
  await until("a refresh of it", () => (alerts()[0]?.staleAt ?? 0) > first.staleAt!);
  expect(alerts()).toMatchObject([{ id: first.id, occurrences: 1 }]);

  writeRules("vector(1) > 2");
  prometheus.kill("SIGHUP");
  await until("its end", () => alerts().length === 0);
  expect(engine.findAlert(first.id)).toMatchObject({ status: "resolved" });

  writeRules("vector(1)");
  prometheus.kill("SIGHUP");
  await until("the next one", () => alerts().length === 1);
  expect(alerts()[0]!.id).not.toBe(first.id);

  prometheus.kill("SIGKILL");
  await until("its silence", () => alerts()[0]?.stale === true);
  expect(alerts()).toMatchObject([{ status: "triggered", stale: true }]);
  expect(lines).toEqual([]);
}, 120_000);

test("Alertmanager hands on by webhook and by PagerDuty; amtool speaks to both", async () => {
  const { url, engine, alerts, lines } = await startTocsin();
  const configuration = {
    route: { receiver: "tocsin", group_by: ["alertname"], group_wait: "0s", group_interval: "1s" },
    receivers: [
      {
        name: "tocsin",
        webhook_configs: [{ url: `${url}/in/${key}/alertmanager` }],
        pagerduty_configs: [{ url: `${url}/v2/enqueue`, routing_key: key }],
      },
    ],
  };
  writeFileSync(join(directory, "alertmanager.yml"), JSON.stringify(configuration));
  const port = await freePort();
  run("prometheus-alertmanager", [
    `--config.file=${join(directory, "alertmanager.yml")}`,
    `--storage.path=${join(directory, "am")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--cluster.listen-address=",
  ]);
  const amtool = (base: string, ...args: string[]) =>
    promisify(execFile)("amtool", [
      `--alertmanager.url=${base}`,
      "alert",
      "add",
      "alertname=Cold",
      "severity=warning",
      ...args,
    ]);

  let ready = false;
  const ask = setInterval(
    () =>
      void fetch(`http://127.0.0.1:${port}/-/ready`).then(
        (answer) => (ready = answer.ok),
        () => {},
      ),
    100,
  );
  await until("Alertmanager", () => ready).finally(() => clearInterval(ask));
  await amtool(`http://127.0.0.1:${port}`, "--annotation=summary=It is cold");
  await until("both alerts", () => alerts().length === 2);
  expect(
    alerts()
      .map((alert) => [alert.title, alert.severity])
      .sort(),
  ).toEqual(
    [
      ["It is cold", "warning"],
      [expect.stringContaining("[FIRING:1] Cold"), "error"],
    ].sort(),
  );

  // Straight to Tocsin it is the same alert as by webhook.
  await amtool(`${url}/in/${key}`, "--annotation=summary=It is very cold");
  expect(alerts()).toHaveLength(2);
  const past = new Date(Date.now() - 1000).toISOString();
  await amtool(
    `http://127.0.0.1:${port}`,
    `--start=${new Date(Date.now() - 60_000).toISOString()}`,
    `--end=${past}`,
  );
  await until("the end of both", () => alerts().length === 0);
  expect(engine.health.ready).toBe(true);
  expect(lines).toEqual([]);
}, 120_000);
