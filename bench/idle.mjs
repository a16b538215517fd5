// The app in its tray with nothing to do, for a minute: memory, CPU time, wake-ups; and how long it takes to get there.
// Beside an empty Electron app with one icon and one hidden window, in the same minute on the same desktop.
import { setTimeout as pause } from "node:timers/promises";
import { lineOf, startProcess } from "./child-processes.mjs";
import { desktopEnvironment, emptyApp, tocsinApp } from "./electron-app.mjs";
import { median } from "./statistics.mjs";
import { usageOf } from "./usage.mjs";

const IDLE_MS = 60_000;
/** After the start, until everything that is done once has been done. */
const SETTLE_MS = 12_000;
const STARTS = 3;

export const idle = {
  name: "idle",
  needs: ["electron", "desktop"],
  async run({ report, say, electron }) {
    const { env, stop } = await desktopEnvironment();
    const apps = {
      tocsin: { of: tocsinApp, isReady: (line) => line.includes('"listening"') },
      peer: { of: emptyApp, isReady: (line) => line === "ready" },
    };
    const times = { tocsin: [], peer: [] };
    const running = {};
    for (let start = 0; start < STARTS; start++) {
      for (const [who, { of, isReady }] of Object.entries(apps)) {
        await running[who]?.stop();
        const startedMs = performance.now();
        const { args, env: itsOwn } = of(env);
        running[who] = startProcess(electron.executable, args, { env: itsOwn });
        await lineOf(running[who], who, isReady);
        times[who].push(performance.now() - startedMs);
      }
    }
    await pause(SETTLE_MS);
    const before = { tocsin: usageOf(running.tocsin.pid), peer: usageOf(running.peer.pid) };
    const startedMs = performance.now();
    await pause(IDLE_MS);
    const idleS = (performance.now() - startedMs) / 1000;
    const after = { tocsin: usageOf(running.tocsin.pid), peer: usageOf(running.peer.pid) };
    for (const app of Object.values(running)) await app.stop();
    await stop();

    const rate = (who, what) => (after[who][what] - before[who][what]) / idleS;
    for (const who of Object.keys(apps)) say(`${who}, idle: ${byKind(before[who], after[who], idleS)}`);
    const peerName = "empty Electron app";
    report({
      name: "idle-memory",
      what: "app in the tray, memory of all its processes (PSS)",
      value: after.tocsin.pssMiB,
      unit: "MiB",
      peer: after.peer.pssMiB,
      peerName,
      aim: { ratioBelow: 1.3 },
    });
    report({
      name: "idle-cpu",
      what: "the same, CPU time while idle",
      value: rate("tocsin", "cpuMs"),
      unit: "ms/s",
      peer: rate("peer", "cpuMs"),
      peerName,
    });
    report({
      name: "idle-wake-ups",
      what: "the same, wake-ups of all its threads",
      value: rate("tocsin", "wakeUps"),
      unit: "1/s",
      peer: rate("peer", "wakeUps"),
      peerName,
    });
    report({
      name: "app-start",
      what: "app start until tray and engine are ready | icon and window",
      value: median(times.tocsin),
      unit: "ms",
      peer: median(times.peer),
      peerName,
    });
  },
};

function byKind(before, after, idleS) {
  return Object.entries(after.byKind)
    .map(([kind, now]) => {
      const then = before.byKind[kind] ?? { cpuMs: 0, wakeUps: 0 };
      const [cpu, wakeUps] = [(now.cpuMs - then.cpuMs) / idleS, (now.wakeUps - then.wakeUps) / idleS];
      return `${kind} ${now.pssMiB.toFixed(0)} MiB ${cpu.toFixed(2)} ms/s ${wakeUps.toFixed(1)}/s`;
    })
    .join("; ");
}
