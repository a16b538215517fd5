/** The client contract over a real WebSocket: who may open one, and what becomes of those that misbehave. */
import { describe, expect, onTestFinished, test } from "vitest";
import { connect } from "node:net";
import { WebSocket } from "ws";
import type { ClientOptions } from "ws";
import { alertOf } from "../support/fake-engine.ts";
import { signal, startApi, token } from "./api-server.ts";

const tokenMessage = JSON.stringify({ type: "token", token });

/** Every socket of a refused client that does not close its own end. */
async function halfOpen(port: number): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  socket.write(
    `GET /nope HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n",
  );
  await new Promise((resolve) => socket.once("end", resolve).resume());
  // The other end is gone for good, so this is answered with a reset.
  const reset = new Promise<boolean>((resolve) => socket.once("close", () => resolve(true)));
  const stays = new Promise<boolean>((resolve) => setTimeout(resolve, 2000, false));
  for (let n = 0; n < 3; n += 1) {
    socket.write("x");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return !(await Promise.race([reset, stays]));
}

/** Resolves when it is open (and has shown the token, if there is one to show), or with the status of the refusal. */
function open(
  port: number,
  first: string | null = tokenMessage,
  options: ClientOptions = {},
  path = "/api/v1/stream",
) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, options);
  onTestFinished(() => socket.terminate());
  const messages: { type: string }[] = [];
  const waiting: (() => void)[] = [];
  socket.on("message", (data) => {
    messages.push(JSON.parse(String(data)) as { type: string });
    for (const wake of waiting.splice(0)) wake();
  });
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  return new Promise<
    | number
    | {
        socket: WebSocket;
        messages: { type: string }[];
        next: (count: number) => Promise<void>;
        closed: Promise<number>;
      }
  >((resolve, reject) => {
    socket.on("unexpected-response", (_request, response) => resolve(response.statusCode!));
    socket.on("error", reject);
    socket.on("open", () => {
      if (first !== null) socket.send(first);
      resolve({
        socket,
        messages,
        closed,
        next: async (count) => {
          while (messages.length < count) await new Promise<void>((wake) => waiting.push(wake));
        },
      });
    });
  });
}

async function opened(...parameters: Parameters<typeof open>) {
  const result = await open(...parameters);
  if (typeof result === "number") throw new Error(`refused with ${result}`);
  return result;
}

const hello = JSON.stringify({ type: "hello", version: 1, client: "browser", person: null, available: true });

test("the token as the first message opens it; the conversation is the contract's", async () => {
  const { port, engine } = await startApi();
  engine.open(signal("a1"));
  const { socket, messages, next } = await opened(port, tokenMessage, {
    headers: { origin: `http://127.0.0.1:${port}` },
  });
  socket.send(hello);
  await next(1);
  expect(messages[0]).toMatchObject({ type: "welcome", alerts: [{ id: "a1" }] });
  socket.send(
    JSON.stringify({
      type: "command",
      requestId: 7,
      alertId: "a1",
      origin: "console",
      command: { kind: "acknowledge" },
    }),
  );
  await next(2);
  expect(messages[1]).toMatchObject({ type: "answer", requestId: 7, ok: true });
  engine.commit({ alerts: [alertOf(signal("a2"))] });
  await next(3);
  expect(messages[2]).toMatchObject({ type: "alerts", alerts: [{ id: "a2" }] });
});

test("a program may send the token as a header", async () => {
  const { port } = await startApi();
  const { socket, messages, next } = await opened(port, null, {
    headers: { authorization: `Bearer ${token}` },
  });
  socket.send(hello);
  await next(1);
  expect(messages[0]).toMatchObject({ type: "welcome" });
});

test("a refused client that keeps its end open keeps nothing here", async () => {
  const { port } = await startApi();
  expect(await halfOpen(port)).toBe(false);
});

