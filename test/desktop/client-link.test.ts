/** Main's end of the client contract, over real ports. */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import type { ClientMessage, EngineMessage } from "#wire/client-contract";
import { ClientLink, type Port } from "../../src/desktop/main/client-link.ts";

const open: MessagePort[] = [];
afterEach(() => open.splice(0).forEach((port) => port.close()));

/** An engine's end of a channel, and the other end as Electron would hand it over. */
function channel() {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  const heard: ClientMessage[] = [];
  const waiting: ((message: ClientMessage) => void)[] = [];
  port1.on("message", (message: ClientMessage) => {
    heard.push(message);
    waiting.shift()?.(message);
  });
  const port: Port = {
    postMessage: (message) => port2.postMessage(message),
    on: (event: string, listener: (event: never) => void) =>
      port2.on(event, (data: unknown) => listener({ data } as never)),
    start: () => port2.start(),
    close: () => port2.close(),
  };
  return {
    port,
    heard,
    next: () => new Promise<ClientMessage>((resolve) => waiting.push(resolve)),
    say: (message: EngineMessage | unknown) => port1.postMessage(message),
    /** Answers every request from here on. */
    answerAll: () =>
      port1.on("message", (message: ClientMessage) => {
        if ("requestId" in message)
          port1.postMessage({ type: "answer", requestId: message.requestId, ok: true });
      }),
  };
}

const welcome: EngineMessage = {
  type: "welcome",
  version: 1,
  engineVersion: "1",
  url: "http://127.0.0.1:1",
  team: null,
  health: { ready: true, trusted: true, problems: [] },
  alerts: [],
};

function linkWith() {
  const messages: EngineMessage[] = [];
  const misunderstandings: string[] = [];
  const waiting: (() => void)[] = [];
  const tell = () => waiting.splice(0).forEach((resolve) => resolve());
  const link = new ClientLink(
    {
      onMessage: (message) => (messages.push(message), tell()),
      onMisunderstanding: (text) => (misunderstandings.push(text), tell()),
    },
    { person: "ana", available: true },
  );
  return {
    link,
    messages,
    misunderstandings,
    somethingHeard: () => new Promise<void>((resolve) => waiting.push(resolve)),
  };
}

test("says hello for its person, and matches answers to requests however they come", async () => {
  const { link, somethingHeard } = linkWith();
  const engine = channel();
  link.attach(engine.port);
  expect(await engine.next()).toEqual({
    type: "hello",
    version: 1,
    client: "desktop",
    person: "ana",
    available: true,
  });
  const heard = somethingHeard();
  engine.say(welcome);
  await heard;
  const first = link.request({ type: "open-alert", requestId: 0, alertId: "a" });
  const second = link.request({ type: "open-alert", requestId: 0, alertId: "b" });
  while (engine.heard.length < 3) await engine.next();
  const [, a, b] = engine.heard as { requestId: number }[];
  engine.say({ type: "answer", requestId: b!.requestId, ok: true, text: "b" });
  engine.say({ type: "answer", requestId: a!.requestId, ok: true, text: "a" });
  expect((await first).text).toBe("a");
  expect((await second).text).toBe("b");
});

test("a request made while the engine is away goes to the next one", async () => {
  const { link } = linkWith();
  const answer = link.request({ type: "open-alert", requestId: 0, alertId: "a" });
  const engine = channel();
  link.attach(engine.port);
  await engine.next();
  engine.say(welcome);
  const asked = await engine.next();
  expect(asked).toMatchObject({ type: "open-alert", alertId: "a" });
  engine.say({ type: "answer", requestId: (asked as { requestId: number }).requestId, ok: true });
  expect(await answer).toMatchObject({ ok: true });
});

test("what was under way when the engine died is answered with that", async () => {
  const { link, somethingHeard } = linkWith();
  const engine = channel();
  link.attach(engine.port);
  const heard = somethingHeard();
  engine.say(welcome);
  await heard;
  const answer = link.request({ type: "open-alert", requestId: 0, alertId: "a" });
  link.detach();
  expect(await answer).toMatchObject({
    ok: false,
    reason: "unreachable",
    text: expect.stringContaining("see whether it was done"),
  });
});

test("a new availability is told once, and kept for the next engine's hello", async () => {
  const { link, somethingHeard } = linkWith();
  const first = channel();
  link.attach(first.port);
  const heard = somethingHeard();
  first.say(welcome);
  await heard;
  link.announce({ person: "ben", available: false });
  link.announce({ person: "ben", available: false });
  while (first.heard.length < 2) await first.next();
  expect(first.heard.slice(1)).toEqual([{ type: "availability", person: "ben", available: false }]);
  const second = channel();
  link.attach(second.port);
  expect(await second.next()).toMatchObject({ type: "hello", person: "ben", available: false });
});

test("what became of the availability between hello and welcome is told with the welcome", async () => {
  const { link } = linkWith();
  const engine = channel();
  link.attach(engine.port);
  await engine.next();
  link.announce({ person: "ana", available: false });
  const told = engine.next();
  engine.say(welcome);
  expect(await told).toEqual({ type: "availability", person: "ana", available: false });
});

test.each([
  ["nonsense", { type: "welcome", alerts: "all" }, "does not understand"],
  ["another version", { ...welcome, version: 2 }, "install them together"],
])("%s is no welcome", async (_, message, text) => {
  const { link, messages, misunderstandings, somethingHeard } = linkWith();
  const engine = channel();
  link.attach(engine.port);
  const heard = somethingHeard();
  engine.say(message);
  await heard;
  expect(messages).toEqual([]);
  expect(misunderstandings[0]).toContain(text);
  expect(link.connected).toBe(false);
});

test("says whether somebody is here in its hello, then only what is new, at most once a second", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const { link, somethingHeard } = linkWith();
  link.tellPresence("idle");
  const engine = channel();
  link.attach(engine.port);
  expect(await engine.next()).toMatchObject({ type: "hello", presence: "idle" });
  const heard = somethingHeard();
  link.tellPresence("active");
  link.attention("early", "received");
  engine.say(welcome);
  await heard;
  const said = async () => {
    await link.request({ type: "schedules", requestId: 0 });
    return engine.heard.filter(({ type }) => type === "presence" || type === "attention");
  };
  engine.answerAll();
  expect(await said()).toEqual([{ type: "presence", presence: "active" }]);
  link.attention("a1", "sounding");
  for (const presence of ["muted", "active", "locked", "muted", "locked"] as const)
    link.tellPresence(presence);
  expect(await said()).toEqual([
    { type: "presence", presence: "active" },
    { type: "attention", actionId: "a1", rung: "sounding" },
  ]);
  const latest = engine.next();
  vi.advanceTimersByTime(1000);
  expect(await latest).toEqual({ type: "presence", presence: "locked" });
});
