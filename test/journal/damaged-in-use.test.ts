/** A journal that is damaged before its snapshot: found while it is in use, and never claimed to be whole. */
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Journal } from "#engine/ports";
import { openSqliteJournal } from "#journal/sqlite";
import { SqliteFile } from "#journal/sqlite-file";
import { verifyJournal } from "#journal/verify";
import { factsIn } from "./build-facts.ts";
import { manyFacts, TemporaryJournal } from "./temporary-journal.ts";

let place: TemporaryJournal;
let told: string[];
const opened: Journal[] = [];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  place = new TemporaryJournal();
  told = [];
});
afterEach(() => {
  for (const journal of opened.splice(0)) journal.close();
  vi.useRealTimers();
  place.remove();
});

const facts = manyFacts(200);
const file = (name: string) => join(place.directory, name);
const files = ["journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"];

function open(): Journal {
  const { journal } = openSqliteJournal({
    directory: place.directory,
    reserveBytes: 4096,
    onDamaged: ({ message }) => void told.push(message),
  });
  opened.push(journal);
  return journal;
}

function filled(): Journal {
  const journal = open();
  journal.append(facts.slice(0, 190));
  journal.saveSnapshot("after 190");
  journal.append(facts.slice(190));
  return journal;
}

/** A start trusts the snapshot, and does not look at what came before it. */
function inUseDamagedBy(damage: () => void): Journal {
  filled().close();
  damage();
  const journal = open();
  expect(told).toEqual([]);
  return journal;
}

function withSqlite(sql: string): () => void {
  return () => {
    const journal = SqliteFile.open(file("journal.sqlite"));
    journal.exec(sql);
    journal.close();
  };
}

/** As a disk does it: a page of the middle of the file. */
function spoilPages(): void {
  const journal = openSync(file("journal.sqlite"), "r+");
  for (let at = 30_000; at < 60_000; at += 977) writeSync(journal, Buffer.of(0x5f), 0, 1, at);
  closeSync(journal);
}

const changedBody = withSqlite("UPDATE facts SET body = replace(body, 'critical', 'info') WHERE seq = 20");
const damages: [string, () => void][] = [
  ["bytes of the file", spoilPages],
  ["a body", changedBody],
  ["a missing fact", withSqlite("DELETE FROM facts WHERE seq = 20")],
];

describe("found while in use", () => {
  test.each<[string, () => void]>([
    ...damages,
    ["the list of last alerts", withSqlite("DELETE FROM last_alerts")],
    [
      "an index",
      withSqlite(
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'NULL', 'NULL AND seq < 40') WHERE name = 'facts_of_alert'",
      ),
    ],
  ])("%s", (_, damage) => {
    inUseDamagedBy(damage);
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([expect.stringContaining("is damaged")]);
    expect(existsSync(file("journal.salvage"))).toBe(true);
  });

  test("what is damaged later, though the open file has it in memory, and nothing that is whole", () => {
    const journal = filled();
    vi.advanceTimersByTime(50 * 60_000);
    expect(told).toEqual([]);
    journal.close();
    const again = open();
    expect(factsIn(again.replay(0))).toEqual(facts);
    vi.advanceTimersByTime(50 * 60_000);
    spoilPages();
    again.append(facts.slice(0, 1));
    expect(told).toEqual([]);
    vi.advanceTimersByTime(3 * 60_000);
    expect(told).toHaveLength(1);
  });

  test("an older copy written over the open file: within minutes", () => {
    const journal = filled();
    journal.close();
    const older = readFileSync(file("journal.sqlite"));
    const again = open();
    again.append(manyFacts(200, 200));
    again.close();
    open().append(facts.slice(0, 1));
    vi.advanceTimersByTime(50 * 60_000);
    expect(told).toEqual([]);
    // The file stays the same one, and its pages are those of before.
    writeFileSync(file("journal.sqlite"), older);
    vi.advanceTimersByTime(3 * 60_000);
    expect(told).toHaveLength(1);
  });

  test("a whole journal that is written all the while is never suspected", () => {
    const journal = filled();
    for (let count = 0; count < 300; count++) {
      journal.append(facts.slice(0, 1 + (count % 7)));
      vi.advanceTimersByTime(100);
    }
    vi.advanceTimersByTime(61 * 60_000);
    expect(told).toEqual([]);
  });
});

describe("its files taken away besides", () => {
  test.each(damages.slice(0, 2))("%s: says how much was lost, and the rest is there", (_, damage) => {
    const journal = inUseDamagedBy(damage);
    for (const name of files) rmSync(file(name));
    const text = journal.misplaced()?.text;
    expect(text).toContain("could not be read");
    expect(text).not.toContain("none was lost");
    journal.close();
    const { journal: again, report } = place.start();
    expect(report.salvaged?.text).toBe(text);
    const found = factsIn(again.replay(0));
    const lost = facts.filter((fact) => !found.some((one) => JSON.stringify(one) === JSON.stringify(fact)));
    expect(lost.length).toBeGreaterThan(0);
    expect(report.salvaged).toMatchObject({ savedFacts: found.length, lostFacts: lost.length });
    expect(verifyJournal(place.directory)).toMatchObject({ ok: true });
  });

  test("only its list of last alerts: all facts are there, and it is made anew", () => {
    const journal = inUseDamagedBy(withSqlite("DELETE FROM last_alerts"));
    for (const name of files) rmSync(file(name));
    expect(journal.misplaced()?.text).toContain("200 facts were written there again, 0 could not be read");
    journal.close();
    place.start();
    expect(verifyJournal(place.directory)).toMatchObject({ ok: true, facts: 200 });
  });
});

describe("killed while it is put back", () => {
  /** As the put-back leaves it, when only `share` of the copy is written. */
  function killedAt(share: number): void {
    const journal = filled();
    rmSync(place.directory, { recursive: true });
    journal.misplaced();
    journal.close();
    const whole = readFileSync(file("journal.sqlite"));
    for (const name of files) rmSync(file(name), { force: true });
    writeFileSync(file("journal-salvaging.sqlite"), whole.subarray(0, Math.floor(whole.length * share)));
  }

  test.each([0, 0.3, 0.9, 1])("with a share of %d of the copy: what is missing is told", (share) => {
    killedAt(share);
    const { journal, report } = place.start();
    const found = factsIn(journal.replay(0)).length;
    expect(found).toBe(report.salvaged?.savedFacts);
    if (share > 0.5) expect(found).toBeGreaterThan(100);
    expect(report.salvaged).toMatchObject({ reason: "file-missing", lostFacts: "unknown" });
    if (found < 200) expect(report.salvaged?.text).toContain(`at least ${200 - found} facts`);
    expect(existsSync(file("journal-salvaging.sqlite"))).toBe(false);
    journal.append(facts.slice(0, 1));
    expect(verifyJournal(place.directory)).toMatchObject({ ok: true });
  });

  test("with an older journal in its place: that is not taken for all there is", () => {
    const journal = filled();
    const older = place.killed();
    journal.append(facts.slice(0, 20));
    renameSync(place.directory, `${place.directory}-elsewhere`);
    journal.misplaced();
    journal.close();
    const half = readFileSync(file("journal.sqlite"));
    const reach = readFileSync(file("journal.reach"));
    rmSync(place.directory, { recursive: true });
    renameSync(older, place.directory);
    writeFileSync(file("journal-salvaging.sqlite"), half.subarray(0, half.length / 2));
    writeFileSync(file("journal.reach"), reach);
    const { report } = place.start();
    expect(report.salvaged).toMatchObject({ reason: "end-missing" });
    expect(report.salvaged?.lostFacts).not.toBe(0);
  });
});