describe("refused", () => {
  test.each<[string, number, Record<string, string>, string]>([
    ["with a wrong token in the header", 401, { authorization: "Bearer wrong" }, "/api/v1/stream"],
    ["from another site's page", 403, { origin: "https://evil.example" }, "/api/v1/stream"],
    ["from a page without origin", 403, { origin: "null" }, "/api/v1/stream"],
    ["under another name", 421, { host: "evil.example" }, "/api/v1/stream"],
    ["at another address", 404, {}, "/api/v1/alerts"],
  ])("%s: %i", async (_name, status, headers, path) => {
    const { port, lines } = await startApi();
    expect(await open(port, tokenMessage, { headers }, path)).toBe(status);
    expect(lines).toHaveLength(1);
  });

  test.each([
    ["a wrong token", JSON.stringify({ type: "token", token: "wrong" })],
    ["hello instead of the token", hello],
    ["no JSON", "token"],
  ])("%s: closed with 4401, and nothing said", async (_name, first) => {
    const { port, lines } = await startApi();
    const { closed, messages } = await opened(port, first, {}, `/api/v1/stream?token=${token}`);
    expect(await closed).toBe(4401);
    expect(messages).toEqual([]);
    expect(lines).toHaveLength(1);
  });

  test("no token in time, and many strangers, who take no client's place", async () => {
    const { port, clock } = await startApi({ streamLimits: { strangers: 2, tokenWithinMs: 1000 } });
    const strangers = [await opened(port, null), await opened(port, null)];
    expect(await open(port, null)).toBe(503);
    await opened(port, null, { headers: { authorization: `Bearer ${token}` } });
    clock.pass(1000);
    for (const { closed } of strangers) expect(await closed).toBe(4401);
  });

  test("strangers who have been silent for a second make room, the oldest first", async () => {
    const { port, clock } = await startApi({ streamLimits: { strangers: 2 } });
    const strangers = [await opened(port, null), await opened(port, null)];
    clock.pass(1000);
    const { socket, next } = await opened(port);
    expect(await strangers[0]!.closed).toBe(1006);
    socket.send(hello);
    await next(1);
    expect(strangers[1]!.socket.readyState).toBe(WebSocket.OPEN);
  });

  test("more clients than the limit: 503", async () => {
    const { port } = await startApi({ streamLimits: { clients: 1 } });
    const { socket, next } = await opened(port);
    socket.send(hello);
    await next(1);
    expect(await open(port)).toBe(503);
  });
});

describe("ended", () => {
  test.each<[string, string | Buffer]>([
    ["what is no JSON", "hello?"],
    ["what is no message", "{}"],
    ["what is binary", Buffer.from(hello)],
  ])("for %s", async (_name, message) => {
    const { port, lines } = await startApi();
    const { socket, closed } = await opened(port);
    socket.send(message);
    expect(await closed).toBe(1008);
    expect(lines).toHaveLength(1);
  });

  test("for a message over 64 KiB", async () => {
    const { port } = await startApi();
    const { socket, closed } = await opened(port);
    socket.send("x".repeat(70_000));
    expect(await closed).toBe(1009);
  });

  test("for not reading: memory stays bounded, the others are served", async () => {
    const { port, engine, clock, lines } = await startApi({ streamLimits: { unreadBytes: 100_000 } });
    const [slow, quick] = [await opened(port), await opened(port)];
    slow.socket.send(hello);
    quick.socket.send(hello);
    await slow.next(1);
    slow.socket.pause();
    const large = alertOf(
      signal("a1", {
        content: {
          severity: "info",
          title: "x",
          source: "x",
          labels: {},
          details: { log: "y".repeat(500_000) },
          links: [],
        },
      }),
    );
    let told = 0;
    while (lines.length === 0 && told < 200) {
      engine.commit({ alerts: [large] });
      clock.pass(100);
      told += 1;
      await quick.next(1 + told);
    }
    expect(lines).toEqual(["dropped a stream whose client reads too slowly"]);
    slow.socket.resume();
    await slow.closed;
  });

  test("for answering no ping", async () => {
    const { port, clock } = await startApi({ streamLimits: { pingMs: 1000 } });
    const { socket, closed } = await opened(port, null, {
      autoPong: false,
      headers: { authorization: `Bearer ${token}` },
    });
    const pinged = new Promise((resolve) => socket.on("ping", resolve));
    clock.pass(1000);
    await pinged;
    clock.pass(1000);
    expect(await closed).toBe(1006);
  });

  test("with the server", async () => {
    const { port, server } = await startApi();
    const { closed } = await opened(port);
    await server.close();
    expect(await closed).toBe(1006);
  });
});
