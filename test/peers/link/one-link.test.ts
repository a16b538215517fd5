/** Which of two links between the same engines is kept: both ends must come to the same one. */
import { describe, expect, it } from "vitest";
import type { MachineId } from "#domain/ids";
import { memoryLinkPair } from "#peers/link/memory-link";
import { OneLink } from "#peers/link/one-link";
import type { PeerLink } from "#peers/peer-link";
import { VirtualTime } from "../../support/virtual-time.ts";

const [ana, ben] = ["a0000000machine", "b0000000machine"] as [MachineId, MachineId];

function start() {
  const time = new VirtualTime();
  const pair = () =>
    memoryLinkPair(ana, ben, {
      scheduler: time,
      delayMs: () => 1,
      loses: () => false,
      silenceMs: 1_000,
      unreadBytes: 1_000,
    }).ends;
  const [atAna, atBen] = [new OneLink(ana, time), new OneLink(ben, time)];
  const isOpen = (link: PeerLink) => link.send({ type: "goodbye", reason: "stop" });
  return { time, pair, atAna, atBen, isOpen };
}

describe("one link", () => {
  it.each([
    ["first", "first"],
    ["first", "second"],
    ["second", "first"],
    ["second", "second"],
  ])(
    "both dial at once; Ana sees hers %s, Ben sees Ana's %s: Ana's is kept",
    async (orderAtAna, orderAtBen) => {
      const { time, pair, atAna, atBen, isOpen } = start();
      const [byAna, byBen] = [pair(), pair()];
      const inOrder = (order: string, keep: [() => void, () => void]) =>
        (order === "first" ? keep : keep.toReversed()).forEach((each) => each());
      inOrder(orderAtAna, [() => atAna.keep(byAna[0], ana), () => atAna.keep(byBen[0], ben)]);
      inOrder(orderAtBen, [() => atBen.keep(byAna[1], ana), () => atBen.keep(byBen[1], ben)]);
      await time.pass(100);
      expect([byAna, byBen].map((ends) => ends.map(isOpen))).toEqual([
        [true, true],
        [false, false],
      ]);
      expect([atAna.all(), atBen.all()]).toEqual([[byAna[0]], [byAna[1]]]);
    },
  );

  it("a later call says that the old link is dead over there, whoever made either", async () => {
    for (const dialledBy of [ana, ben]) {
      const { time, pair, atAna, isOpen } = start();
      const [old, fresh] = [pair(), pair()];
      expect(atAna.keep(old[0], ana)).toBe(true);
      await time.pass(60_000);
      expect(atAna.keep(fresh[0], dialledBy)).toBe(true);
      expect([isOpen(old[0]), isOpen(fresh[0])]).toEqual([false, true]);
      expect(atAna.has(ben)).toBe(true);
    }
  });

  it("forgets a link that has closed", () => {
    const { pair, atAna } = start();
    const [end] = pair();
    atAna.keep(end, ana);
    end.close("The end.");
    expect([atAna.has(ben), atAna.all()]).toEqual([false, []]);
  });
});
