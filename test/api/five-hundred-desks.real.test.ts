/** One engine, 500 desks on real sockets with TLS: how long it takes until the last of them has heard. Prints its figures. */
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import selfsigned from "selfsigned";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { ClientHub } from "#api/client-hub";
import type { PersonId } from "#domain/ids";
import { SystemClock } from "#system/system-clock";
import { CountingRandom, FakeEngine, alertOf } from "../support/fake-engine.ts";
import { signal, team } from "./api-server.ts";

const deskCount = 500;
const engine = new FakeEngine();
engine.state.team = team;
let server: Server;
let hub: ClientHub;
const desks: { socket: WebSocket; last: string }[] = [];
let heard = () => {};
/** When the hub handed the last message to a socket. */
let lastSentAt = 0;

beforeAll(async () => {
  for (let i = 0; i < 100; i += 1) {
    const alert = alertOf(signal(`open${i}`));
    engine.state.open.set(alert.id, alert);
  }
  const { cert, private: key } = await selfsigned.generate([{ name: "commonName", value: "tocsin" }]);
  hub = new ClientHub({
    engine,
    random: new CountingRandom(),
    clock: new SystemClock(),
    engineVersion: "1",
    url: () => "",
    person: () => null,
    schedules: () => null,
    log: { warn: () => {}, error: () => {} } as never,
  });
  server = createServer({ cert, key });
  let arrived = 0;
  new WebSocketServer({ server, perMessageDeflate: false }).on("connection", (socket) => {
    const person = `p${arrived++}` as PersonId;
    const sendText = (text: string) => {
      socket.send(text);
      lastSentAt = performance.now();
    };
    hub.attach({
      desk: { person: () => person },
      send: (message) => sendText(JSON.stringify(message)),
      sendText,
      onMessage: (listener) => void socket.on("message", (data) => listener(JSON.parse(String(data)))),
      onClose: (listener) => void socket.on("close", listener),
      close: () => socket.close(),
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterAll(() => {
  hub.close();
  for (const { socket } of desks) socket.terminate();
  server.close();
});

test("all of them come, and hear of a change at once", async () => {
  const { port } = server.address() as AddressInfo;
  const attaching = performance.now();
  const welcomed = counted();
  for (let i = 0; i < deskCount; i += 1) {
    const socket = new WebSocket(`wss://127.0.0.1:${port}`, { rejectUnauthorized: false });
    const desk = { socket, last: "" };
    desks.push(desk);
    socket.on("open", () =>
      socket.send(
        JSON.stringify({ type: "hello", version: 1, client: "desktop", person: null, available: true }),
      ),
    );
    socket.on("message", (data) => {
      desk.last = String(data);
      heard();
    });
  }
  await welcomed;
  const attachedMs = performance.now() - attaching;
  expect(hub.desktops.people()).toHaveLength(deskCount);

  const sent: number[] = [];
  const arrived: number[] = [];
  for (let round = 0; round < 50; round += 1) {
    // A quiet engine tells at once; this is not the storm's rule.
    await new Promise((resolve) => setTimeout(resolve, 60));
    const everybody = counted();
    const committedAt = performance.now();
    engine.commit({ alerts: [alertOf(signal(`a${round}`), { status: "acknowledged" })] });
    sent.push(lastSentAt - committedAt);
    await everybody;
    arrived.push(performance.now() - committedAt);
    for (const { last } of desks) expect(last).toContain(`"a${round}"`);
  }
  const say = (name: string, values: number[]) =>
    `${name} p50 ${at(values, 0.5)} ms, p99 ${at(values, 0.99)} ms`;
  console.log(
    `${deskCount} desks with TLS: attached and welcomed with 100 alerts in ${attachedMs.toFixed(0)} ms;`,
    `${say("commit to last send", sent)}; ${say("commit to last desk", arrived)}`,
    "(the desks share this process)",
  );
  // What a person would notice; the figures are far below it on a quiet machine.
  expect(Math.max(...sent)).toBeLessThan(1000);
  expect(Math.max(...arrived)).toBeLessThan(2000);
});

/** Resolves once every desk has heard one more message. */
function counted(): Promise<void> {
  let missing = deskCount;
  return new Promise((resolve) => {
    heard = () => {
      missing -= 1;
      if (missing === 0) resolve();
    };
  });
}

function at(values: number[], share: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(1);
}
