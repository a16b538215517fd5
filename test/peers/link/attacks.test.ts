/** Real TLS sockets on the loopback, and everything that should not get in: nothing does, and each leaves one clear line. */
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { setImmediate as turn } from "node:timers/promises";
import { constants, deflateRawSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MachineIdentity } from "#peers/identity/machine-identity";
import { deskPath, pairingPath } from "#wire/pairing-contract";
import { maxPeerMessageBytes, peerPath } from "#wire/peer-contract";
import { rawLink, rawTls, type RawLink } from "../../support/raw-link.ts";
import {
  closeServers,
  freshIdentity,
  helloFor,
  listen,
  Roster,
  until,
  type ListeningMachine,
} from "../../support/peer-machines.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

let time: VirtualTime;
let roster: Roster;
let engine: ListeningMachine;
let ben: MachineIdentity;
const raw: Socket[] = [];

beforeEach(async () => {
  time = new VirtualTime();
  roster = new Roster();
  engine = await listen(roster, { scheduler: time });
  ben = await freshIdentity();
  roster.add(ben, "engine", "ben");
});
afterEach(() => {
  for (const socket of raw.splice(0)) socket.destroy();
  closeServers();
});

const events = () => engine.log.map(({ event }) => event);

/** Ben's engine, past its hello. */
async function linked(): Promise<RawLink> {
  const link = await rawLink(engine.port, ben, peerPath);
  link.send(helloFor(ben));
  await until("linked", () => engine.links.length > 0);
  return link;
}

async function endOf(link: RawLink): Promise<number | string | null> {
  await until("it ended", () => link.ended() !== null);
  return link.ended();
}

const goodbye = { type: "goodbye", reason: "stop" };

describe("who is not let in", () => {
  it("a stranger, at the doors of engines and desks", async () => {
    const eve = await freshIdentity();
    for (const path of [peerPath, deskPath])
      expect(await endOf(await rawLink(engine.port, eve, path))).toBe("403");
    expect(events()).toEqual(["unknown-machine", "unknown-machine"]);
    expect(engine.log[0]!.reason).toMatch(/not that of a machine of this team/);
    expect([engine.links, engine.clients]).toEqual([[], []]);
  });

  it("somebody who says that they are Ben, without Ben's key", async () => {
    const eve = await freshIdentity();
    const link = await rawLink(engine.port, eve, peerPath, { headers: { "x-machine": ben.id } });
    expect(await endOf(link)).toBe("403");
    // Ben's certificate is no secret; his key is.
    const stolen = await rawTls(engine.port, null, { cert: ben.certificatePem, key: ben.keyPem });
    expect(stolen.tls.authorized).toBe(false);
    expect(() => connectWith(eve.keyPem, ben.certificatePem)).toThrow(/key values mismatch/i);
  });

  it("a machine that claims another one's id in its hello", async () => {
    const link = await rawLink(engine.port, ben, peerPath);
    link.send({ ...helloFor(ben), machine: engine.identity.id });
    expect(await endOf(link)).toBe(4400);
    expect(events()).toEqual(["wrong-machine"]);
    expect(engine.links).toEqual([]);
  });

  it("a machine of another team, whose list does not count here", async () => {
    const chi = await freshIdentity();
    new Roster().add(chi);
    expect(await endOf(await rawLink(engine.port, chi, peerPath))).toBe("403");
    const link = await rawLink(engine.port, ben, peerPath);
    link.send(helloFor(ben, { team: "fedcba9876543210" }));
    expect(await endOf(link)).toBe(4410);
    expect(events()).toEqual(["unknown-machine", "wrong-team"]);
  });

  it("one without a certificate", async () => {
    expect(await endOf(await rawLink(engine.port, null, peerPath))).not.toBe(101);
    expect(events()).toContain("no-certificate");
  });

  it("a desk at the door of engines", async () => {
    const desk = await freshIdentity();
    roster.add(desk, "desk", "ana");
    expect(await endOf(await rawLink(engine.port, desk, peerPath))).toBe("403");
    expect(engine.log).toMatchObject([{ event: "not-an-engine", machine: desk.id }]);
  });

  it("a revoked machine: cut off at once, and refused from then on", async () => {
    const [link, client] = [await linked(), await rawLink(engine.port, ben, deskPath)];
    const ends: string[] = [];
    engine.links[0]!.onClose((why) => void ends.push(why));
    roster.revoke(ben.id);
    expect(ends).toEqual(["This machine was revoked."]);
    expect(engine.links[0]!.send({ type: "goodbye", reason: "stop" })).toBe(false);
    expect([await endOf(link), await endOf(client)]).toEqual([4403, 4403]);
    for (const path of [peerPath, deskPath])
      expect(await endOf(await rawLink(engine.port, ben, path))).toBe("403");
    expect(events()).toEqual(["revoked-machine", "revoked-machine"]);
  });

  it("one that is revoked while it says hello", async () => {
    const link = await rawLink(engine.port, ben, peerPath);
    roster.revoke(ben.id);
    link.send(helloFor(ben));
    expect(await endOf(link)).toBe(4403);
    expect(engine.links).toEqual([]);
  });

  it("versions that have nothing in common, either way", async () => {
    for (const hello of [
      { version: 9, oldest: 2 },
      { version: 0, oldest: 0 },
    ]) {
      const link = await rawLink(engine.port, ben, peerPath);
      link.send(helloFor(ben, hello));
      expect(await endOf(link)).toBe(4426);
    }
    expect(engine.links).toEqual([]);
  });
});

