/**
 * One engine or desk for each data directory. Called first when a journal is opened, and when a desk starts.
 *
 * The lock is an exclusive transaction on an otherwise empty SQLite file: an operating-system lock, which dies with its
 * process, so a `kill -9` never blocks a restart. The process number beside it is only for the message.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { JournalError } from "#engine/ports";
import { journalErrorOf } from "./failure.ts";
import type { Places } from "./places.ts";
import { SqliteFile } from "./sqlite-file.ts";

/** Returns how to give the lock back. Throws `JournalError("locked")` at once when another process holds it. */
export function takeLock(places: Places): () => void {
  let file: SqliteFile | null = null;
  try {
    // Never opened but by SQLite: a process that closes any handle of a file loses its POSIX locks on it.
    file = SqliteFile.open(places.lock);
    file.exec("PRAGMA journal_mode = MEMORY");
    file.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    file?.close();
    const known = journalErrorOf(error, places.directory, "Locking the journal");
    throw known.reason === "locked" ? lockedError(places, error) : known;
  }
  const held = file;
  try {
    writeFileSync(places.holder, `${process.pid}\n`, { mode: 0o600 });
  } catch {
    // A full disk: the lock holds without its label.
  }
  return () => {
    try {
      rmSync(places.holder, { force: true });
    } catch {
      // A read-only disk: the label says nothing without the lock.
    }
    // Closing alone would not release it: see sqlite-file.ts.
    held.exec("ROLLBACK");
    held.close();
  };
}

function lockedError(places: Places, cause: unknown): JournalError {
  let holder = "";
  try {
    const pid = Number.parseInt(readFileSync(places.holder, "utf8"), 10);
    if (Number.isSafeInteger(pid)) holder = ` (process ${pid})`;
  } catch {
    // Unknown, then.
  }
  return new JournalError(
    "locked",
    `Another Tocsin${holder} is using ${places.directory}. Stop that one, or choose another directory with --data.`,
    { cause },
  );
}
