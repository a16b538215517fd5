/**
 * What every journal must keep to when there are several machines: facts travel in any order, in portions, twice and by
 * detours, and all journals end equal. Run by journalSuite on SQLite and on the in-memory twin.
 */
import { hash } from "node:crypto";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import type { Fact } from "#domain/fact";
import type { AlertId, OriginId } from "#domain/ids";
import type { Vector } from "#domain/place";
import { JournalError, type Journal, type TravellingFact } from "#engine/ports";
import { acknowledged, engineStarted, factsIn, noted, opened, resolved } from "../journal/build-facts.ts";
import type { JournalUnderTest } from "./journal-suite.ts";

const nothing = {} as Vector;
const everything = Number.MAX_SAFE_INTEGER;
/** Epoch ms; the facts that are built say some 28 hours less. */
const now = 1_700_000_100_000;

export function mergeSuite(name: string, make: () => JournalUnderTest): void {
  describe(`journal of several machines: ${name}`, () => {
    const running: JournalUnderTest[] = [];
    const start = (): JournalUnderTest => {
      const under = make();
      running.push(under);
      return under;
    };
    afterEach(() => {
      for (const under of running.splice(0)) under.stop();
    });

    test("takes in what another one said, byte for byte, and says whose it is", () => {
      const [ana, ben] = [start(), start()];
      ana.journal.append([opened("a"), noted("a", "\u2028 ünï \0 \ud83d\udd14"), engineStarted(0.5)]);
      ben.journal.append([engineStarted()]);
      const sent = ana.journal.factsBeyond(ben.journal.vector(), everything, now);
      const { added, refused } = ben.journal.merge(sent, now);
      expect(refused).toBeNull();
      expect(added.map(({ place }) => [place.origin, place.seq, place.position, place.own])).toEqual(
        [1, 2, 3].map((seq) => [ana.journal.origin, seq, seq + 1, false]),
      );
      expect(factsIn(added)).toEqual(factsIn(ana.journal.replay(0)));
      const again = ben.restart();
      expect([...again.replay(1)]).toEqual(added);
      expect(again.vector()).toEqual({ [ana.journal.origin]: 3, [again.origin]: 1 });
      expect(again.lastSeq()).toBe(4);
      expect(withoutAge(again.factsBeyond({ [again.origin]: 1 } as Vector, everything, now))).toEqual(
        withoutAge(sent),
      );
    });

    test("counts times by the age of a fact, whatever the other clock says, over every detour", () => {
      const [ana, ben, cleo] = [start(), start(), start()];
      const fact = opened("a");
      ana.journal.append([fact]);
      const fromAna = ana.journal.factsBeyond(nothing, everything, fact.at + 5_000);
      expect(fromAna[0]).toMatchObject({ at: fact.at, ageMs: 5_000 });
      // Ben's clock is 2 minutes behind.
      const bensNow = fact.at - 115_000;
      const [onBens] = ben.journal.merge(fromAna, bensNow).added;
      expect(onBens!.place.skewMs).toBe(-120_000);
      const again = ben.restart();
      expect([...again.replay(0)]).toEqual([onBens]);
      const fromBen = again.factsBeyond(nothing, everything, bensNow + 1_000);
      expect(fromBen[0]).toMatchObject({ at: fact.at, ageMs: 6_000 });
      const [onCleos] = cleo.journal.merge(fromBen, 6_000).added;
      expect(onCleos!.place.skewMs).toBe(-fact.at);
      // Said later than it is by this clock: not from the future, just now.
      expect(ana.journal.factsBeyond(nothing, everything, fact.at - 1)[0]!.ageMs).toBe(0);
      expect(cleo.journal.factsBeyond(nothing, everything, -3)[0]!.ageMs).toBe(0);
    });

    test("leaves out what it knows, takes portions and overlaps, and goes on saying its own between", () => {
      const [ana, ben] = [start(), start()];
      ana.journal.append(Array.from({ length: 40 }, (_, index) => noted("a", `${index}`)));
      const all = ana.journal.factsBeyond(nothing, everything, now);
      expect(ben.journal.merge([], now)).toEqual({ added: [], refused: null });
      expect(ben.journal.merge(all.slice(0, 10), now).added).toHaveLength(10);
      ben.journal.append([opened("b")]);
      expect(ben.journal.merge([...all.slice(5, 20), ...all.slice(18, 25)], now).added).toHaveLength(15);
      expect(ben.journal.merge(all.slice(0, 25), now)).toEqual({ added: [], refused: null });
      ben.journal.append([acknowledged("b")]);
      expect(ben.journal.merge(all, now).added).toHaveLength(15);
      const again = ben.restart();
      again.append([resolved("b")]);
      expect(again.vector()).toEqual({ [ana.journal.origin]: 40, [again.origin]: 3 });
      expect(Array.from(again.replay(0), ({ place }) => place.position)).toEqual(
        Array.from({ length: 43 }, (_, index) => index + 1),
      );
      expect(factsIn(again.factsOf("a" as AlertId))).toEqual(factsIn(ana.journal.replay(0)));
      expect(factsIn(again.factsOf("b" as AlertId))).toEqual([opened("b"), acknowledged("b"), resolved("b")]);
    });

    test("gives portions of about the size that is asked for, each one fact at least", () => {
      const [ana, ben] = [start(), start()];
      const long = '"x"\u00fc'.repeat(4000);
      ana.journal.append(
        Array.from({ length: 60 }, (_, index) => noted("a", index === 30 ? long : `${index}`)),
      );
      let portions = 0;
      while ((ben.journal.vector()[ana.journal.origin] ?? 0) < 60) {
        const portion = ana.journal.factsBeyond(ben.journal.vector(), 8_000, now);
        if (portion.length > 1) expect(JSON.stringify(portion).length).toBeLessThanOrEqual(8_000);
        expect(ben.journal.merge(portion, now)).toMatchObject({ refused: null });
        portions += 1;
      }
      expect(portions).toBeGreaterThan(3);
      expect(portions).toBeLessThan(15);
      expect(ana.journal.factsBeyond(ben.journal.vector(), 8_000, now)).toEqual([]);
      expect(
        ana.journal.factsBeyond({ [ana.journal.origin]: 99, toString: 7 } as unknown as Vector, 1, now),
      ).toEqual([]);
    });

    test("gives them in the order in which it learned them", () => {
      const [ana, ben, cleo] = [start(), start(), start()];
      const said: Fact[] = [];
      for (const [index, each] of [ana, ben, ben, ana, cleo, ben, ana].entries()) {
        said.push(noted("a", `${index}`));
        each.journal.append([said.at(-1)!]);
        if (each !== cleo) exchange(each.journal, cleo.journal);
      }
      const dora = start().journal;
      exchange(cleo.journal, dora);
      expect(factsIn(dora.replay(0))).toEqual(said);
    });

    describe("refuses", () => {
      const chain = (): { sent: TravellingFact[]; other: Journal; ours: Journal } => {
        const [ana, ben] = [start(), start()];
        ana.journal.append([opened("a"), noted("a", "two"), noted("a", "three"), resolved("a")]);
        ben.journal.append([opened("b")]);
        return {
          sent: ana.journal.factsBeyond(nothing, everything, now),
          other: ana.journal,
          ours: ben.journal,
        };
      };
      const refusedBy = (ours: Journal, facts: TravellingFact[]): unknown => {
        const before = ours.lastSeq();
        const { added, refused } = ours.merge(facts, now);
        expect(ours.lastSeq()).toBe(before + added.length);
        return [added.length, refused?.reason, refused?.seq];
      };

      test("what does not come next, keeping what came before", () => {
        const { sent, ours, other } = chain();
        const [one, two, three, four] = sent as [
          TravellingFact,
          TravellingFact,
          TravellingFact,
          TravellingFact,
        ];
        expect(refusedBy(ours, [two, one])).toEqual([0, "gap", 2]);
        expect(refusedBy(ours, [one, three, two])).toEqual([1, "gap", 3]);
        expect(refusedBy(ours, [two, four, three])).toEqual([1, "gap", 4]);
        expect(ours.merge(sent, now)).toMatchObject({ added: [{}, {}], refused: null });
        expect(ours.vector()).toEqual({ [other.origin]: 4, [ours.origin]: 1 });
      });

      test.each<[string, (fact: TravellingFact) => Partial<TravellingFact>]>([
        ["another body", ({ body }) => ({ body: body.replace("two", "2") })],
        ["another time", ({ at }) => ({ at: at + 1 })],
        ["another alert", () => ({ alertId: "b" as AlertId })],
        ["another kind", () => ({ kind: "alert-resolved" })],
        ["another previous hash", () => ({ previous: "0".repeat(64) })],
        ["another hash", () => ({ hash: "f".repeat(64) })],
        ["another origin", () => ({ origin: "somebody-else" as OriginId, seq: 1 })],
        ["a body that is not JSON, well hashed", () => rehashed({ body: "{" })],
        ["a body that is no object, well hashed", () => rehashed({ body: "null" })],
        ["a kind that its body does not say, well hashed", () => rehashed({ kind: "alert-resolved" })],
        ["an alert that its body does not say, well hashed", () => rehashed({ alertId: "b" as AlertId })],
        ["a time that its body does not say, well hashed", () => rehashed({ at: 7 })],
        ["text that cannot be kept, well hashed", () => rehashed(unkeepable())],
        ["a number that is none", () => rehashed({ seq: 2.5 })],
        ["an origin that is none", () => rehashed({ origin: "../../etc/passwd" as OriginId, seq: 1 })],
      ])("%s, and nothing else is lost", (_, change) => {
        const { sent, ours } = chain();
        const [one, two, three] = sent as [TravellingFact, TravellingFact, TravellingFact];
        const lie = { ...two, ...change(two) };
        const whole = "hash" in change(two) && lie.hash === "" ? { ...lie, hash: hashAsSaid(lie) } : lie;
        expect(refusedBy(ours, [one, whole, three])).toEqual([1, "damaged", whole.seq]);
        expect(refusedBy(ours, sent)).toEqual([3, undefined, undefined]);
      });

      test("another fact with a number that is taken, and what follows it", () => {
        const restored = start();
        restored.journal.append([opened("a")]);
        const second = restored.backup()();
        restored.journal.append([noted("a", "here"), noted("a", "more")]);
        second.append([noted("a", "there"), noted("a", "even more")]);
        const ours = start().journal;
        exchange(restored.journal, ours);
        const { origin } = restored.journal;
        const other = second.factsBeyond(nothing, everything, now);
        expect(ours.merge(other, now)).toEqual({ added: [], refused: { reason: "forked", origin, seq: 2 } });
        expect(ours.merge(other.slice(2), now).refused).toEqual({ reason: "forked", origin, seq: 3 });
        second.append([resolved("a")]);
        const beyond = second.factsBeyond(ours.vector(), everything, now);
        expect(ours.merge(beyond, now).refused).toEqual({ reason: "forked", origin, seq: 4 });
        expect(ours.vector()).toEqual({ [origin]: 3 });
      });

      test("what would be its own, and is not", () => {
        const { journal } = start();
        journal.append([opened("a")]);
        const elder = start().journal;
        journal.append([noted("a", "two")]);
        exchange(journal, elder);
        const { origin } = journal;
        const lie = { origin, seq: 3, previous: elder.factsBeyond(nothing, everything, now)[1]!.hash };
        const fact = { ...elder.factsBeyond(nothing, everything, now)[1]!, ...lie };
        const forged = { ...fact, hash: hashAsSaid(fact) };
        expect(journal.merge([forged], now).refused).toEqual({ reason: "forked", origin, seq: 3 });
        expect(journal.lastSeq()).toBe(2);
      });
    });

    test("keeps and forwards kinds that it does not know", () => {
      const [newer, ours, last] = [start(), start(), start()];
      const fact = {
        kind: "coffee-brewed",
        at: 12.5,
        alertId: "a",
        strength: { cups: 3 },
      } as unknown as Fact;
      newer.journal.append([opened("a"), fact]);
      exchange(newer.journal, ours.journal);
      exchange(ours.restart(), last.journal);
      expect(factsIn(last.journal.factsOf("a" as AlertId))).toEqual([opened("a"), fact]);
    });

    test("a snapshot stands among facts of all machines", () => {
      const [ana, ben] = [start(), start()];
      ana.journal.append([opened("a"), opened("b")]);
      ben.journal.append([engineStarted()]);
      exchange(ana.journal, ben.journal);
      ben.journal.saveSnapshot("three");
      ana.journal.append([resolved("a")]);
      exchange(ana.journal, ben.journal);
      ben.journal.append([resolved("b")]);
      const again = ben.restart();
      expect(again.loadSnapshot()).toEqual({ seq: 3, snapshot: "three" });
      expect(factsIn(again.replay(3))).toEqual([resolved("a"), resolved("b")]);
      again.saveSnapshot("five");
      expect(ben.restart().loadSnapshot()).toEqual({ seq: 5, snapshot: "five" });
    });

    test("the latest alert of a key is the same wherever and in whatever order it was learned", () => {
      const [ana, ben] = [start(), start()];
      const key = { dedupKey: "same" };
      ana.journal.append([opened("late", { ...key, hlc: 500 }), opened("tie", { ...key, hlc: 700 })]);
      ben.journal.append([opened("early", { ...key, hlc: 100 }), opened("edge", { ...key, hlc: 700 })]);
      exchange(ana.journal, ben.journal);
      exchange(ben.journal, ana.journal);
      for (const each of [ana, ben]) {
        expect(each.journal.lastAlertOf(null, "same")).toBe("tie");
        expect(each.restart().lastAlertOf(null, "same")).toBe("tie");
      }
    });

    describe("restored from a copy", () => {
      /** Ben knows what was said after the copy was made; the copy has said something else since. */
      const restored = (): { copy: JournalUnderTest["journal"]; ben: Journal; old: OriginId } => {
        const [ana, ben] = [start(), start()];
        const old = ana.journal.origin;
        ana.journal.append([opened("a"), opened("b")]);
        const startCopy = ana.backup();
        ana.journal.append([noted("a", "lost here"), resolved("b", { [old]: 3 } as Vector)]);
        exchange(ana.journal, ben.journal);
        const copy = startCopy();
        copy.saveSnapshot("two");
        copy.append([opened("c"), noted("c", "new here"), opened("a", { title: "again" })]);
        copy.append([resolved("c", { [old]: 5, elsewhere: 1 } as Vector)]);
        copy.saveSnapshot("six");
        return { copy, ben: ben.journal, old };
      };

      test("its new facts move to a new log, and nothing is lost on either side", () => {
        const { copy, ben, old } = restored();
        const before = factsIn(copy.replay(0));
        const fromBen = ben.factsBeyond(nothing, everything, now);
        const { refused } = copy.merge(fromBen, now);
        expect(refused).toEqual({ reason: "forked", origin: old, seq: 3 });
        copy.startNewOrigin(refused!.seq);
        expect(copy.origin).not.toBe(old);
        expect(copy.vector()).toEqual({ [old]: 2, [copy.origin]: 4 });
        expect(copy.lastSeq()).toBe(6);
        expect(Array.from(copy.replay(0), ({ place }) => [place.origin, place.seq, place.own])).toEqual([
          ...[1, 2].map((seq) => [old, seq, true]),
          ...[1, 2, 3, 4].map((seq) => [copy.origin, seq, true]),
        ]);
        expect(factsIn(copy.replay(0)).slice(0, 5)).toEqual(before.slice(0, 5));
        expect(copy.merge(fromBen, now)).toMatchObject({ added: [{}, {}], refused: null });
        copy.append([acknowledged("a")]);
        exchange(copy, ben);
        expect(allIn(copy)).toEqual(allIn(ben));
        expect(ben.vector()).toEqual({ [old]: 4, [copy.origin]: 5 });
        expect(factsIn(copy.factsOf("c" as AlertId))).toHaveLength(3);
        expect(copy.lastAlertOf(null, "disk/c")).toBe("c");
      });

      test("a resolve goes on answering the reports that it answered, and no others", () => {
        const { copy, old } = restored();
        copy.startNewOrigin(3);
        expect(factsIn(copy.replay(5))).toEqual([
          resolved("c", { [old]: 2, elsewhere: 1, [copy.origin]: 3 } as Vector),
        ]);
      });

      test("snapshots that hold moved facts are not given back", () => {
        const { copy } = restored();
        expect(copy.loadSnapshot()).toEqual({ seq: 6, snapshot: "six" });
        copy.startNewOrigin(3);
        expect(copy.loadSnapshot()).toEqual({ seq: 2, snapshot: "two" });
      });

      test("with nothing new to move it just goes on elsewhere, also after a restart", () => {
        const ana = start();
        const old = ana.journal.origin;
        ana.journal.append([opened("a")]);
        ana.journal.startNewOrigin(2);
        const { origin } = ana.journal;
        expect(origin).not.toBe(old);
        expect(ana.journal.vector()).toEqual({ [old]: 1 });
        const again = ana.restart();
        expect(again.origin).toBe(origin);
        again.append([resolved("a")]);
        again.startNewOrigin(1);
        expect(ana.restart().vector()).toEqual({ [old]: 1, [again.origin]: 1 });
      });
    });

    test("property: whatever is merged where and when, in whatever portions, all end equal", () => {
      const step = fc.oneof(
        fc.record({ say: fc.nat(2), count: fc.integer({ min: 1, max: 3 }) }),
        fc.record({ from: fc.nat(2), to: fc.nat(2), bytes: fc.integer({ min: 1, max: 4000 }) }),
        fc.record({ from: fc.nat(2), to: fc.nat(2), again: fc.nat(8), shuffle: fc.boolean() }),
        fc.record({ restart: fc.nat(2) }),
      );
      const runs = name === "memory" ? 200 : 12;
      fc.assert(
        fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
          const machines = [make(), make(), make()];
          try {
            const journals = machines.map(({ journal }) => journal);
            let number = 0;
            for (const each of steps) {
              if ("say" in each) {
                const said = Array.from({ length: each.count }, () => noted(`${number % 4}`, `${number++}`));
                journals[each.say]!.append(said);
              } else if ("restart" in each) {
                journals[each.restart] = machines[each.restart]!.restart();
              } else {
                const [from, to] = [journals[each.from]!, journals[each.to]!];
                if ("bytes" in each) {
                  const portion = from.factsBeyond(to.vector(), each.bytes, now);
                  expect(to.merge(portion, now)).toMatchObject({
                    added: portion.map(() => ({})),
                    refused: null,
                  });
                } else {
                  const some = from.factsBeyond(nothing, everything, now).slice(each.again);
                  to.merge(each.shuffle ? some.reverse() : some, now);
                }
              }
            }
            for (const round of [1, 2])
              for (const from of journals) for (const to of journals) exchange(from, to, round * 500);
            const [first, ...others] = journals.map(allIn);
            expect(first).toHaveLength(number);
            for (const other of others) expect(other).toEqual(first);
            expect(journals[1]!.vector()).toEqual(journals[0]!.vector());
            expect(journals[2]!.vector()).toEqual(journals[0]!.vector());
          } finally {
            for (const machine of machines) machine.stop();
          }
        }),
        { numRuns: runs },
      );
    });

    test("refuses to merge once it is closed", () => {
      const [ana, ben] = [start(), start()];
      ana.journal.append([opened("a")]);
      const sent = ana.journal.factsBeyond(nothing, everything, now);
      ben.journal.close();
      expect(() => ben.journal.merge(sent, now)).toThrow(JournalError);
    });
  });
}

