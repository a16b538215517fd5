/** Links over real TLS on the loopback: the contract of links, and one link for each pair of engines. */
import { afterEach, describe, expect, it } from "vitest";
import { setImmediate as turn } from "node:timers/promises";
import { TeamLinks } from "#peers/link/team-links";
import { realScheduler } from "#peers/link/scheduler";
import type { PeerLink } from "#peers/peer-link";
import { peerLinkSuite } from "../../acceptance/peer-link-suite.ts";
import {
  closeServers,
  listen,
  Roster,
  until,
  type ListeningMachine,
  type ListenOptions,
} from "../../support/peer-machines.ts";
import { proxyTo } from "../../support/tcp-proxy.ts";

interface Engine extends ListeningMachine {
  readonly team: TeamLinks;
  /** Those that are open now. */
  readonly open: PeerLink[];
  /** What came on any of them. */
  readonly heard: string[];
}

const engines: Engine[] = [];
afterEach(() => {
  for (const { team } of engines.splice(0)) team.close("The test is over.");
  closeServers();
});

/** `listens`: hears what comes; the suite wants to do that itself. */
async function engine(roster: Roster, options: ListenOptions = {}, listens = true): Promise<Engine> {
  const open: PeerLink[] = [];
  const heard: string[] = [];
  const machine = await listen(roster, {
    ...options,
    onLink: (link, hello) => team.take(link, hello),
  });
  const team: TeamLinks = new TeamLinks({
    identity: machine.identity,
    hello: machine.hello,
    scheduler: realScheduler,
    random: () => 0,
    securityLog: (event, details) => void machine.log.push({ event, ...details }),
    onLink: (link) => {
      open.push(link);
      if (listens) link.onMessage((message) => void heard.push(message.type));
      link.onClose(() => void open.splice(open.indexOf(link), 1));
    },
  });
  const made = { ...machine, team, open, heard };
  engines.push(made);
  return made;
}

function peerOf({ identity, address }: ListeningMachine, addresses = [address]) {
  return { id: identity.id, fingerprint: identity.fingerprint, addresses };
}

peerLinkSuite("over TLS", async () => {
  const roster = new Roster();
  const [one, other] = [await engine(roster, {}, false), await engine(roster, {}, false)];
  const proxy = await proxyTo(other.port);
  one.team.follow([peerOf(other, [`127.0.0.1:${proxy.port}`])]);
  await until("linked", () => one.open.length === 1 && other.open.length === 1);
  return {
    one: one.open[0]!,
    other: other.open[0]!,
    idOfOne: one.identity.id,
    idOfOther: other.identity.id,
    until,
    // Loopback: a few turns of the event loop carry everything that is not held up.
    settle: async () => {
      for (let n = 0; n < 200; n += 1) await turn();
    },
    sever: () => proxy.sever(),
    stop: async () => {
      for (const { team } of engines.splice(0)) team.close("The test is over.");
      closeServers();
      proxy.close();
    },
  };
});

describe("the links of a team", () => {
  it("both dial at once, and both keep the same link", async () => {
    const roster = new Roster();
    const [one, other] = [await engine(roster), await engine(roster)];
    one.team.follow([peerOf(other)]);
    other.team.follow([peerOf(one)]);
    await until("linked", () => one.open.length === 1 && other.open.length === 1);
    await until(
      "only one is left",
      () => one.server.connected.engines + other.server.connected.engines === 1,
    );
    await until("the same one", () => {
      one.open[0]?.send({ type: "goodbye", reason: "stop" });
      return other.heard.length > 0;
    });
    expect([one.open.length, other.open.length]).toEqual([1, 1]);
  });

  it("tries the next address, and comes again when the link breaks", async () => {
    const roster = new Roster();
    const [one, other] = [await engine(roster), await engine(roster)];
    const proxy = await proxyTo(other.port);
    one.team.follow([peerOf(other, ["127.0.0.1:1", `127.0.0.1:${proxy.port}`])]);
    await until("linked", () => one.open.length === 1);
    const [first] = one.open;
    proxy.sever();
    await until("linked again", () => one.open.length === 1 && one.open[0] !== first);
    expect(one.open[0]!.machine).toBe(other.identity.id);
    proxy.close();
  });

  it("a machine that is taken off the list is cut off and not called again", async () => {
    const roster = new Roster();
    const [one, other] = [await engine(roster), await engine(roster)];
    one.team.follow([peerOf(other)]);
    await until("linked", () => one.open.length === 1 && other.open.length === 1);
    one.team.follow([]);
    await until("gone", () => one.open.length === 0 && other.open.length === 0);
    expect(one.team.troubleWith(other.identity.id)).toBeNull();
  });

  it("says why there is no link", async () => {
    const roster = new Roster();
    const [one, other, third] = [await engine(roster), await engine(roster), await engine(roster)];
    one.team.follow([
      { ...peerOf(other), addresses: [third.address] },
      { ...peerOf(third), addresses: ["127.0.0.1:1"] },
    ]);
    await until("both tried", () => one.team.troubleWith(third.identity.id) !== null);
    await until("both tried", () => one.team.troubleWith(other.identity.id) !== null);
    expect(one.team.troubleWith(other.identity.id)).toMatchObject({ reason: "wrong-certificate" });
    expect(one.team.troubleWith(third.identity.id)).toMatchObject({ reason: "unreachable" });
    expect(one.log).toMatchObject([{ event: "wrong-certificate", machine: other.identity.id }]);
  });

  it("another version or another team parts, and both say why", async () => {
    const roster = new Roster();
    const newer = await engine(roster, { hello: { version: 9, oldest: 7 } });
    const stranger = await engine(roster, { hello: { team: "fedcba9876543210" } });
    const one = await engine(roster);
    one.team.follow([peerOf(newer), peerOf(stranger)]);
    await until("parted", () =>
      [newer, stranger].every(({ identity }) => one.team.troubleWith(identity.id) !== null),
    );
    expect(one.team.troubleWith(newer.identity.id)?.text).toMatch(/update Tocsin here/);
    expect(one.team.troubleWith(stranger.identity.id)?.text).toMatch(/another team/);
    expect([...one.log, ...stranger.log].map(({ event }) => event)).toContain("wrong-team");
    expect(one.open).toEqual([]);
  });

  it("a newer machine that still speaks our version gets its link", async () => {
    const roster = new Roster();
    const [newer, one] = [await engine(roster, { hello: { version: 9, oldest: 1 } }), await engine(roster)];
    one.team.follow([peerOf(newer)]);
    await until("linked", () => one.open.length === 1 && newer.open.length === 1);
    expect(one.open[0]!.machine).toBe(newer.identity.id);
  });
});
