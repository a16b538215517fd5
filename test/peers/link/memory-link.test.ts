/** The in-memory twin keeps to the contract of links, and its network breaks in the ways that real ones do. */
import { describe, expect, it } from "vitest";
import type { MachineId } from "#domain/ids";
import { MemoryNetwork } from "#peers/link/memory-network";
import type { PeerLink } from "#peers/peer-link";
import { peerLinkSuite } from "../../acceptance/peer-link-suite.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

const [ana, ben] = ["ana0machine", "ben0machine"] as [MachineId, MachineId];

peerLinkSuite("in memory", async () => {
  const time = new VirtualTime();
  let nth = 0;
  const network = new MemoryNetwork({ scheduler: time, delayMs: () => ((nth += 1) * 7) % 40 });
  const pair = network.connect(ana, ben)!;
  return {
    one: pair.ends[0],
    other: pair.ends[1],
    idOfOne: ana,
    idOfOther: ben,
    until: async (what, isSo) => {
      for (let turns = 0; !isSo(); turns += 1) {
        if (turns > 100) throw new Error(`never: ${what}`);
        await time.pass(50);
      }
    },
    settle: () => time.pass(100),
    sever: () => pair.sever("The connection was lost."),
    stop: async () => {},
  };
});

describe("a network in memory", () => {
  function start() {
    const time = new VirtualTime();
    const network = new MemoryNetwork({ scheduler: time });
    const log: string[] = [];
    const links = new Map<MachineId, PeerLink>();
    const join = (machine: MachineId) =>
      network.join(machine, (link) => {
        links.set(machine, link);
        log.push(`${machine} linked`);
        link.onMessage((message) => void log.push(`${machine} heard ${message.type}`));
        link.onClose((why) => void log.push(`${machine} lost: ${why}`));
      });
    const leave = { ana: join(ana), ben: join(ben) };
    const say = (from: MachineId) => links.get(from)!.send({ type: "goodbye", reason: "stop" });
    return { time, network, log, join, leave, say };
  }

  it("gives a link to each pair, and a new one after it broke", async () => {
    const { time, log, join, leave } = start();
    await time.pass(10);
    expect(log.splice(0).sort()).toEqual([`${ana} linked`, `${ben} linked`]);
    leave.ben();
    await time.pass(5_000);
    expect(log.splice(0)).toContain(`${ana} lost: The connection was lost.`);
    join(ben);
    await time.pass(5_000);
    expect(log.sort()).toEqual([`${ana} linked`, `${ben} linked`]);
  });

  it("a short cut only delays, in order", async () => {
    const { time, network, log, say } = start();
    await time.pass(10);
    log.splice(0);
    network.cut(ana, ben);
    say(ana);
    say(ben);
    await time.pass(10_000);
    expect(log).toEqual([]);
    network.healAll();
    await time.pass(100);
    expect(log.sort()).toEqual([`${ana} heard goodbye`, `${ben} heard goodbye`]);
  });

  it("a long cut closes both ends, and they meet again when it heals", async () => {
    const { time, network, log } = start();
    await time.pass(10);
    log.splice(0);
    network.cut(ana, ben);
    await time.pass(60_000);
    expect(log.splice(0).sort()).toEqual([
      `${ana} lost: It does not answer any more.`,
      `${ben} lost: It does not answer any more.`,
    ]);
    network.healAll();
    await time.pass(5_000);
    expect(log.sort()).toEqual([`${ana} linked`, `${ben} linked`]);
  });

  it("cut one way, the deaf end closes and the other hears of it", async () => {
    const { time, network, log, say } = start();
    await time.pass(10);
    log.splice(0);
    network.cutOneWay(ana, ben);
    say(ana);
    say(ben);
    await time.pass(1_000);
    expect(log.splice(0)).toEqual([`${ana} heard goodbye`]);
    await time.pass(60_000);
    expect(log.sort()).toEqual([
      `${ana} lost: It does not answer any more.`,
      `${ben} lost: It does not answer any more.`,
    ]);
  });

  it("a lost message ends the link", async () => {
    const time = new VirtualTime();
    const network = new MemoryNetwork({ scheduler: time, loses: () => true });
    const [one, other] = network.connect(ana, ben)!.ends;
    const ends: string[] = [];
    for (const end of [one, other]) end.onClose((why) => void ends.push(why));
    expect(one.send({ type: "goodbye", reason: "stop" })).toBe(false);
    await time.pass(10);
    expect(ends).toEqual(["The connection was lost.", "The connection was lost."]);
  });
});