/** All that `to` lacks, in portions. */
function exchange(from: Journal, to: Journal, bytes = 2000): void {
  for (;;) {
    const portion = from.factsBeyond(to.vector(), bytes, now);
    if (portion.length === 0) return;
    expect(to.merge(portion, now).refused).toBeNull();
  }
}

/** What a journal holds, by identity. */
function allIn(journal: Journal): TravellingFact[] {
  return withoutAge(journal.factsBeyond(nothing, everything, now)).sort((a, b) =>
    `${a.origin} ${String(a.seq).padStart(9)}` < `${b.origin} ${String(b.seq).padStart(9)}` ? -1 : 1,
  );
}

function withoutAge(facts: readonly TravellingFact[]): TravellingFact[] {
  return facts.map((fact) => ({ ...fact, ageMs: 0 }));
}

/** A change by somebody who knows how to hash; the hash is filled in later. */
function rehashed(change: Partial<TravellingFact>): Partial<TravellingFact> {
  return { ...change, hash: "" };
}

function unkeepable(): Partial<TravellingFact> {
  const fact = noted("a", "two");
  return { body: JSON.stringify(fact).replace("two", "\ud800") };
}

/** Written anew from what is documented, so that the journals' own function is not its own judge. */
function hashAsSaid(fact: TravellingFact): string {
  const alertId = fact.alertId === null ? "" : JSON.stringify(fact.alertId);
  return hash(
    "sha256",
    [fact.previous, fact.origin, fact.seq, fact.at, fact.kind, alertId, fact.body].join("\n"),
  );
}
