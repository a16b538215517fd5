// The peer: Debian's prometheus-alertmanager, on the loopback, telling a webhook. It keeps alerts in memory only.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { newFolder, removeFolder, startProcess } from "./child-processes.mjs";
import { freePort } from "./free-port.mjs";

const PROGRAM = "prometheus-alertmanager";

export function alertmanagerVersion() {
  const { stdout = "", stderr = "" } = spawnSync(PROGRAM, ["--version"], { encoding: "utf8" });
  return /version ([\d.]+)/.exec(stdout + stderr)?.[1] ?? "?";
}

/**
 * `groupBy`: `"..."` is one group for each alert, notified at once; a label's name gathers. The waits are the shortest
 * possible: its defaults are 30 s and 5 m. Returns `{ port, path, pid, readyMs, stop }`.
 */
export async function startAlertmanager({ webhookPort, groupBy = "...", groupInterval = "1s" }) {
  const folder = newFolder("alertmanager");
  const file = join(folder, "alertmanager.yml");
  writeFileSync(
    file,
    `route: { receiver: bench, group_by: ["${groupBy}"], group_wait: 0s, group_interval: ${groupInterval}, repeat_interval: 4h }
receivers:
  - name: bench
    webhook_configs: [{ url: "http://127.0.0.1:${webhookPort}/", send_resolved: false }]
`,
  );
  const port = await freePort(); // it takes no port 0
  const startedMs = performance.now();
  const child = startProcess(PROGRAM, [
    `--config.file=${file}`,
    `--storage.path=${join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--cluster.listen-address=",
    "--log.level=error",
  ]);
  child.stdout.resume();
  while (!(await isReady(port))) {
    if (!child.isRunning()) throw new Error(`${PROGRAM} ended: ${child.said()}`);
    await pause(2);
  }
  const readyMs = performance.now() - startedMs;
  const stop = async () => {
    child.kill();
    await child.exited;
    removeFolder(folder);
  };
  return { port, path: "/api/v2/alerts", pid: child.pid, readyMs, stop };
}

async function isReady(port) {
  return fetch(`http://127.0.0.1:${port}/-/ready`).then(
    (answer) => answer.ok,
    () => false,
  );
}
