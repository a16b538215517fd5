// The product as it is built (out/), headless: `tocsin serve` with a team of one on a disk of its own.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lineOf, newFolder, removeFolder, startProcess } from "./child-processes.mjs";
import { BUILT } from "../scripts/setup/paths.mjs";

const KEY = "bench-bench-bench-bench-bench-bench";

/**
 * A team file in `folder`. `people`: their ids, all with this `notify` list; `steps`: the policy's tiers (default: the
 * first of them, an hour). JSON, which is YAML too.
 */
export function writeTeam(folder, { notify, mailPort, steps, people = ["ana"] }) {
  const file = join(folder, "team.yaml");
  const team = {
    version: 1,
    team: { name: "Bench", timeZone: "UTC" },
    people: people.map((id) => ({ id, name: id, email: `${id}@example.org`, notify })),
    policies: [{ id: "default", steps: steps ?? [{ notify: [{ person: people[0] }], within: "1h" }] }],
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

/** `notify` that mails at once, and one by which nobody hears of anything for as long as a benchmark lasts. */
export const mailAtOnce = [{ via: "email", after: "0s" }];
export const mailMuchLater = [{ via: "email", after: "30m" }];

/**
 * Starts the engine. Without `folder` in a new one. `peers`: `HOST:PORT` where other machines find it; `joined`: its team
 * file is the one of the team that it has joined; `env`: instead of ours. Returns `{ port, path, pid, url, token, folder,
 * readyMs, api, kill, exited, stop }`; `stop` kills it and removes the folder. With `TOCSIN_BENCH_PROFILE=FOLDER` each
 * engine leaves a CPU profile there.
 */
export async function startTocsin(options) {
  const { folder = newFolder("tocsin"), peers, joined = false, env, ...team } = options;
  const teamFile = joined ? [] : ["--team", writeTeam(folder, { notify: mailAtOnce, ...team })];
  const listening = peers === undefined ? [] : ["--peers", peers];
  const data = join(folder, "data");
  const startedMs = performance.now();
  const profile = process.env.TOCSIN_BENCH_PROFILE;
  const profiling = profile ? ["--cpu-prof", `--cpu-prof-dir=${profile}`] : [];
  const words = ["serve", ...teamFile, ...listening, "--data", data, "--port", "0", "--json"];
  const child = startProcess(process.execPath, [...profiling, BUILT.cli, ...words], { env });
  const { url } = JSON.parse(await lineOf(child, "tocsin serve"));
  const readyMs = performance.now() - startedMs;
  const stop = async () => {
    if (profile) await child.stop();
    child.kill();
    await child.exited;
    removeFolder(folder);
  };
  const token = readFileSync(join(data, "token"), "utf8").trim();
  const api = async (path, body) => {
    const answer = await fetch(`${url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
  return {
    port: Number(new URL(url).port),
    path: ingestPath,
    pid: child.pid,
    url,
    token,
    folder,
    readyMs,
    api,
    kill: child.kill,
    exited: child.exited,
    stop,
  };
}
