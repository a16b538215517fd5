/**
 * What every channel must keep to, run on the real ones and on the in-memory twin (the `Channel` port's contract).
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Channel, Notice } from "#engine/ports";

/** A channel set up so that it works, and a look at what arrived at the other end. */
export interface ChannelUnderTest {
  readonly channel: Channel;
  /** A notice for a person whom the channel can reach, about an alert of its own with this title. */
  notice(title: string, stillWanted?: () => boolean): Notice;
  /** One for a person whom it cannot reach, now and for ever. */
  unreachable(): Notice;
  /** The titles that have arrived so far; waits until `count` have, or a moment when nothing more is to come. */
  arrived(count: number): Promise<readonly string[]>;
  /** From now on the other end never answers. */
  hang(): void;
  stop(): Promise<void>;
}

export function channelSuite(name: string, make: () => Promise<ChannelUnderTest>): void {
  describe(`channel: ${name}`, () => {
    let under: ChannelUnderTest;
    const never = new AbortController().signal;

    beforeEach(async () => {
      under = await make();
    });
    afterEach(async () => {
      await under.channel.close();
      await under.stop();
    });

    test("delivers once and says so", async () => {
      expect(await under.channel.send(under.notice("Disk full"), never)).toMatchObject({ kind: "sent" });
      expect(await under.arrived(1)).toEqual(["Disk full"]);
    });

    test("delivers many at the same time, each once", async () => {
      const titles = Array.from({ length: 12 }, (_, index) => `Alert number ${index + 10}`);
      const outcomes = await Promise.all(
        titles.map((title) => under.channel.send(under.notice(title), never)),
      );
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(titles.map(() => "sent"));
      expect([...(await under.arrived(titles.length))].sort()).toEqual(titles);
    });

    test("sends nothing that is no longer wanted (invariant 3)", async () => {
      expect(
        await under.channel.send(
          under.notice("Old news", () => false),
          never,
        ),
      ).toEqual({ kind: "withdrawn" });
      expect(await under.arrived(0)).toEqual([]);
    });

    test("asks again after connecting: an acknowledgement meanwhile still stops it (invariant 3)", async () => {
      let asked = 0;
      const notice = under.notice("Acknowledged meanwhile", () => {
        asked += 1;
        return asked === 1;
      });
      const outcome = await under.channel.send(notice, never);
      expect(outcome).toEqual({ kind: "withdrawn" });
      expect(asked).toBeGreaterThan(1);
      expect(await under.arrived(0)).toEqual([]);
    });

    test("goes on working after a withdrawal", async () => {
      let asked = 0;
      await under.channel.send(
        under.notice("Withdrawn", () => asked++ === 0),
        never,
      );
      expect(await under.channel.send(under.notice("The next one"), never)).toMatchObject({ kind: "sent" });
      expect(await under.arrived(1)).toEqual(["The next one"]);
    });

    test("says permanently failed when the person cannot be reached", async () => {
      const outcome = await under.channel.send(under.unreachable(), never);
      expect(outcome).toMatchObject({ kind: "failed", permanent: true });
    });

    test("does not begin when it is already given up", async () => {
      const outcome = await under.channel.send(under.notice("Too late"), AbortSignal.abort());
      expect(outcome).toMatchObject({ kind: "failed", permanent: false, reason: "timed-out" });
      expect(await under.arrived(0)).toEqual([]);
    });

    test("ends when it is given up while the other end hangs", { timeout: 5_000 }, async () => {
      under.hang();
      const giveUp = new AbortController();
      const outcome = under.channel.send(under.notice("Hangs"), giveUp.signal);
      setTimeout(() => giveUp.abort(), 100);
      expect(await outcome).toMatchObject({ kind: "failed", permanent: false, reason: "timed-out" });
    });

    test("survives texts made to break it", async () => {
      const nasty = "\u0000\r\nBcc: x@example.org\r\n\r\n<b>$(id)`id`\u202E\uD800 '\"";
      expect(await under.channel.send(under.notice(nasty), never)).toMatchObject({ kind: "sent" });
      expect(await under.arrived(1)).toHaveLength(1);
    });

    test("answers with data after it is closed, and closes twice", async () => {
      await under.channel.close();
      await under.channel.close();
      expect(await under.channel.send(under.notice("After the end"), never)).toMatchObject({
        kind: "failed",
        permanent: false,
      });
      expect(await under.arrived(0)).toEqual([]);
    });
  });
}
