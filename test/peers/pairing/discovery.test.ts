/** Discovery: what an announcement is worth, and two real ones on the loopback's multicast where there is one. */
import fc from "fast-check";
import { createSocket } from "node:dgram";
import { describe, expect, it } from "vitest";
import type { MachineId } from "#domain/ids";
import { candidateOf, startDiscovery, teamMark } from "#peers/pairing/discovery";
import { until } from "../../support/peer-machines.ts";

const [ana, ben] = ["a".repeat(26), "b".repeat(26)] as [MachineId, MachineId];
const teamId = "0123456789abcdef";
const us = { self: ana, teamId };

describe("what somebody on the network says", () => {
  it("is a place to try when it names a machine of our team", () => {
    const said = { txt: { m: ben, t: teamMark(teamId) }, port: 8744 };
    expect(candidateOf(us, { ...said, addresses: ["192.0.2.7", "fe80::1", "2001:db8::7"] })).toEqual({
      machine: ben,
      addresses: ["192.0.2.7:8744", "[2001:db8::7]:8744"],
    });
  });

  it("is nothing otherwise", () => {
    const good = { txt: { m: ben, t: teamMark(teamId) }, port: 8744, addresses: ["192.0.2.7"] };
    for (const bad of [
      { ...good, txt: { m: ben, t: teamMark("fedcba9876543210") } },
      { ...good, txt: { m: ana, t: teamMark(teamId) } },
      { ...good, txt: { m: "../../etc", t: teamMark(teamId) } },
      { ...good, txt: undefined },
      { ...good, port: 0 },
      { ...good, port: "8744" },
      { ...good, addresses: ["x\r\ny", "a b", 5, null] },
      { ...good, addresses: undefined },
    ])
      expect(candidateOf(us, bad)).toBeNull();
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (txt, port, addresses) => {
        expect(candidateOf(us, { txt, port, addresses })).toBeNull();
      }),
      { numRuns: 5_000 },
    );
  });

  it("does not tell which team it is", () => {
    expect(teamMark(teamId)).toMatch(/^[0-9a-f]{16}$/);
    expect(teamMark(teamId)).not.toContain(teamId);
  });
});

describe("announcing and finding", () => {
  it("two machines of a team find one another, and another team's does not count", async ({ skip }) => {
    if (!(await hasMulticast())) return skip("no multicast here");
    const found: string[] = [];
    const troubles: string[] = [];
    // A port of their own, so that nobody else's announcements are in the test.
    const network = { interface: "127.0.0.1", bind: "0.0.0.0", port: 53_530 };
    const start = (self: MachineId, team: string, port: number) =>
      startDiscovery({
        self,
        teamId: team,
        port,
        network,
        onFound: (machine, addresses) =>
          void found.push(`${self[0]} found ${machine[0]} ${addresses.at(-1)?.split(":").at(-1)}`),
        onTrouble: (text) => void troubles.push(text),
      });
    const running = [
      await start(ana, teamId, 1001),
      await start(ben, teamId, 1002),
      await start("e".repeat(26) as MachineId, "fedcba9876543210", 1003),
    ];
    await until("found", () => found.includes("a found b 1002") && found.includes("b found a 1001"));
    expect(found.filter((line) => line.includes("e"))).toEqual([]);
    expect(troubles).toEqual([]);
    for (const discovery of running) discovery.stop();
  });

  it("where it cannot work it says so once and goes on", async () => {
    const troubles: string[] = [];
    const discovery = await startDiscovery({
      self: ana,
      teamId,
      port: 1001,
      network: { interface: "203.0.113.77", bind: "203.0.113.77", port: 53_531 },
      onFound: () => {},
      onTrouble: (text) => void troubles.push(text),
    });
    await until("told", () => troubles.length > 0);
    discovery.stop();
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toMatch(/not looked for on this network/);
  });
});

function hasMulticast(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: "udp4", reuseAddr: true });
    const done = (answer: boolean) => {
      socket.close();
      resolve(answer);
    };
    socket.once("error", () => done(false));
    socket.bind(0, () => {
      try {
        socket.addMembership("224.0.0.251", "127.0.0.1");
        done(true);
      } catch {
        done(false);
      }
    });
  });
}
