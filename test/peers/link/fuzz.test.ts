/**
 * A hundred thousand frames at whatever reads them, without a network, and two thousand over a real one: nothing crashes,
 * nothing gets in without its certificate, and what gets through is valid.
 */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { MachineId } from "#domain/ids";
import { exchangeHellos } from "#peers/link/hello";
import { decodeMessage } from "#peers/link/peer-message";
import type { TextSocket } from "#peers/link/text-socket";
import { PairingDesk } from "#peers/pairing/pairing-desk";
import { joinAnswer, joinMessage, pairingPath } from "#wire/pairing-contract";
import { maxPeerMessageBytes, peerMessage, peerPath } from "#wire/peer-contract";
import { invitingMachine } from "../../support/inviting-machine.ts";
import { closeServers, freshIdentity, helloFor, Roster, teamId, until } from "../../support/peer-machines.ts";
import { rawLink } from "../../support/raw-link.ts";

afterEach(closeServers);

const machine = "0123456789abcdefghjkmnpqrs" as MachineId;
const hello = {
  type: "hello",
  version: 1,
  oldest: 1,
  machine,
  team: teamId,
  role: "engine",
  tocsin: "fuzz",
} as const;

/** Messages that are right, to be spoilt. */
const right: fc.Arbitrary<Record<string, unknown>> = fc.constantFrom<Record<string, unknown>>(
  hello,
  { type: "want", vector: { "origin-one": 3 } },
  { type: "goodbye", reason: "sleep" },
  { type: "presented", requestId: 1, result: "shown" },
  { type: "tell", person: "ana", title: "t", text: "x", forMs: 1 },
  { type: "still-firing", alerts: [{ alertId: "a", staleInMs: 5 }] },
  { type: "present", requestId: 1, alertId: "a", actionId: "b", person: "ana", attempt: 1, why: "w" },
  {
    type: "facts",
    more: true,
    facts: [
      {
        origin: "origin-one",
        seq: 1,
        at: 0,
        kind: "k",
        alertId: null,
        previous: "0".repeat(64),
        hash: "0".repeat(64),
        body: "{}",
        ageMs: 0,
      },
    ],
  },
  {
    type: "heartbeat",
    epoch: 1,
    coordinator: null,
    acts: true,
    hears: [],
    vector: {},
    people: [],
    clock: 1,
    runtime: { tocsin: "1", node: "1", timeZones: "1", revision: null, handoffs: null },
  },
);

const nasty: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    [],
    {},
    -1,
    0.5,
    1e308,
    Number.MAX_SAFE_INTEGER + 2,
    "",
    "__proto__",
    "x".repeat(600),
    "\u0000\u202e",
    [[[[]]]],
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** One field of a right message is another one. */
const spoilt = fc
  .tuple(right, fc.nat(20), fc.oneof(nasty, fc.constant(undefined)), fc.boolean())
  .map(([message, which, value, extra]) => {
    const names = Object.keys(message);
    const name = extra ? "__proto__x" : names[which % names.length]!;
    return JSON.stringify({ ...message, [name]: value });
  });

/** Cut, doubled, or with a byte of it changed. */
const torn = fc
  .tuple(right, fc.nat(300), fc.nat(3), fc.string({ maxLength: 3 }))
  .map(([message, at, how, piece]) => {
    const text = JSON.stringify(message);
    const place = at % text.length;
    if (how === 0) return text.slice(0, place);
    if (how === 1) return text + text;
    return text.slice(0, place) + piece + text.slice(place + 1);
  });

const poison = fc.constantFrom(
  '{"__proto__":{"type":"goodbye"}}',
  '{"type":"want","vector":{"__proto__":5}}',
  '{"type":"want","vector":{"constructor":1,"__proto__xx":1}}',
  '{"type":"constructor"}',
  '{"type":"__proto__"}',
  `{"type":"want","vector":${"[".repeat(3_000)}`,
  `${'{"a":'.repeat(3_000)}1${"}".repeat(3_000)}`,
  "\ud800",
  "NaN",
  '"hello"',
);

