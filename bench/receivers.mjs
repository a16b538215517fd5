// Where notifications arrive, in this process: a mail server that takes everything (Tocsin's side), a webhook receiver
// (Alertmanager's side). Both write down when the whole notification was here, by the alert's number.
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { atTheEnd } from "./child-processes.mjs";

/** What has arrived: number of the alert -> `performance.now()`; resolves waits when enough is there. */
class Arrivals {
  at = new Map();
  #waiting = [];

  add(number, nowMs) {
    if (!this.at.has(number)) this.at.set(number, nowMs);
    for (const wait of this.#waiting) if (this.at.size >= wait.count) wait.done();
  }

  /** Resolves when `count` different alerts have been notified; rejects after `limitMs`, saying how many were. */
  async untilThereAre(count, limitMs = 60_000) {
    if (this.at.size >= count) return;
    let timer;
    await new Promise((done, fail) => {
      this.#waiting.push({ count, done });
      const late = () =>
        fail(new Error(`only ${this.at.size} of ${count} notifications within ${limitMs / 1000} s`));
      timer = setTimeout(late, limitMs);
    }).finally(() => clearTimeout(timer));
  }

  get last() {
    return Math.max(...this.at.values());
  }

  clear() {
    this.at.clear();
    this.#waiting = [];
  }
}

/** SMTP without TLS, login or PIPELINING (RFC 5321), as much as a client needs that sends one mail after another. */
export async function startMailSink() {
  const arrivals = new Arrivals();
  const server = createServer({ noDelay: true }, (socket) => {
    let text = "";
    let inData = false;
    const say = (line) => socket.write(`${line}\r\n`);
    const takeData = () => {
      const end = text.indexOf("\r\n.\r\n");
      if (end === -1) return false;
      const nowMs = performance.now();
      const number = /bench-(\d+)-/.exec(text)?.[1];
      if (number !== undefined) arrivals.add(Number(number), nowMs);
      text = text.slice(end + 5);
      inData = false;
      say("250 2.0.0 taken");
      return true;
    };
    const takeCommand = () => {
      const end = text.indexOf("\r\n");
      if (end === -1) return false;
      const verb = text.slice(0, 4).toUpperCase();
      text = text.slice(end + 2);
      if (verb === "DATA") {
        inData = true;
        say("354 go ahead");
      } else if (verb === "QUIT") socket.end("221 bye\r\n");
      else say(verb === "EHLO" ? "250-bench\r\n250 8BITMIME" : "250 ok");
      return true;
    };
    socket.on("data", (chunk) => {
      text += chunk.latin1Slice();
      while (inData ? takeData() : takeCommand());
    });
    socket.on("error", () => socket.destroy());
    say("220 bench ESMTP");
  });
  return { arrivals, ...(await listening(server)) };
}

/** Alertmanager's webhook receiver, as it has it in its documentation. */
export async function startWebhookReceiver() {
  const arrivals = new Arrivals();
  const server = createHttpServer({ noDelay: true }, (request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const nowMs = performance.now();
      response.end();
      for (const alert of JSON.parse(Buffer.concat(parts)).alerts)
        arrivals.add(Number(alert.labels.number), nowMs);
    });
  });
  server.keepAliveTimeout = 120_000; // longer than Go's 90 s, so that nothing is posted into a closing connection
  return { arrivals, ...(await listening(server)) };
}

async function listening(server) {
  const sockets = new Set();
  server.on("connection", (socket) => sockets.add(socket.once("close", () => sockets.delete(socket))));
  await new Promise((done, fail) => server.once("error", fail).listen(0, "127.0.0.1", done));
  const stop = atTheEnd(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  });
  return { port: server.address().port, stop };
}
