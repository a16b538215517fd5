/**
 * What every journal must keep to, run on SQLite and on the in-memory twin (the `Journal` port's contract). This file is
 * about one machine; merge-suite.ts is about several.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Fact } from "#domain/fact";
import type { AlertId, IntegrationId } from "#domain/ids";
import { JournalError, type Journal } from "#engine/ports";
import type { Vector } from "#domain/place";
import { mergeSuite } from "./merge-suite.ts";
import { acknowledged, engineStarted, factsIn, noted, opened, resolved } from "../journal/build-facts.ts";

export interface JournalUnderTest {
  readonly journal: Journal;
  /** The engine ends without a word and starts again on the same disk. */
  restart(): Journal;
  /** Copies the disk as it is now; the function that is returned starts an engine on that copy. */
  backup(): () => Journal;
  stop(): void;
}

/** `make`: an empty journal, each time with an origin of its own. */
export function journalSuite(name: string, make: () => JournalUnderTest): void {
  describe(`journal: ${name}`, () => {
    let under: JournalUnderTest;
    let journal: Journal;

    beforeEach(() => {
      under = make();
      journal = under.journal;
    });
    afterEach(() => {
      under.stop();
    });

    test("is empty at first", () => {
      expect(journal.lastSeq()).toBe(0);
      expect(factsIn(journal.replay(0))).toEqual([]);
      expect(journal.loadSnapshot()).toBeNull();
      expect(journal.resolvedAlerts(10)).toEqual([]);
      expect(journal.factsOf("nobody" as AlertId)).toEqual([]);
    });

    test("gives back what was appended, in order, numbered from 1", () => {
      const facts: Fact[] = [engineStarted(), opened("a"), acknowledged("a"), opened("b"), resolved("a")];
      journal.append(facts.slice(0, 2));
      journal.append([]);
      journal.append(facts.slice(2));
      expect(journal.lastSeq()).toBe(5);
      expect(factsIn(journal.replay(0))).toEqual(facts);
      expect(factsIn(journal.replay(3))).toEqual(facts.slice(3));
      expect(factsIn(journal.replay(5))).toEqual([]);
    });

    test("keeps an append when the engine ends without a word (invariant 1)", () => {
      journal.append([opened("a"), acknowledged("a")]);
      const again = under.restart();
      expect(again.lastSeq()).toBe(2);
      again.append([resolved("a")]);
      expect(factsIn(under.restart().replay(0))).toEqual([opened("a"), acknowledged("a"), resolved("a")]);
    });

    test("keeps hostile and long text as it is", () => {
      const texts = [
        "",
        "\0\u0001\u001b[2J",
        "'; DROP TABLE facts; --",
        "\ud83d\udd14 ünïcödé \u2028",
        "\r\n",
        "x".repeat(600_000),
      ];
      const facts = texts.map((text) => noted("a", text));
      journal.append(facts);
      expect(factsIn(under.restart().replay(0))).toEqual(facts);
    });

    test("keeps numbers as they are", () => {
      const facts: Fact[] = [
        engineStarted(0),
        engineStarted(1_700_000_000_123.25),
        { kind: "clock-stepped", at: 1, deltaMs: -0.5 },
      ];
      journal.append(facts);
      expect(factsIn(under.restart().replay(0))).toEqual(facts);
    });

    test("finds the facts of one alert, in order", () => {
      journal.append([opened("a"), opened("b"), engineStarted()]);
      journal.append([acknowledged("b"), acknowledged("a"), resolved("a")]);
      expect(factsIn(journal.factsOf("a" as AlertId))).toEqual([
        opened("a"),
        acknowledged("a"),
        resolved("a"),
      ]);
      expect(factsIn(under.restart().factsOf("b" as AlertId))).toEqual([opened("b"), acknowledged("b")]);
    });

    test("says where its own facts stand", () => {
      journal.append([opened("a")]);
      journal.append([acknowledged("a"), resolved("a")]);
      const { origin } = journal;
      const places = [1, 2, 3].map((number) => ({
        origin,
        seq: number,
        position: number,
        own: true,
        skewMs: 0,
      }));
      expect(Array.from(journal.replay(0), ({ place }) => place)).toEqual(places);
      expect(journal.vector()).toEqual({ [origin]: 3 });
      const again = under.restart();
      expect(again.origin).toBe(origin);
      expect(Array.from(again.factsOf("a" as AlertId), ({ place }) => place)).toEqual(places);
      expect(again.vector()).toEqual({ [origin]: 3 });
    });

    test("lists resolved alerts, each once, the newest first", () => {
      journal.append(["a", "b", "c", "d"].map((id) => opened(id)));
      journal.append([resolved("c"), resolved("a"), resolved("d")]);
      expect(journal.resolvedAlerts(2)).toEqual(["d", "a"]);
      expect(journal.resolvedAlerts(0)).toEqual([]);
      expect(journal.resolvedAlerts(10)).toEqual(["d", "a", "c"]);
      journal.append([resolved("c"), resolved("c"), resolved("a"), resolved("c")]);
      expect(journal.resolvedAlerts(2)).toEqual(["c", "a"]);
      journal.append(Array.from({ length: 130 }, () => resolved("b")));
      expect(under.restart().resolvedAlerts(3)).toEqual(["b", "c", "a"]);
    });

    test("knows the latest alert of a key, by logical clock, of any length and spelling", () => {
      const key = "'; DROP TABLE facts; --\0\ud83d\udd14".repeat(100);
      journal.append([
        opened("a", { dedupKey: key, hlc: 10 }),
        opened("c", { dedupKey: key, hlc: 30 }),
        opened("b", { dedupKey: key, hlc: 20 }),
        opened("z", { dedupKey: key, integration: "prometheus" as IntegrationId, hlc: 5 }),
        opened("y", { dedupKey: `${key}.`, hlc: 40 }),
        resolved("c"),
      ]);
      const check = (each: Journal): void => {
        expect(each.lastAlertOf(null, key)).toBe("c");
        expect(each.lastAlertOf("prometheus" as IntegrationId, key)).toBe("z");
        expect(each.lastAlertOf(null, "never seen")).toBeNull();
        const keys = [
          { integration: null, dedupKey: "never seen" },
          { integration: "prometheus" as IntegrationId, dedupKey: key },
          { integration: null, dedupKey: key },
          { integration: null, dedupKey: key },
        ];
        expect(each.lastAlertsOf(keys)).toEqual([null, "z", "c", "c"]);
        expect(each.lastAlertsOf([])).toEqual([]);
      };
      check(journal);
      check(under.restart());
    });

    test("replays more than a page, and while it grows", () => {
      journal.append(Array.from({ length: 2500 }, (_, index) => noted("a", String(index))));
      let seen = 0;
      for (const { fact } of journal.replay(0)) {
        if (seen < 2500) expect(fact).toEqual(noted("a", String(seen)));
        if (seen === 10) journal.append([noted("a", "later")]);
        seen += 1;
      }
      expect(seen).toBeGreaterThanOrEqual(2500);
      expect(journal.lastSeq()).toBe(2501);
    });

    test("keeps the newest snapshot with its number", () => {
      journal.append([opened("a")]);
      journal.saveSnapshot("one");
      expect(journal.loadSnapshot()).toEqual({ seq: 1, snapshot: "one" });
      journal.append([resolved("a"), opened("b")]);
      journal.saveSnapshot("two \ud83d\udd14\nlines");
      journal.append([resolved("b")]);
      const again = under.restart();
      expect(again.loadSnapshot()).toEqual({ seq: 3, snapshot: "two \ud83d\udd14\nlines" });
      expect(factsIn(again.replay(3))).toEqual([resolved("b")]);
    });

    test("replaces a snapshot of the same number, and takes an empty one", () => {
      journal.saveSnapshot("");
      expect(journal.loadSnapshot()).toEqual({ seq: 0, snapshot: "" });
      journal.saveSnapshot("again");
      expect(under.restart().loadSnapshot()).toEqual({ seq: 0, snapshot: "again" });
    });

    test("gives its reserve once, and takes it back", () => {
      expect(journal.restoreReserve()).toBe(true);
      expect(journal.releaseReserve()).toBe(true);
      expect(journal.releaseReserve()).toBe(false);
      expect(journal.restoreReserve()).toBe(true);
      expect(journal.releaseReserve()).toBe(true);
    });

    test("refuses to work once it is closed", () => {
      journal.close();
      journal.close();
      expect(() => journal.append([opened("a")])).toThrow(JournalError);
      expect(() => [...journal.replay(0)]).toThrow(JournalError);
      expect(() => journal.factsOf("a" as AlertId)).toThrow(JournalError);
      expect(() => journal.saveSnapshot("x")).toThrow(JournalError);
      expect(() => journal.factsBeyond({} as Vector, 1000, 0)).toThrow(JournalError);
      expect(() => journal.startNewOrigin(1)).toThrow(JournalError);
      expect(() => journal.lastAlertOf(null, "x")).toThrow(JournalError);
    });
  });
  mergeSuite(name, make);
}
