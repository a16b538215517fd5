/**
 * What every link between two engines must keep to, run on the real one (TLS, WebSocket) and on its in-memory twin (the
 * contract of `PeerLink`).
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { MachineId } from "#domain/ids";
import type { PeerLink } from "#peers/peer-link";
import type { PeerMessage } from "#wire/peer-contract";

/** Two machines with a link, seen from both ends. */
export interface PeerLinkUnderTest {
  readonly one: PeerLink;
  readonly other: PeerLink;
  readonly idOfOne: MachineId;
  readonly idOfOther: MachineId;
  /** Lets things happen until it is so; fails when it never is. */
  until(what: string, isSo: () => boolean): Promise<void>;
  /** Lets everything arrive that is on its way. */
  settle(): Promise<void>;
  /** The network between them breaks for good. */
  sever(): void;
  stop(): Promise<void>;
}

export function peerLinkSuite(name: string, make: () => Promise<PeerLinkUnderTest>): void {
  describe(`peer link: ${name}`, () => {
    let under: PeerLinkUnderTest;
    beforeEach(async () => {
      under = await make();
    });
    afterEach(() => under.stop());

    test("each end knows who the other is", () => {
      expect(under.one.machine).toBe(under.idOfOther);
      expect(under.other.machine).toBe(under.idOfOne);
    });

    test("messages arrive whole, in order and once, both ways at the same time", async () => {
      const [atOne, atOther] = [listen(under.one), listen(under.other)];
      const sent = Array.from({ length: 300 }, (_, n) => word(n, n % 7 === 0 ? 3_000 : n % 50));
      for (const message of sent) {
        expect(under.one.send(message)).toBe(true);
        expect(under.other.send(message)).toBe(true);
      }
      await under.until("all arrived", () => atOne.length >= sent.length && atOther.length >= sent.length);
      await under.settle();
      expect(atOne).toEqual(sent);
      expect(atOther).toEqual(sent);
    });

    test("a message may be almost as large as the contract says; a larger one is not sent, and ends it", async () => {
      const heard = listen(under.other);
      const large = facts(8, 500_000);
      expect(under.one.send(large)).toBe(true);
      await under.until("it arrived", () => heard.length === 1);
      expect(heard).toEqual([large]);
      const endsHere = ends(under.one);
      expect(under.one.send(facts(9, 500_000))).toBe(false);
      expect(endsHere).toEqual([expect.stringContaining("characters long")]);
    });

    test("what came before anybody listened is delivered then", async () => {
      const sent = [word(1), word(2), word(3)];
      for (const message of sent) under.one.send(message);
      await under.settle();
      const heard = listen(under.other);
      await under.until("all arrived", () => heard.length >= 3);
      expect(heard).toEqual(sent);
    });

    test("closing ends it at once here and soon there, once, with the reason; what was said before arrives", async () => {
      const heard = listen(under.other);
      const [endsHere, endsThere] = [ends(under.one), ends(under.other)];
      under.one.send(word(1));
      under.one.close("That is all.");
      expect(endsHere).toEqual(["That is all."]);
      expect(under.one.send(word(2))).toBe(false);
      await under.until("the other end closed", () => endsThere.length > 0);
      under.one.close("Again.");
      under.other.close("Again.");
      await under.settle();
      expect([endsHere, endsThere]).toEqual([["That is all."], ["That is all."]]);
      expect(heard).toEqual([word(1)]);
      expect(under.other.send(word(3))).toBe(false);
    });

    test("nothing is heard after closing", async () => {
      const heard = listen(under.one);
      under.other.send(word(1));
      under.one.close("Enough.");
      await under.settle();
      expect(heard).toEqual([]);
    });

    test("who asks later is told too that it is closed", async () => {
      under.one.close("Gone.");
      expect(ends(under.one)).toEqual(["Gone."]);
      let told: string[] = [];
      await under.until("the other end closed", () => (told = ends(under.other)).length > 0);
      expect(told).toEqual(["Gone."]);
      expect(ends(under.other)).toEqual(["Gone."]);
    });

    test("both ends notice when the network breaks", async () => {
      const [endsHere, endsThere] = [ends(under.one), ends(under.other)];
      listen(under.one);
      listen(under.other);
      under.sever();
      await under.until("both closed", () => endsHere.length > 0 && endsThere.length > 0);
      expect(under.one.send(word(1))).toBe(false);
      expect(under.other.send(word(1))).toBe(false);
    });

    test("one who does not read is not written to without end", async () => {
      const endsHere = ends(under.one);
      let sent = 0;
      while (sent < 400 && under.one.send(facts(1, 200_000))) {
        sent += 1;
        if (sent % 20 === 0) await under.settle();
      }
      expect(sent).toBeLessThan(400);
      expect(sent * 200_000).toBeGreaterThan(8 * 1024 * 1024);
      await under.until("it was closed", () => endsHere.length === 1);
      expect(endsHere[0]).toMatch(/too slowly/);
      expect(under.one.send(word(1))).toBe(false);
    });

    test("unread bytes fall back to nothing once the other reads", async () => {
      for (let n = 0; n < 30; n += 1) under.one.send(facts(1, 200_000, n));
      expect(under.one.unreadBytes).toBeGreaterThan(0);
      const heard = listen(under.other);
      await under.until("all arrived", () => heard.length === 30);
      await under.until("nothing is left", () => under.one.unreadBytes === 0);
    });
  });
}

function listen(link: PeerLink): PeerMessage[] {
  const heard: PeerMessage[] = [];
  link.onMessage((message) => void heard.push(message));
  return heard;
}

function ends(link: PeerLink): string[] {
  const whys: string[] = [];
  link.onClose((why) => void whys.push(why));
  return whys;
}

function word(number: number, length = 3): PeerMessage {
  return { type: "tell", person: "ana", title: `Word ${number}`, text: "x".repeat(length), forMs: number };
}

/** Content that does not compress. */
function facts(count: number, bytes: number, seed = 1): PeerMessage {
  let state = seed + 1;
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state.toString(36).slice(-6).padStart(6, "0");
  };
  return {
    type: "facts",
    more: false,
    facts: Array.from({ length: count }, (_, index) => ({
      origin: "origin-of-one",
      seq: index + 1,
      at: 1,
      kind: "noted",
      alertId: null,
      previous: "0".repeat(64),
      hash: "0".repeat(64),
      body: Array.from({ length: Math.ceil(bytes / 6) }, noise)
        .join("")
        .slice(0, bytes),
      ageMs: 0,
    })),
  };
}
