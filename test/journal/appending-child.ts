/**
 * A process of its own that appends for ever, or merges and appends by turns, for tests that kill it: prints the number
 * of the last fact after each has returned. Started by child-process.ts with the data directory as its argument.
 */
import { writeSync } from "node:fs";
import { JournalError } from "#engine/ports";
import { MemoryJournal } from "#journal/memory";
import { openSqliteJournal } from "#journal/sqlite";
import { manyFacts } from "./temporary-journal.ts";

const [directory, mode] = process.argv.slice(-2) as [string, string];

function say(text: string): void {
  writeSync(1, `${text}\n`);
}

try {
  const { journal, report } = openSqliteJournal({ directory, reserveBytes: 64 * 1024 });
  say(report.salvaged === null ? "open" : `salvaged ${report.salvaged.text}`);
  if (mode === "hold") setInterval(() => {}, 1000);
  else if (mode === "merge") {
    const other = new MemoryJournal("other-machine");
    other.append(manyFacts(journal.vector()[other.origin] ?? 0));
    for (;;) {
      other.append(manyFacts(20, other.lastSeq()));
      const { refused } = journal.merge(other.factsBeyond(journal.vector(), 20_000, 0), 1_800_000_000_000);
      if (refused !== null) throw new Error(JSON.stringify(refused));
      say(String(journal.lastSeq()));
      journal.append(manyFacts(2, journal.vector()[journal.origin] ?? 0));
      say(String(journal.lastSeq()));
    }
  } else {
    for (let round = 0; ; round++) {
      journal.append(manyFacts(1 + (round % 64), journal.lastSeq()));
      say(String(journal.lastSeq()));
      if (round % 50 === 49) journal.saveSnapshot(`state after ${journal.lastSeq()}`);
    }
  }
} catch (error) {
  say(error instanceof JournalError ? `${error.reason}: ${error.message}` : String(error));
}
