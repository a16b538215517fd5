/**
 * A process of its own that appends for ever, for tests that kill it: prints the number of the last fact after each
 * append has returned. Started by child-process.ts with the data directory as its argument.
 */
import { writeSync } from "node:fs";
import { JournalError } from "#engine/ports";
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
  else {
    for (let round = 0; ; round++) {
      journal.append(manyFacts(1 + (round % 64), journal.lastSeq()));
      say(String(journal.lastSeq()));
      if (round % 50 === 49) journal.saveSnapshot(`state after ${journal.lastSeq()}`);
    }
  }
} catch (error) {
  say(error instanceof JournalError ? `${error.reason}: ${error.message}` : String(error));
}
