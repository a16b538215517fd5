// The load: alerts as Prometheus posts them, over keep-alive connections on the loopback. The same for every peer.
// HTTP by hand over `node:net`, since the generator shares the processors with what it measures.
import { createConnection } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** One alert; `number` comes back in what is notified about it. About 350 bytes, like a small Prometheus rule's. */
export function alertNumber(number) {
  return {
    labels: {
      alertname: "DiskWillFill",
      number: String(number),
      group: String(number % 50),
      severity: "critical",
      instance: `node${number % 400}.example.org:9100`,
      job: "node",
    },
    annotations: {
      summary: `bench-${number}- disk of node${number % 400} fills within four hours`,
      description: "At the present rate the file system mounted at /var will be full within four hours.",
    },
    generatorURL: "http://prometheus.example.org/graph?g0.expr=disk",
  };
}

/** `count` alerts, `perRequest` in each body, numbered from `first` on. */
export function alertBodies({ count, perRequest = 1, first = 0 }) {
  const bodies = [];
  for (let from = 0; from < count; from += perRequest) {
    const alerts = Array.from({ length: Math.min(perRequest, count - from) }, (_, i) =>
      alertNumber(first + from + i),
    );
    bodies.push(JSON.stringify(alerts));
  }
  return bodies;
}

/**
 * Posts `bodies`, each connection one at a time, or one every `everyMs` when that is given; waits for `afterEach(index)`.
 * Returns `{ sentAt, answeredAt, tookMs }` (ms of `performance.now()`, the first two by body). Rejects on any answer but 200.
 */
export async function post({ port, path, bodies, connections = 1, everyMs = 0, afterEach }) {
  const requests = bodies.map((body) =>
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  );
  const sentAt = new Float64Array(bodies.length);
  const answeredAt = new Float64Array(bodies.length);
  const clients = await Promise.all(Array.from({ length: connections }, () => connect(port)));
  const startedMs = performance.now();
  let next = 0;
  const work = async (client) => {
    while (next < requests.length) {
      const index = next++;
      if (everyMs > 0) await pause(Math.max(0, startedMs + index * everyMs - performance.now()));
      sentAt[index] = performance.now();
      const status = await client.send(requests[index]);
      answeredAt[index] = performance.now();
      if (status !== 200) throw new Error(`request ${index} was answered ${status}`);
      await afterEach?.(index);
    }
  };
  try {
    await Promise.all(clients.map(work));
  } finally {
    for (const client of clients) client.close();
  }
  return { sentAt, answeredAt, tookMs: performance.now() - startedMs };
}

/** How long each request took until its answer, ms. */
export function answerTimes({ sentAt, answeredAt }) {
  return Array.from(sentAt, (at, index) => answeredAt[index] - at);
}

function connect(port) {
  return new Promise((connected, fail) => {
    const socket = createConnection({ port, host: "127.0.0.1", noDelay: true });
    let received = "";
    let waiting = { done: () => {}, fail };
    socket.on("data", (chunk) => {
      received += chunk.latin1Slice();
      const status = takeAnswer();
      if (status !== null) waiting.done(status);
    });
    const takeAnswer = () => {
      const end = received.indexOf("\r\n\r\n");
      if (end === -1) return null;
      const length = Number(/^content-length: *(\d+)/im.exec(received.slice(0, end))?.[1] ?? 0);
      if (received.length < end + 4 + length) return null;
      const status = Number(received.slice(9, 12));
      received = received.slice(end + 4 + length);
      return status;
    };
    socket.on("error", (error) => waiting.fail(error));
    socket.on("close", () => waiting.fail(new Error("the connection was closed")));
    socket.on("connect", () =>
      connected({
        send: (request) =>
          new Promise((done, failed) => {
            waiting = { done, fail: failed };
            socket.write(request);
          }),
        close: () => {
          waiting = { done: () => {}, fail: () => {} };
          socket.destroy();
        },
      }),
    );
  });
}
