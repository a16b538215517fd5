// From POST to something to see: the real app on a virtual desktop, until its alert window is visible and the page has
// drawn the alert (two animation frames after it is in the page). Between two alerts the window is hidden again.
import { spawnSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { _electron } from "playwright-core";
import { atTheEnd } from "./child-processes.mjs";
import { desktopEnvironment, tocsinApp } from "./electron-app.mjs";
import { alertNumber, post } from "./load-generator.mjs";
import { median, percentile } from "./statistics.mjs";
import { ingestPath } from "./tocsin.mjs";

const ALERTS = 60;
const WARM_UP = 3;
const HIDDEN_WITHIN_MS = 5000;

export const window = {
  name: "window",
  needs: ["electron", "desktop"],
  async run({ report, electron }) {
    const { env, stop } = await desktopEnvironment();
    const app = await _electron.launch({ executablePath: electron.executable, ...tocsinApp(env) });
    const close = atTheEnd(() => app.close());
    const port = await portOf(app);
    const page = await pageOf(app, "alert.html");
    await app.evaluate(rememberShown, page.url());
    const times = [];
    for (let number = 0; number < WARM_UP + ALERTS; number++) {
      const tookMs = await measure(app, page, port, number);
      if (number >= WARM_UP) times.push(tookMs);
      if (number === 0 && !xServerShows(env))
        throw new Error("the X server does not show the window that is said to be visible");
      await post({ port, path: ingestPath, bodies: [resolved(number)] });
      await untilHidden(app);
      await pause(50 + ((number * 37) % 100)); // not in step with any timer
    }
    report({
      name: "window-visible-p50",
      what: `POST -> alert window visible and drawn, ${ALERTS} alerts, p50`,
      value: median(times),
      unit: "ms",
    });
    report({
      name: "window-visible-p99",
      what: "the same, p99",
      value: percentile(times, 99),
      unit: "ms",
      aim: { below: 250 },
    });
    await close();
    await stop();
  },
};

async function measure(app, page, port, number) {
  if ((await app.evaluate(() => globalThis.benchShown())).visible)
    throw new Error("the alert window is visible already");
  const text = alertNumber(number).annotations.summary;
  const drawnAt = page.evaluate(untilDrawn, text);
  await page.evaluate(() => null); // the watcher above is in place now
  const sentAt = Date.now();
  await post({ port, path: ingestPath, bodies: [JSON.stringify([alertNumber(number)])] });
  const drawn = await drawnAt;
  const { visible, shownAt } = await app.evaluate(() => globalThis.benchShown());
  if (!visible || shownAt < sentAt)
    throw new Error(`alert ${number} is drawn, but its window is not visible`);
  return Math.max(drawn, shownAt) - sentAt;
}

/** In the page: resolves with the wall clock when `text` has been in two frames. */
function untilDrawn(text) {
  return new Promise((done) => {
    const look = () => {
      if (!document.body.textContent.includes(text)) return;
      observer.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => done(Date.now())));
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  });
}

/** In the main process: when the alert window was last shown. */
function rememberShown({ BrowserWindow }, url) {
  const window = BrowserWindow.getAllWindows().find((one) => one.webContents.getURL() === url);
  let shownAt = 0;
  window.on("show", () => (shownAt = Date.now()));
  globalThis.benchShown = () => ({ visible: window.isVisible(), shownAt });
}

/** Somebody else's word for it. */
function xServerShows(env) {
  const found = spawnSync("xdotool", ["search", "--onlyvisible", "--name", "^Tocsin alert"], {
    env,
    encoding: "utf8",
  });
  return found.status === 0 && found.stdout.trim() !== "";
}

function resolved(number) {
  const end = new Date(Date.now() - 1000).toISOString();
  return JSON.stringify([{ ...alertNumber(number), endsAt: end }]);
}

async function untilHidden(app) {
  const untilMs = performance.now() + HIDDEN_WITHIN_MS;
  while ((await app.evaluate(() => globalThis.benchShown())).visible) {
    if (performance.now() > untilMs) throw new Error("the alert window stays, though nothing is open");
    await pause(20);
  }
}

function portOf(app) {
  return new Promise((done, fail) => {
    const child = app.process();
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      const line = /^\{"event":"listening".*\}$/m.exec(text)?.[0];
      if (line) done(Number(new URL(JSON.parse(line).url).port));
    });
    child.once("exit", (code) => fail(new Error(`the app ended with ${code}`)));
  });
}

async function pageOf(app, name) {
  for (;;) {
    const page = app.windows().find((one) => one.url().includes(name));
    if (page) {
      await page.waitForLoadState("load");
      return page;
    }
    await app.waitForEvent("window", { timeout: 30_000 });
  }
}