describe("what is no TLS, or no WebSocket", () => {
  it.each([
    ["plain HTTP", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["SSH", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["noise", "\u0016\u0003\u0001\u0000\u0005hello and some more noise"],
  ])("%s on the port", async (_name, bytes) => {
    const socket = connect(engine.port, "127.0.0.1");
    raw.push(socket);
    let isClosed = false;
    socket.on("close", () => (isClosed = true)).on("error", () => {});
    socket.resume();
    socket.write(bytes);
    await until("closed", () => isClosed);
    expect(events()).toEqual(["handshake-failed"]);
    await linked();
  });

  it("TLS 1.2", async () => {
    const { isClosed } = await rawTls(engine.port, ben, { maxVersion: "TLSv1.2" });
    await until("closed", isClosed);
    expect(events()).toEqual(["handshake-failed"]);
  });

  it("an HTTP request, another path, an upgrade to something else", async () => {
    for (const [request, answer] of [
      [`GET ${peerPath} HTTP/1.1\r\nHost: x\r\n\r\n`, /^HTTP\/1.1 426/],
      [`POST /api/v1/alerts HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`, /^HTTP\/1.1 426/],
      [`${upgradeOf("/api/v1/stream")}\r\n`, /^HTTP\/1.1 404/],
      [`${upgradeOf(`${peerPath}/../..`)}\r\n`, /^HTTP\/1.1 404/],
      [`${upgradeOf(peerPath)}Sec-WebSocket-Version: 99\r\n\r\n`, /^HTTP\/1.1 4/],
      ["\r\n\r\n\u0000\r\n\r\n", /^$/],
      [`GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, /^$/],
    ] as const) {
      const { tls, isClosed } = await rawTls(engine.port, ben);
      let heard = "";
      tls.on("data", (data: Buffer) => (heard += data.toString("latin1")));
      tls.write(request);
      await until(`closed: ${request.slice(0, 40)}`, isClosed);
      expect(heard).toMatch(answer);
    }
    expect([engine.links, engine.clients]).toEqual([[], []]);
  });
});

describe("frames that are wrong", () => {
  it.each([
    ["no JSON", "{", 4400],
    ["no object", "[1]", 4400],
    ["no type", "{}", 4400],
    ["a known type with wrong content", { type: "want", vector: { origin: 1 } }, 4400],
    ["a lie about numbers", { type: "present", requestId: "x" }, 4400],
    ["hello twice", "hello", 4400],
    ["too large", `{"type":"want","pad":"${"x".repeat(maxPeerMessageBytes)}"}`, 1009],
  ])("%s closes the link with one line", async (_name, frame, code) => {
    const link = await linked();
    const heard: string[] = [];
    engine.links[0]!.onMessage((message) => void heard.push(message.type));
    link.send(frame === "hello" ? helloFor(ben) : frame);
    link.send(goodbye);
    expect(await endOf(link)).toBe(code);
    expect(heard).toEqual([]);
    expect(engine.log).toMatchObject([{ event: "malformed-message", machine: ben.id }]);
  });

  it("binary, text that is no UTF-8, a frame without a mask", async () => {
    for (const send of [
      (link: RawLink) => link.socket.send(Buffer.from(JSON.stringify(goodbye))),
      (link: RawLink) => link.socket.send(Buffer.from([0xc3, 0x28, 0xff]), { binary: false }),
      (link: RawLink) => link.socket.send(JSON.stringify(goodbye), { mask: false }),
    ]) {
      const link = await linked();
      send(link);
      await endOf(link);
      engine.links.splice(0);
    }
    expect(events()).toEqual(["malformed-message", "malformed-message", "malformed-message"]);
  });

  it("something other than a hello first", async () => {
    const link = await rawLink(engine.port, ben, peerPath);
    link.send(goodbye);
    expect(await endOf(link)).toBe(4400);
    expect(engine.links).toEqual([]);
    expect(engine.log).toMatchObject([{ event: "malformed-message" }]);
  });

  it("a bomb: a kilobyte that unpacks to a gigabyte is not unpacked", async () => {
    const link = await rawLink(engine.port, ben, peerPath, { perMessageDeflate: true });
    link.send(helloFor(ben));
    await until("linked", () => engine.links.length === 1);
    const packed = deflateRawSync(Buffer.alloc(64 * 1024 * 1024, " "), {
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    const before = process.memoryUsage().rss;
    frameOn(link, packed.subarray(0, -4));
    expect(await endOf(link)).toBe(1009);
    expect(process.memoryUsage().rss - before).toBeLessThan(48 * 1024 * 1024);
    expect(events()).toEqual(["malformed-message"]);
  });

  it("a kind that only a newer Tocsin knows is left aside", async () => {
    const link = await linked();
    const heard: string[] = [];
    engine.links[0]!.onMessage((message) => void heard.push(message.type));
    link.send({ type: "poem", lines: ["…"] });
    link.send({ ...goodbye, mood: "good" });
    await until("heard", () => heard.length > 0);
    expect([heard, engine.log, link.ended()]).toEqual([["goodbye"], [], null]);
  });
});

describe("who takes their time", () => {
  it("silence before TLS, before HTTP, before hello, before the secret: cut after five seconds", async () => {
    const silent = connect(engine.port, "127.0.0.1");
    raw.push(silent);
    let isClosed = false;
    silent.on("close", () => (isClosed = true)).on("error", () => {});
    silent.resume();
    const slow = await rawTls(engine.port, ben);
    slow.tls.write(`GET ${peerPath} HTTP/1.1\r\nX-Slow: `);
    const mute = await rawLink(engine.port, ben, peerPath);
    const stranger = await rawLink(engine.port, await freshIdentity(), pairingPath);
    await until("all are there", () => engine.strangers.length === 1);
    await time.pass(4_900);
    expect([isClosed, slow.isClosed(), mute.ended(), stranger.ended()]).toEqual([false, false, null, null]);
    await time.pass(200);
    await until(
      "all are gone",
      () => isClosed && slow.isClosed() && mute.ended() !== null && stranger.ended() !== null,
    );
    expect(events()).toEqual(Array.from({ length: 4 }, () => "handshake-too-slow"));
  });

  it("two hundred who say nothing keep nobody out, when there is room for fifty", async () => {
    closeServers();
    engine = await listen(roster, { scheduler: time, limits: { handshaking: 50 } });
    for (let n = 0; n < 200; n += 1) {
      const socket = connect(engine.port, "127.0.0.1").on("error", () => {});
      socket.resume();
      raw.push(socket);
    }
    const link = await linked();
    await until("the oldest are gone", () => raw.filter((socket) => socket.destroyed).length >= 150);
    expect(link.ended()).toBeNull();
    expect(events()).toContain("too-many-connections");
  });

  it("strangers in a crowd: sixteen at most, and the one with an invite still gets a hearing", async () => {
    const eve = await freshIdentity();
    const crowd = await Promise.all(Array.from({ length: 30 }, () => rawLink(engine.port, eve, pairingPath)));
    await until("most are gone", () => crowd.filter((link) => link.ended() === null).length <= 16);
    expect(events()).toContain("too-many-strangers");
    const before = engine.strangers.length;
    const joining = await rawLink(engine.port, await freshIdentity(), pairingPath);
    await until("it is heard", () => engine.strangers.length > before);
    let question: string | null = null;
    engine.strangers.at(-1)!.onQuestion((text) => (question = text));
    joining.send("please");
    await until("asked", () => question === "please");
    engine.strangers.at(-1)!.answer("welcome");
    await until("answered", () => joining.heard.length === 1);
    expect(joining.heard).toEqual(["welcome"]);
  });

  it("a stranger may say one thing, and not much", async () => {
    const eve = await freshIdentity();
    const link = await rawLink(engine.port, eve, pairingPath);
    await until("it is there", () => engine.strangers.length === 1);
    const asked: (string | null)[] = [];
    engine.strangers[0]!.onQuestion((text) => void asked.push(text));
    for (let n = 0; n < 50; n += 1) link.send(`question ${n}`);
    await until("asked", () => asked.length > 0);
    engine.strangers[0]!.refuse("no");
    await until("gone", () => link.ended() !== null);
    expect(asked).toEqual(["question 0"]);
    const long = await rawLink(engine.port, eve, pairingPath);
    await until("it is there", () => engine.strangers.length === 2);
    engine.strangers[1]!.onQuestion((text) => void asked.push(text));
    long.send("x".repeat(10_000));
    expect(await endOf(long)).not.toBeNull();
    expect(asked).toHaveLength(1);
  });

  it("a link whose other end is gone without a word is found dead", async () => {
    const link = await linked();
    const ends: string[] = [];
    engine.links[0]!.onClose((why) => void ends.push(why));
    // Reads nothing any more, as a machine that sleeps.
    link.socket.pause();
    await time.pass(30_000);
    expect(ends).toEqual(["It does not answer any more."]);
  });

  it("a link that only keeps answering lives", async () => {
    const link = await linked();
    let pings = 0;
    link.socket.on("ping", () => (pings += 1));
    for (let n = 1; n <= 3; n += 1) {
      await time.pass(20_000);
      await until("asked", () => pings === n);
    }
    expect(link.ended()).toBeNull();
  });
});

describe("who says too much", () => {
  it("a flood on one link is read slowly, while another one is answered", async () => {
    const chi = await freshIdentity();
    roster.add(chi);
    const [flooding, other] = [await linked(), await rawLink(engine.port, chi, peerPath)];
    other.send(helloFor(chi));
    await until("linked", () => engine.links.length === 2);
    let flood = 0;
    engine.links[0]!.onMessage(() => (flood += 1));
    engine.links[1]!.onMessage((message) => void engine.links[1]!.send(message));
    const small = JSON.stringify({ type: "want", vector: {} });
    for (let n = 0; n < 50_000; n += 1) flooding.socket.send(small);
    for (let n = 1; n <= 40; n += 1) {
      if (n === 20) await until("it is held up", () => events().includes("flood"));
      other.send(goodbye);
      await until("answered", () => other.heard.length === n + 1);
    }
    expect(events()).toEqual(["flood"]);
    // Its budget and what was on its way already; not the rest, as long as no time passes.
    expect(flood).toBeLessThan(10_000);
    expect(flooding.ended()).toBeNull();
    const before = flood;
    await time.pass(60_000);
    await until("more of it arrived in time", () => flood > before);
    expect(flooding.ended()).toBeNull();
  });

  it("pings whose answers nobody reads do not fill the memory: read slowly, then cut off", async () => {
    closeServers();
    engine = await listen(roster, { scheduler: time, limits: { unreadBytes: 100_000 } });
    const link = await linked();
    const ends: string[] = [];
    engine.links[0]!.onClose((why) => void ends.push(why));
    link.socket.pause();
    const payload = Buffer.alloc(125);
    // Its own way out is held up in turn, so it sends on as it can.
    const send = () => {
      for (let n = 0; n < 4_000 && link.socket.bufferedAmount < 1_000_000; n += 1) link.socket.ping(payload);
    };
    send();
    await until("it is held up", () => events().includes("flood"));
    for (let round = 0; round < 300 && ends.length === 0; round += 1) {
      if (link.socket.readyState === link.socket.OPEN) send();
      await time.pass(3_000);
      // One ping is read in one turn of the event loop.
      for (let turns = 0; turns < 2_000 && ends.length === 0; turns += 1) await turn();
    }
    expect(ends).toEqual(["It reads too slowly."]);
    expect(events()).toContain("reads-too-slowly");
  }, 60_000);

  it("desks beyond the limit are turned away, others are not", async () => {
    closeServers();
    engine = await listen(roster, { scheduler: time, limits: { desks: 2 } });
    const desk = await freshIdentity();
    roster.add(desk, "desk", "ana");
    const links = [];
    for (let n = 0; n < 3; n += 1) links.push(await rawLink(engine.port, desk, deskPath));
    expect(await endOf(links[2]!)).toBe("503");
    expect(engine.clients).toHaveLength(2);
    expect(engine.clients[0]!.machine).toMatchObject({ role: "desk", person: "ana" });
    await linked();
  });

  it("what a desk says reaches the hub as it is, and nonsense as nothing", async () => {
    const desk = await freshIdentity();
    roster.add(desk, "desk", "ana");
    const link = await rawLink(engine.port, desk, deskPath);
    await until("there", () => engine.clients.length === 1);
    const heard: unknown[] = [];
    engine.clients[0]!.connection.onMessage((message) => void heard.push(message));
    link.send({ type: "hello" });
    link.send("{nonsense");
    await until("heard", () => heard.length === 2);
    expect(heard).toEqual([{ type: "hello" }, undefined]);
    engine.clients[0]!.connection.send({ type: "welcome" });
    await until("answered", () => link.heard.length === 1);
    link.send("x".repeat(70_000));
    expect(await endOf(link)).toBe(1009);
  });
});

function upgradeOf(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n`;
}

function connectWith(key: string, cert: string): void {
  connectTls({ host: "127.0.0.1", port: engine.port, key, cert }).destroy();
}

/** A compressed text frame as it is, masked with zeros. */
function frameOn({ socket }: RawLink, payload: Buffer): void {
  const header = Buffer.alloc(14);
  header[0] = 0x80 | 0x40 | 0x01;
  header[1] = 0x80 | 127;
  header.writeBigUInt64BE(BigInt(payload.length), 2);
  const { _socket: below } = socket as unknown as { _socket: Socket };
  below.write(Buffer.concat([header, payload]));
}