const frame: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: spoilt },
  { weight: 4, arbitrary: torn },
  { weight: 2, arbitrary: right.map((message) => JSON.stringify(message)) },
  { weight: 2, arbitrary: fc.json({ maxDepth: 2 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
  { weight: 1, arbitrary: poison },
);

/** A socket without a network. */
class ScriptedSocket implements TextSocket {
  readonly unreadBytes = 0;
  readonly sent: string[] = [];
  closed: string | null = null;
  private listener: ((text: string) => void) | null = null;
  private readonly early: string[] = [];
  private readonly listeners: ((why: string) => void)[] = [];

  send(text: string): boolean {
    if (this.closed === null) this.sent.push(text);
    return this.closed === null;
  }
  onText(listener: ((text: string) => void) | null): void {
    this.listener = listener;
    while (this.listener !== null && this.early.length > 0) this.listener(this.early.shift()!);
  }
  onClose(listener: (why: string) => void): void {
    this.listeners.push(listener);
  }
  close(_code: number, why: string): void {
    this.closed ??= why;
    for (const listener of this.listeners.splice(0)) listener(why);
  }
  receive(text: string): void {
    if (this.closed !== null) return;
    if (this.listener === null) this.early.push(text);
    else this.listener(text);
  }
}

describe("fuzzing", () => {
  it("60,000 frames decode to a valid message, to nothing, or to a reason", () => {
    fc.assert(
      fc.property(frame, (text) => {
        const decoded = decodeMessage(text);
        if (decoded.kind === "message") {
          if (!peerMessage.safeParse(decoded.message).success) throw new Error("an invalid one came through");
          if (decoded.message.type === "want")
            expect(Object.values(decoded.message.vector).every((seq) => Number.isSafeInteger(seq))).toBe(
              true,
            );
        }
        if (decoded.kind === "malformed") {
          if (!/^[\x20-\x7e]{1,200}$/.test(decoded.reason)) throw new Error(decoded.reason);
        }
        if ("type" in {}) throw new Error("every object has a type now");
      }),
      { numRuns: 60_000 },
    );
  }, 120_000);

  it("20,000 conversations of 1 to 4 frames: a link only after a right hello, and only valid messages on it", () => {
    const mine = { ...hello, machine: "9".repeat(26) as MachineId };
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 4 }), (frames) => {
        const socket = new ScriptedSocket();
        let links = 0;
        const said: string[] = [];
        const reasons: string[] = [];
        exchangeHellos(socket, {
          hello: mine,
          machine,
          report: (_event, { reason }) => void reasons.push(reason),
          onRefused: () => {},
          onLink: (link) => {
            links += 1;
            link.onMessage((message) => void said.push(message.type));
          },
        });
        for (const text of frames) socket.receive(text);
        const first = decodeMessage(frames[0]!);
        const isRight =
          first.kind === "message" &&
          first.message.type === "hello" &&
          first.message.machine === machine &&
          first.message.team === teamId &&
          first.message.role === "engine" &&
          first.message.version >= 1 &&
          first.message.oldest <= 1;
        expect(links).toBe(isRight ? 1 : 0);
        if (!isRight) expect([socket.closed === null, said]).toEqual([false, []]);
        expect(said).not.toContain("hello");
        expect(reasons.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 20_000 },
    );
  }, 120_000);

  it("20,000 requests to join without the secret: nobody is admitted", async () => {
    let admitted = 0;
    let now = 0;
    const desk = new PairingDesk({
      // So that the pause after five wrong ones does not answer for it.
      now: () => (now += 60_000),
      securityLog: () => {},
      self: () => ({ fingerprint: "aa".repeat(32), teamId, teamName: "T" }),
      admit: async () => {
        admitted += 1;
        return { ok: false, reason: "not-now", text: "" };
      },
    });
    desk.invite({ role: "engine", person: null }, ["192.0.2.1:1"]);
    const rightJoin = { type: "join", version: 1, oldest: 1, secret: "A".repeat(22), name: "n", tocsin: "1" };
    const secret = fc.oneof(fc.stringMatching(/^[A-Za-z0-9_-]{22}$/), nasty);
    const join = fc.oneof(
      { weight: 3, arbitrary: secret.map((value) => JSON.stringify({ ...rightJoin, secret: value })) },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom(...Object.keys(rightJoin))
          .chain((name) => nasty.map((value) => JSON.stringify({ ...rightJoin, [name]: value }))),
      },
      { weight: 1, arbitrary: frame },
    );
    await fc.assert(
      fc.asyncProperty(join, async (text) => {
        const answer = await desk.judge({ fingerprint: "1b".repeat(32), address: "192.0.2.9:1" }, text);
        expect(answer.type).toBe("refused");
        expect(joinAnswer.safeParse(answer).success).toBe(true);
        if (answer.type === "refused" && answer.reason === "wrong-secret")
          expect(joinMessage.safeParse(JSON.parse(text)).success).toBe(true);
      }),
      { numRuns: 20_000 },
    );
    expect(admitted).toBe(0);
  }, 120_000);

  it("2,000 frames over real sockets, from the team and from strangers: the server goes on", async () => {
    const roster = new Roster();
    const host = await invitingMachine(roster);
    const { machine: engine } = host;
    const [ben, eve] = [await freshIdentity(), await freshIdentity()];
    roster.add(ben);
    const frames = fc.sample(frame, { numRuns: 2_000, seed: 8744 }).filter((text) => text.length < 200_000);
    let sent = 0;
    for (let from = 0; from < frames.length;) {
      const link = await rawLink(engine.port, ben, peerPath);
      link.send(helloFor(ben));
      const before = engine.links.length;
      await until("linked or gone", () => engine.links.length > before || link.ended() !== null);
      engine.links.at(-1)?.onMessage((message) => {
        if (!peerMessage.safeParse(message).success) throw new Error("an invalid message came through");
      });
      // Ten at once, then a look whether it is still there.
      for (; from < frames.length && link.ended() === null;) {
        for (const text of frames.slice(from, from + 10)) {
          if (link.socket.readyState === link.socket.OPEN) link.send(text);
          sent += 1;
        }
        from += 10;
        await new Promise((resolve) => link.socket.ping(undefined, undefined, resolve));
      }
      link.socket.terminate();
    }
    expect(sent).toBeGreaterThan(1_900);
    for (const text of frames.slice(0, 200)) {
      const link = await rawLink(engine.port, eve, pairingPath);
      if (link.ended() === null) link.send(text.slice(0, 8_000));
      await until("answered", () => link.heard.length > 0 || link.ended() !== null);
      expect(link.heard.join("")).not.toContain("joined");
      link.socket.terminate();
    }
    expect(host.admitted).toEqual([]);
    const link = await rawLink(engine.port, ben, peerPath);
    const before = engine.links.length;
    link.send(helloFor(ben));
    await until("a good one still gets in", () => engine.links.length > before);
    expect(maxPeerMessageBytes).toBeGreaterThan(200_000);
  }, 120_000);
});
