// The product as it is built (out/), headless: `tocsin serve` with a team of one on a disk of its own.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lineOf, newFolder, removeFolder, startProcess } from "./child-processes.mjs";
import { BUILT } from "../scripts/setup/paths.mjs";

const KEY = "bench-bench-bench-bench-bench-bench";

/**
 * A team file in `folder`. `notify`: the one person's `notify` list; `steps`: the policy's tiers (default: that person,
 * an hour). JSON, which is YAML too.
 */
export function writeTeam(folder, { notify, mailPort, steps }) {
  const file = join(folder, "team.yaml");
  const team = {
    version: 1,
    team: { name: "Bench", timeZone: "UTC" },
    people: [{ id: "ana", name: "Ana", email: "ana@example.org", notify }],
    policies: [{ id: "default", steps: steps ?? [{ notify: [{ person: "ana" }], within: "1h" }] }],
    routes: [{ match: {}, policy: "default" }],
    integrations: [{ id: "prometheus", type: "alertmanager", key: KEY }],
    ...(mailPort && {
      email: { host: "127.0.0.1", port: mailPort, secure: false, from: "Tocsin <tocsin@example.org>" },
    }),
  };
  writeFileSync(file, JSON.stringify(team, null, 2));
  return file;
}

/** Where an alert is posted to. */
export const ingestPath = `/in/${KEY}/api/v2/alerts`;

/** `notify` that mails at once. */
export const mailAtOnce = [{ via: "email", after: "0s" }];

/**
 * Starts the engine. Without `folder` in a new one. Returns `{ port, path, pid, url, token, readyMs, kill, exited, stop }`;
 * `stop` kills it and removes the folder. With `TOCSIN_BENCH_PROFILE=FOLDER` each engine leaves a CPU profile there.
 */
export async function startTocsin({ notify = mailAtOnce, mailPort, steps, folder = newFolder("tocsin") }) {
  const team = writeTeam(folder, { notify, mailPort, steps });
  const startedMs = performance.now();
  const profile = process.env.TOCSIN_BENCH_PROFILE;
  const profiling = profile ? ["--cpu-prof", `--cpu-prof-dir=${profile}`] : [];
  const child = startProcess(process.execPath, [
    ...profiling,
    BUILT.cli,
    ...["serve", "--team", team, "--data", join(folder, "data"), "--port", "0", "--json"],
  ]);
  const { url } = JSON.parse(await lineOf(child, "tocsin serve"));
  const readyMs = performance.now() - startedMs;
  const stop = async () => {
    if (profile) await child.stop();
    child.kill();
    await child.exited;
    removeFolder(folder);
  };
  const token = readFileSync(join(folder, "data/token"), "utf8").trim();
  return {
    port: Number(new URL(url).port),
    path: ingestPath,
    pid: child.pid,
    url,
    token,
    readyMs,
    kill: child.kill,
    exited: child.exited,
    stop,
  };
}
