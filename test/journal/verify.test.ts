/** Verification and export: what a person who doubts the journal can do. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hash } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AlertId } from "#domain/ids";
import { exportJournal } from "#journal/export";
import { hashOf, type FactRow } from "#journal/hash-chain";
import { receiptOf } from "#journal/receipt";
import { rowsAfter } from "#journal/rows";
import { SqliteFile } from "#journal/sqlite-file";
import { verifyJournal } from "#journal/verify";
import { engineStarted } from "./build-facts.ts";
import { manyFacts, TemporaryJournal } from "./temporary-journal.ts";

let place: TemporaryJournal;
const facts = manyFacts(60);
beforeEach(() => {
  place = new TemporaryJournal();
});
afterEach(() => place.remove());

/** A journal with a snapshot after fact 50, so that an open does not look at what is tampered with. */
function journalTamperedBy(tamper: (file: SqliteFile) => void): string {
  const { journal } = place.start();
  journal.append(facts.slice(0, 50));
  journal.saveSnapshot("fifty");
  journal.append(facts.slice(50));
  journal.close();
  const file = SqliteFile.open(join(place.directory, "journal.sqlite"));
  tamper(file);
  file.close();
  return place.directory;
}

describe("verify", () => {
  test("proves a whole journal, also beside a running engine and after kill -9, and changes nothing", () => {
    const { journal } = place.start();
    expect(verifyJournal(place.directory)).toEqual({ ok: true, facts: 0, origins: 0 });
    journal.append(facts);
    expect(verifyJournal(place.directory)).toEqual({ ok: true, facts: 60, origins: 1 });
    const killed = place.killed();
    expect(verifyJournal(killed)).toEqual({ ok: true, facts: 60, origins: 1 });
    expect(existsSync(join(killed, "journal.sqlite-wal"))).toBe(true);
    expect(place.start(killed).report.salvaged).toBeNull();
  });

  test("proves a salvaged journal, holes and all", () => {
    const { journal } = place.start();
    journal.append(facts);
    journal.close();
    writeFileSync(join(place.directory, "journal.salvage"), "");
    place.start().journal.append(facts.slice(0, 5));
    expect(verifyJournal(place.directory)).toEqual({ ok: true, facts: 65, origins: 2 });
  });

  test("tells of its progress", () => {
    const { journal } = place.start();
    journal.append(Array.from({ length: 10_001 }, () => engineStarted()));
    const told: number[] = [];
    expect(verifyJournal(place.directory, { onProgress: (count) => told.push(count) })).toMatchObject({
      facts: 10_001,
    });
    expect(told).toEqual([10_000]);
  });

  test.each<[string, number, (file: SqliteFile) => void]>([
    [
      "a changed body",
      20,
      (file) => file.exec(`UPDATE facts SET body = replace(body, 'critical', 'info') WHERE seq = 20`),
    ],
    ["a changed time", 21, (file) => file.exec("UPDATE facts SET at = at + 1 WHERE seq = 21")],
    [
      "a fact given to another alert",
      22,
      (file) => file.exec("UPDATE facts SET alert_id = 'other' WHERE seq = 22"),
    ],
    ["a missing fact", 23, (file) => file.exec("DELETE FROM facts WHERE seq = 23")],
    ["a missing first fact", 1, (file) => file.exec("DELETE FROM facts WHERE seq = 1")],
    [
      "two facts exchanged",
      24,
      (file) =>
        file.exec(
          "UPDATE facts SET seq = -25 WHERE seq = 24; UPDATE facts SET seq = 24 WHERE seq = 25; UPDATE facts SET seq = 25 WHERE seq = -25",
        ),
    ],
    ["a forged fact with a hash of its own", 27, forge],
  ])("finds %s", (_, seq, tamper) => {
    const directory = journalTamperedBy(tamper);
    const found = verifyJournal(directory);
    expect(found).toMatchObject({ ok: false, at: { seq }, facts: seq - 1 });
    expect(found.ok ? "" : found.text).toContain(directory);
    // The engine starts all the same: the fact is behind its snapshot.
    const { journal, report } = place.start(directory);
    expect(report.salvaged).toBeNull();
    expect(journal.lastSeq()).toBe(60);
  });

  test("finds an index that is not of its table", () => {
    const directory = journalTamperedBy((file) => {
      file.exec(
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'NULL', 'NULL AND seq < 40') WHERE name = 'facts_of_alert'",
      );
    });
    expect(verifyJournal(directory)).toMatchObject({ ok: false, at: null, facts: 60 });
  });

  test("its remedy works", () => {
    const directory = journalTamperedBy((file) => file.exec("DELETE FROM facts WHERE seq = 23"));
    expect(verifyJournal(directory)).toMatchObject({
      text: expect.stringContaining("make an empty file journal.salvage"),
    });
    writeFileSync(join(directory, "journal.salvage"), "");
    const { journal, report } = place.start(directory);
    expect(report.salvaged?.text).toContain("facts were salvaged");
    expect(journal.loadSnapshot()).toEqual({ seq: 50, snapshot: "fifty" });
    expect(verifyJournal(directory)).toMatchObject({ ok: true });
  });

  test("says so when there is no journal, or something else", () => {
    expect(() => verifyJournal(join(place.root, "nowhere"))).toThrow("There is no journal in");
    writeFileSync(join(place.root, "journal.sqlite"), "shopping list\n".repeat(1000));
    expect(verifyJournal(place.root)).toMatchObject({ ok: false, at: null });
  });

  test("a damaged fact is not shown as if it were whole", () => {
    const directory = journalTamperedBy((file) =>
      file.exec("UPDATE facts SET body = replace(body, 'critical', 'info') WHERE seq = 21"),
    );
    const id = (facts[20] as { alertId: AlertId }).alertId;
    expect(() => place.start(directory).journal.factsOf(id)).toThrow("Fact 21");
  });
});

function forge(file: SqliteFile): void {
  const [row] = [...rowsAfter(file, 0)].filter(({ seq }) => seq === 26) as FactRow[];
  const forged = { ...row!, body: row!.body.replace("Disk", "Cake") };
  const hashed = { ...forged, hash: hashOf(forged) };
  file
    .prepare("UPDATE facts SET body = ?, hash = ?, receipt = ? WHERE seq = 26")
    .run(hashed.body, hashed.hash, receiptOf(hashed));
}

describe("export", () => {
  test("is JSON Lines whose chain anyone can check", () => {
    const { journal } = place.start();
    journal.append(facts);
    const lines: string[] = [];
    expect(exportJournal(place.directory, (line) => lines.push(line))).toBe(60);
    expect(lines.every((line) => !line.includes("\n"))).toBe(true);
    const exported = lines.map((line) => JSON.parse(line));
    expect(exported.map((line) => line.fact)).toEqual(facts);
    let previous = "0".repeat(64);
    for (const { origin, seq, at, hash: told, fact } of exported) {
      const id = fact.alertId === undefined ? "" : JSON.stringify(fact.alertId);
      previous = hash("sha256", [previous, origin, seq, at, fact.kind, id, JSON.stringify(fact)].join("\n"));
      expect(told).toBe(previous);
    }
  });
});
