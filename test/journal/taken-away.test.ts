/** The journal's files taken away under an open journal: noticed, put back, and nothing lost that was answered for. */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { JournalError } from "#engine/ports";
import { openSqliteJournal } from "#journal/sqlite";
import { verifyJournal } from "#journal/verify";
import { factsIn } from "./build-facts.ts";
import { manyFacts, TemporaryJournal } from "./temporary-journal.ts";

let place: TemporaryJournal;
let broken: string[];
beforeEach(() => {
  place = new TemporaryJournal();
  broken = [];
});
afterEach(() => {
  vi.restoreAllMocks();
  place.remove();
});

const facts = manyFacts(60);

function filled() {
  const opened = openSqliteJournal({
    directory: place.directory,
    reserveBytes: 4096,
    onDamaged: ({ message }) => void broken.push(message),
  });
  opened.journal.append(facts.slice(0, 50));
  return opened.journal;
}

function file(name: string): string {
  return join(place.directory, name);
}

const all = ["journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"];

test.each<[string, () => void]>([
  ["its three files deleted", () => all.forEach((name) => rmSync(file(name)))],
  ["its main file alone deleted", () => rmSync(file("journal.sqlite"))],
  ["its log alone deleted", () => rmSync(file("journal.sqlite-wal"))],
  [
    "its shared memory alone deleted, which would let a reader throw the log away",
    () => rmSync(file("journal.sqlite-shm")),
  ],
  ["its folder emptied", () => readdirSync(place.directory).forEach((name) => rmSync(file(name)))],
  ["its folder removed", () => rmSync(place.directory, { recursive: true })],
  ["its folder renamed", () => renameSync(place.directory, `${place.directory}-elsewhere`)],
  [
    "its folder replaced by an older copy",
    () => {
      const copy = place.killed();
      renameSync(place.directory, `${place.directory}-elsewhere`);
      renameSync(copy, place.directory);
    },
  ],
])("%s: what was kept is there at the next start, and it is told", (_, takeAway) => {
  const journal = filled();
  takeAway();
  // Answered before anybody has looked.
  journal.append(facts.slice(50));
  expect(journal.misplaced()).toMatchObject({ openGoOn: false });
  expect(broken).toHaveLength(1);
  expect(() => journal.append(facts)).toThrow(JournalError);
  const { origin } = journal;
  // As if killed now; the lock goes with the process.
  const copy = place.killed();
  const killed = place.start(copy);
  expect(factsIn(killed.journal.replay(0))).toEqual(facts);
  killed.journal.close();
  journal.close();
  const again = place.start();
  expect(factsIn(again.journal.replay(0))).toEqual(facts);
  expect(again.journal.origin).not.toBe(origin);
  expect(again.report.salvaged).toMatchObject({ reason: "files-taken", savedFacts: 60, lostFacts: 0 });
  expect(again.report.salvaged?.text).toContain("none was lost");
  again.journal.append(facts.slice(0, 1));
  expect(again.journal.misplaced()).toBeNull();
  again.journal.close();
  expect(verifyJournal(place.directory)).toMatchObject({ ok: true, facts: 61 });
});

test("another journal in its place is kept, and not mixed with it", () => {
  const journal = filled();
  const other = new TemporaryJournal();
  other.start().journal.append(manyFacts(5, 500));
  for (const name of all) {
    rmSync(file(name));
    renameSync(join(other.directory, name), file(name));
  }
  expect(journal.misplaced()).not.toBeNull();
  journal.close();
  const { journal: again, report } = place.start();
  expect(factsIn(again.replay(0))).toEqual(facts.slice(0, 50));
  expect(readdirSync(report.salvaged!.keptCopy).toSorted()).toEqual(all.toSorted());
  other.remove();
});

test("where it cannot be put back it says so, what is open goes on, and all is well once the folder is there again", () => {
  const journal = filled();
  renameSync(place.directory, `${place.directory}-elsewhere`);
  writeFileSync(place.directory, "a file");
  const misplaced = journal.misplaced();
  expect(misplaced).toMatchObject({ openGoOn: true });
  expect(misplaced?.text).toContain("could not be put back");
  journal.append(facts.slice(50));
  expect(broken).toEqual([]);
  rmSync(place.directory);
  renameSync(`${place.directory}-elsewhere`, place.directory);
  expect(journal.misplaced()).toBeNull();
  journal.close();
  const again = place.start();
  expect(again.report.salvaged).toBeNull();
  expect(factsIn(again.journal.replay(0))).toEqual(facts);
});

test("a lock whose file is deleted is taken again, and keeps others out", () => {
  const journal = filled();
  rmSync(file("journal.lock"));
  expect(journal.misplaced()).toBeNull();
  expect(() => place.start()).toThrow("Another Tocsin");
  journal.append(facts.slice(50));
  journal.close();
  expect(place.start().journal.lastSeq()).toBe(60);
});

test("a lock that another engine has taken meanwhile: this one takes nothing more, until the other is gone", () => {
  const journal = filled();
  rmSync(file("journal.lock"));
  mkdirSync(join(place.root, "other"));
  const other = place.start();
  expect(journal.misplaced()).toMatchObject({ openGoOn: false });
  expect(journal.misplaced()?.text).toContain("Another Tocsin");
  other.journal.close();
  const later = performance.now() + 1_000;
  vi.spyOn(performance, "now").mockReturnValue(later);
  expect(journal.misplaced()).toBeNull();
  journal.close();
});

test("deleted again after it was put back, before the engine has started anew: it is put back again", () => {
  const journal = filled();
  for (const name of all) rmSync(file(name));
  expect(journal.misplaced()).not.toBeNull();
  rmSync(place.directory, { recursive: true });
  journal.close();
  const { journal: again, report } = place.start();
  expect(factsIn(again.replay(0))).toEqual(facts.slice(0, 50));
  expect(report.salvaged?.text).toContain("none was lost");
});
