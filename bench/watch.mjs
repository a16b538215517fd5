// A browser's view of an engine: a client hears of an alert once what happened to it is on disk. Used by benchmarks that
// ask when that was.
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";

/** `open`: how many alerts were open then. `onAlerts(alerts)` is called with each change. */
export async function watchAlerts({ url, token }, onAlerts = () => {}) {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/v1/stream`, ["tocsin.v1"], {
    headers: { authorization: `Bearer ${token}` },
  });
  const waiting = new Map();
  const welcome = new Promise((done) => {
    socket.on("message", (data) => {
      const message = JSON.parse(data);
      if (message.type === "welcome") done(message);
      if (message.type !== "alerts") return;
      const nowMs = performance.now();
      for (const { labels } of message.alerts) waiting.get(labels.number)?.(nowMs);
      onAlerts(message.alerts);
    });
  });
  await new Promise((done, fail) => socket.once("open", done).once("error", fail));
  socket.send(
    JSON.stringify({ type: "hello", version: 1, client: "browser", person: null, available: true }),
  );
  return {
    open: (await welcome).alerts.length,
    /** When the alert with this number was first heard of; ask before it is raised. */
    async untilHeard(number, limitMs = 20_000) {
      const heard = new Promise((done) => waiting.set(String(number), done));
      const at = await Promise.race([heard, pause(limitMs, null, { ref: false })]);
      if (at === null) throw new Error(`alert ${number} did not arrive at ${url}`);
      waiting.delete(String(number));
      return at;
    },
    close: () => socket.terminate(),
  };
}
