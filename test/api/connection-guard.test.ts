/** A thousand connections that say nothing, or nothing to the end, keep nobody out who has a key (contract §4). */
import { connect, type Socket } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createHttpServer, type HttpLimits } from "#api/http-server";
import { Agent, request } from "node:http";
import { send } from "../support/http-client.ts";

vi.setConfig({ testTimeout: 30_000 });

async function start(limits: Partial<HttpLimits>) {
  const lines: string[] = [];
  const crowds: (string | null)[] = [];
  const log = { warn: (_: object, text: string) => void lines.push(text), error: () => {} } as never;
  const onCrowd = (text: string | null) => void crowds.push(text);
  const server = createHttpServer({ host: "127.0.0.1", port: 0, log, limits, onCrowd });
  onTestFinished(() => server.close());
  server.app.get("/in/key/ready", () => "yes");
  server.app.get("/in/other/ready", () => "yes");
  server.app.post("/in/key/json", () => "kept");
  // Answered when the test says so.
  const { promise, answerLate } = later();
  server.app.get("/in/key/late", () => promise.then(() => "at last"));
  server.app.get("/healthz", () => "fine");
  const listening = await server.listen();
  if (!listening.ok) throw new Error(listening.text);
  return { port: listening.port, lines, crowds, server: server.app.server, answerLate };
}

function later() {
  let answerLate = () => {};
  const promise = new Promise<void>((resolve) => (answerLate = resolve));
  return { promise, answerLate };
}

/** Says `text` and then nothing. */
function silent(port: number, text = ""): Socket & { readonly isGone: Promise<void> } {
  const socket = connect(port, "127.0.0.1", () => text !== "" && socket.write(text));
  const isGone = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  socket.on("error", () => {}).resume();
  onTestFinished(() => void socket.destroy());
  return Object.assign(socket, { isGone });
}

const connected = (sockets: readonly Socket[]) =>
  Promise.all(
    sockets.map((socket) =>
      socket.connecting ? new Promise((resolve) => socket.once("connect", resolve)) : null,
    ),
  );

const half = "POST /in/key/json HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{";

describe.each([
  ["say nothing", ""],
  ["never end their headers", "GET /in/key/ready HTTP/1.1\r\nHost: local"],
  ["never end their bodies", half],
])("connections that %s", (_, text) => {
  test("give way, oldest first; one line and one word, however many", async () => {
    const { port, lines, crowds, server } = await start({ strangers: 20 });
    const idle = Array.from({ length: 100 }, () => silent(port, text));
    await connected(idle);
    await Promise.all(idle.slice(0, 75).map(({ isGone }) => isGone));
    expect((await send(port, "/in/key/ready")).text).toBe("yes");
    const count = await new Promise((resolve) => server.getConnections((_error, open) => resolve(open)));
    expect(count).toBeLessThanOrEqual(21);
    expect(lines).toEqual(["too many connections without a key: hung up on those that waited longest"]);
    expect(crowds).toEqual([
      "More than 20 connections without a key wait at the HTTP port: the oldest are hung up on, and whoever has a key still gets in. Most of them are from 127.0.0.1. Find out what opens them, and stop it.",
    ]);
  });
});

test("a burst of alerts, each by a connection of its own, is heard in full", async () => {
  const { port, lines, answerLate } = await start({ strangers: 20, patienceMs: 300 });
  const post = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
  const answers = Array.from({ length: 150 }, () => send(port, "/in/key/json", post));
  expect((await Promise.all(answers)).map(({ text }) => text)).toEqual(answers.map(() => "kept"));
  // Also when it takes us longer than strangers may wait.
  const late = Array.from({ length: 50 }, () => send(port, "/in/key/late"));
  const idle = Array.from({ length: 21 }, () => silent(port));
  await idle[0]!.isGone;
  answerLate();
  expect((await Promise.all(late)).map(({ text }) => text)).toEqual(late.map(() => "at last"));
  expect(lines).toHaveLength(1);
});

test("one that has shown a key stays, however many strangers come; one that only asked how it goes does not", async () => {
  const { port } = await start({ strangers: 10 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const other = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => (agent.destroy(), other.destroy()));
  const [known, stranger] = [await ask(port, "/in/key/ready", agent), await ask(port, "/healthz", other)];
  const strangerGone = new Promise((resolve) => stranger.once("close", resolve));
  await connected(Array.from({ length: 50 }, () => silent(port)));
  await strangerGone;
  expect(known.destroyed).toBe(false);
  expect(await ask(port, "/in/key/ready", agent)).toBe(known);
});

test("a connection that says nothing is hung up on after a while, and the word about it goes", async () => {
  const { port, crowds } = await start({
    strangers: 5,
    patienceMs: 50,
    firstRequestMs: 200,
    tellEveryMs: 300,
  });
  const idle = Array.from({ length: 10 }, () => silent(port));
  await Promise.all(idle.map(({ isGone }) => isGone));
  await vi.waitFor(() => expect(crowds.at(-1)).toBeNull(), 5_000);
  expect(crowds[0]).toContain("More than 5");
  expect(crowds.length).toBeLessThanOrEqual(3);
});

describe("a tool that opens a connection for each alert and closes none", () => {
  const whole = "GET /in/key/ready HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const answered = (sockets: readonly Socket[]) =>
    Promise.all(
      sockets.map(
        (socket) => new Promise((resolve) => (socket.once("data", resolve), socket.once("close", resolve))),
      ),
    );

  test("shuts nobody else out, and is named for what it does", async () => {
    const { port, lines, crowds } = await start({ connections: 40, strangers: 20 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const other = await ask(port, "/in/other/ready", agent);
    for (let round = 0; round < 10; round++) {
      await answered(Array.from({ length: 10 }, () => silent(port, whole)));
      expect((await send(port, "/in/other/ready")).text).toBe("yes");
    }
    expect(await ask(port, "/in/other/ready", agent)).toBe(other);
    expect(lines).toEqual(["too many connections: hung up on those that were quiet longest"]);
    expect(crowds).toEqual([
      "More than 40 connections are open at the HTTP port: of the key with the most of them, those that were quiet longest are hung up on. Most of them are from 127.0.0.1. Find out what opens them and closes none, and stop it.",
    ]);
  });

  test("loses those that were quiet longest, and one that waits for its answer only when all of them do", async () => {
    const { port, answerLate } = await start({ connections: 10, strangers: 5 });
    const waiting = silent(port, whole);
    await answered([waiting]);
    waiting.write("GET /in/key/late HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const quiet = silent(port, whole);
    await answered([quiet]);
    for (let each = 0; each < 9; each++) await answered([silent(port, whole)]);
    await quiet.isGone;
    const said = new Promise<string>((resolve) => waiting.once("data", (data) => resolve(String(data))));
    answerLate();
    expect(await said).toContain("at last");
  });

  test("and one that stops half-way through its next message, too", async () => {
    const { port } = await start({ connections: 40, strangers: 20 });
    for (let round = 0; round < 10; round++) {
      const sockets = Array.from({ length: 10 }, () => silent(port, whole));
      await answered(sockets);
      for (const socket of sockets) socket.write(half);
      expect((await send(port, "/in/other/ready")).text).toBe("yes");
    }
  });
});

/** @returns the connection that it went over. */
function ask(port: number, path: string, agent: Agent): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, path, agent, host: "127.0.0.1" }, (answer) => {
      answer.resume().on("end", () => resolve(asked.socket!));
    });
    asked.on("error", reject).end();
  });
}
