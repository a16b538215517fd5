/** A real Alertmanager (Debian's `prometheus-alertmanager`), with Tocsin as its receiver; for tests. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { send } from "./http-client.ts";

export interface Alertmanager {
  /** `127.0.0.1:PORT`, as Prometheus wants it. */
  readonly target: string;
  stop(): Promise<void>;
}

export interface Receivers {
  /** Where its webhook receiver posts. */
  readonly webhookUrl: string;
  /** Where its PagerDuty receiver posts, and with which key. */
  readonly pagerdutyUrl: string;
  readonly routingKey: string;
}

/** Tells both receivers of every alert at once. Resolves once it answers; rejects with what it said when it ends before. */
export async function startAlertmanager(receivers: Receivers): Promise<Alertmanager> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "tocsin-alertmanager-"));
  writeFileSync(join(folder, "alertmanager.yml"), JSON.stringify(configurationOf(receivers)));
  const args = [
    `--config.file=${join(folder, "alertmanager.yml")}`,
    `--storage.path=${join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--cluster.listen-address=",
  ];
  const child = spawn("prometheus-alertmanager", args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`${error.message}: is prometheus-alertmanager installed?`));
    child.once("exit", (code, signal) =>
      resolve(`Alertmanager ended with ${signal ?? code}: ${said.slice(-2000)}`),
    );
  });
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const ready = eventually(
    "Alertmanager answers",
    async () => (await send(port, "/-/ready")).status === 200,
    30_000,
  );
  const failure = await Promise.race([ready.then(() => null), ended]);
  if (failure !== null) {
    await stop();
    throw new Error(failure);
  }
  return { target: `127.0.0.1:${port}`, stop };
}

/** JSON is YAML. */
function configurationOf({ webhookUrl, pagerdutyUrl, routingKey }: Receivers): unknown {
  return {
    route: {
      receiver: "tocsin",
      group_by: ["..."],
      group_wait: "0s",
      group_interval: "1s",
      repeat_interval: "1h",
    },
    receivers: [
      {
        name: "tocsin",
        webhook_configs: [{ url: webhookUrl, send_resolved: true }],
        pagerduty_configs: [{ url: pagerdutyUrl, routing_key: routingKey, send_resolved: true }],
      },
    ],
  };
}
