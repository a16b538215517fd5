// Several engines of one team: processes with data folders and identities of their own, paired by `tocsin invite` and
// `tocsin join` as people do it, linked by TLS on the loopback.
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { lineOf, newFolder, startProcess } from "./child-processes.mjs";
import { freePort } from "./free-port.mjs";
import { startTocsin } from "./tocsin.mjs";
import { BUILT } from "../scripts/setup/paths.mjs";

const AGREED_WITHIN_MS = 40_000;

/** The first one, who has the team file. Options as of `startTocsin`. */
export async function startFirst(options) {
  return startTocsin({ peers: `127.0.0.1:${await freePort()}`, ...options });
}

/** One more engine in the team of `first`; it takes part when this resolves, and may still be catching up. */
export async function startAnother(first, { peers, env } = {}) {
  const folder = newFolder("engine");
  const listenAt = peers ?? `127.0.0.1:${await freePort()}`;
  const { line } = await first.api("/api/v1/machines/invites", { role: "engine" });
  const words = ["join", line, "--peers", listenAt, "--data", join(folder, "data"), "--json"];
  await lineOf(startProcess(process.execPath, [BUILT.cli, ...words], { env }), "tocsin join");
  return startTocsin({ folder, peers: listenAt, joined: true, env });
}

/** Resolves once all of them see one another, have settled, and follow the same one; with that one. */
export async function agree(engines) {
  const lateMs = performance.now() + AGREED_WITHIN_MS;
  for (;;) {
    const seen = await Promise.all(engines.map((engine) => engine.api("/api/v1/machines")));
    const [{ coordinator }] = seen;
    const ofOneMind = seen.every((one) => one.coordinator === coordinator && !one.settling);
    if (coordinator !== null && ofOneMind && seen.every(({ awake }) => awake === engines.length))
      return engines[seen.findIndex(({ self }) => self.id === coordinator)];
    if (performance.now() > lateMs)
      throw new Error(`${engines.length} engines do not agree on who coordinates`);
    await pause(100);
  }
}
