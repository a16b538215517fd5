/** A journal from before there were several machines becomes one that other machines can follow, where it lies. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Vector } from "#domain/place";
import { MemoryJournal } from "#journal/memory";
import { migrateJournal } from "#journal/migration";
import { placesIn } from "#journal/places";
import { SqliteFile } from "#journal/sqlite-file";
import { verifyJournal } from "#journal/verify";
import { acknowledged, factsIn, opened, resolved } from "./build-facts.ts";
import { flip } from "./damaged-start.ts";
import { makeFormat1 } from "./format-1.ts";
import { manyFacts, TemporaryJournal } from "./temporary-journal.ts";

let place: TemporaryJournal;
beforeEach(() => {
  place = new TemporaryJournal();
});
afterEach(() => place.remove());

const facts = manyFacts(1500);
const origin = "0123456789abcdef";
const now = 1_700_000_100_000;

test("all facts stay what and where they are, and go on in the same chain", () => {
  makeFormat1(place.directory, [{ origin, first: 1, facts }]);
  expect(() => verifyJournal(place.directory)).toThrow("start Tocsin on it once");
  const { journal, report } = place.start();
  expect(report.salvaged).toBeNull();
  expect(journal.origin).toBe(origin);
  expect(factsIn(journal.replay(0))).toEqual(facts);
  expect([...journal.replay(1498)].map((each) => each.place)).toEqual(
    [1499, 1500].map((seq) => ({ origin, seq, position: seq, own: true, skewMs: 0 })),
  );
  expect(journal.lastAlertOf(null, "disk/alert-9")).toBe("alert-9");
  journal.append([opened("new")]);
  expect(journal.vector()).toEqual({ [origin]: 1501 });
  journal.close();
  expect(verifyJournal(place.directory)).toEqual({ ok: true, facts: 1501, origins: 1 });
  const again = place.start();
  expect(again.report.salvaged).toBeNull();
  expect(factsIn(again.journal.replay(0))).toEqual([...facts, opened("new")]);
  expect(readdirSync(place.directory).filter((name) => name.startsWith("journal-damaged"))).toEqual([]);
});

test("what came after a salvage moves to a log without holes, which others can follow", () => {
  const before = facts.slice(0, 60);
  const after = [
    opened("x"),
    acknowledged("x"),
    resolved("x", { [origin]: 30, fedcba9876543210: 62 } as Vector),
  ];
  makeFormat1(place.directory, [
    { origin, first: 1, facts: before, lost: [23, 24] },
    { origin: "fedcba9876543210", first: 61, facts: after },
  ]);
  const { journal, report } = place.start();
  expect(report.salvaged).toBeNull();
  expect(journal.vector()).toEqual({ [origin]: 22, [journal.origin]: 39 });
  const present = factsIn(journal.replay(0));
  expect(present.slice(0, -1)).toEqual([...before.slice(0, 22), ...before.slice(24), ...after.slice(0, -1)]);
  // It answers the same reports as before: 30 was the 6th to move, 62 the 38th.
  expect(present.at(-1)).toEqual(resolved("x", { [origin]: 22, [journal.origin]: 38 } as Vector));
  const other = new MemoryJournal("other-machine");
  expect(
    other.merge(journal.factsBeyond({} as Vector, Number.MAX_SAFE_INTEGER, now), now).refused,
  ).toBeNull();
  expect(factsIn(other.replay(0))).toEqual(present);
  journal.close();
  expect(verifyJournal(place.directory)).toEqual({ ok: true, facts: 61, origins: 2 });
  expect(factsIn(place.start().journal.replay(0))).toEqual(present);
});

test("killed in the middle, it is still the old one, and is migrated at the next start", () => {
  makeFormat1(place.directory, [
    { origin, first: 1, facts, lost: [700] },
    { origin: "fedcba9876543210", first: 1501, facts: facts.slice(0, 50) },
  ]);
  const reader = SqliteFile.openReadOnly(join(place.directory, "journal.sqlite"));
  reader.exec("BEGIN");
  const expected = reader.select<{ body: string }>(["body"], "FROM facts ORDER BY position").all();
  // The reader keeps the log from being emptied: all of the migration is in it.
  migrateJournal(placesIn(place.directory));
  const whole = place.killed();
  reader.exec("ROLLBACK");
  reader.close();
  const { length } = readFileSync(join(whole, "journal.sqlite-wal"));
  expect(length).toBeGreaterThan(500_000);
  for (const part of [0.001, 0.1, 0.5, 0.9, 0.999, 1]) {
    const killed = place.killed(whole);
    truncateSync(join(killed, "journal.sqlite-wal"), Math.floor(length * part));
    const { journal, report } = place.start(killed);
    expect(report.salvaged, `killed after ${part}`).toBeNull();
    expect(factsIn(journal.replay(0)).map((fact) => JSON.stringify(fact))).toEqual(
      expected.map(({ body }) => body),
    );
    expect(journal.vector()).toEqual({ [origin]: 699, [journal.origin]: 850 });
    expect(verifyJournal(killed)).toMatchObject({ ok: true });
  }
});

test.each([20_000, 100_000, 300_000])(
  "damaged at %i, it is salvaged, whole but for one fact at most",
  (offset) => {
    makeFormat1(place.directory, [{ origin, first: 1, facts }]);
    flip(join(place.directory, "journal.sqlite"), offset);
    const { journal } = place.start();
    expect(journal.lastSeq()).toBe(1500);
    expect(factsIn(journal.replay(0)).length).toBeGreaterThanOrEqual(1499);
    journal.append([opened("new")]);
    expect(verifyJournal(place.directory)).toMatchObject({ ok: true });
  },
);

test("a salvage that was asked for takes the old format too", () => {
  makeFormat1(place.directory, [{ origin, first: 1, facts }]);
  writeFileSync(join(place.directory, "journal.salvage"), "");
  const { journal, report } = place.start();
  expect(report.salvaged).toMatchObject({ savedFacts: 1500, lostFacts: 0 });
  expect(factsIn(journal.replay(0))).toEqual(facts);
  expect(journal.vector()).toEqual({ [origin]: 1500 });
  expect(journal.origin).not.toBe(origin);
});
