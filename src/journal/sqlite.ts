/**
 * The durable journal: `journal.sqlite` in the data directory. Built by compose; used by the engine alone.
 *
 * Write-ahead logging with `synchronous = FULL`, exactly one connection, one transaction for each `append`. The engine
 * must be the only one in the directory (lock.ts); a damaged journal is salvaged without a question (salvage.ts).
 */
import type { Journal } from "#engine/ports";
import { isDamage, journalErrorOf } from "./failure.ts";
import { takeLock } from "./lock.ts";
import { makeDirectory, placesIn, type Places } from "./places.ts";
import { readyFile } from "./ready-file.ts";
import type { SalvageReport } from "./salvage-report.ts";
import { askForSalvage } from "./salvage.ts";
import { SqliteJournal, type SqliteJournalOptions } from "./sqlite-journal.ts";

export interface OpenedJournal {
  readonly journal: Journal;
  readonly report: {
    /** Not null: the journal was damaged. Raise a visible alarm from its `text`. Told again until a fact is appended. */
    readonly salvaged: SalvageReport | null;
  };
}

/** Throws `JournalError` with the place, the reason and the remedy; then the directory is not locked. */
export function openSqliteJournal(options: SqliteJournalOptions): OpenedJournal {
  const places = placesIn(options.directory);
  let releaseLock: (() => void) | null = null;
  try {
    makeDirectory(places);
    releaseLock = takeLock(places);
    const journal = openedIn(places, options, releaseLock);
    return { journal, report: { salvaged: journal.untoldSalvage() } };
  } catch (error) {
    releaseLock?.();
    throw journalErrorOf(error, places.directory, "Opening the journal");
  }
}

/** What only shows once it is open is salvaged as well. */
function openedIn(places: Places, options: SqliteJournalOptions, releaseLock: () => void): SqliteJournal {
  const now = options.now ?? Date.now;
  try {
    return new SqliteJournal(places, readyFile(places, now()), options, releaseLock);
  } catch (error) {
    if (!isDamage(error)) throw error;
    askForSalvage(places, String(error));
    return new SqliteJournal(places, readyFile(places, now()), options, releaseLock);
  }
}
