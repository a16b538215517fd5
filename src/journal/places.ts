/**
 * Where everything of the journal lies in the data directory, and making that directory. Called by every file of this
 * room that touches the disk.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

export interface Places {
  /** Absolute. */
  readonly directory: string;
  readonly journal: string;
  /** SQLite's write-ahead log: the newest facts are only there until they are moved into the journal file. */
  readonly log: string;
  readonly sharedMemory: string;
  readonly rollback: string;
  /** Locked by the running engine or desk; empty. */
  readonly lock: string;
  /** The process that holds the lock, for people to read. */
  readonly holder: string;
  readonly reserve: string;
  /** How far the journal has come; see reach.ts. */
  readonly reach: string;
  /** When this file exists, the next start salvages the journal instead of trusting it. */
  readonly salvageWanted: string;
  /** A new journal in the making, and one that is complete and waits to take the damaged one's place. */
  readonly salvaging: string;
  readonly salvaged: string;
  /** One in the making that a kill interrupted: perhaps all that there is, so it is read as well. */
  readonly unfinished: string;
}

export function placesIn(directory: string): Places {
  const absolute = resolve(directory);
  const journal = join(absolute, "journal.sqlite");
  return {
    directory: absolute,
    journal,
    log: `${journal}-wal`,
    sharedMemory: `${journal}-shm`,
    rollback: `${journal}-journal`,
    lock: join(absolute, "journal.lock"),
    holder: join(absolute, "journal.pid"),
    reserve: join(absolute, "reserve"),
    reach: join(absolute, "journal.reach"),
    salvageWanted: join(absolute, "journal.salvage"),
    salvaging: join(absolute, "journal-salvaging.sqlite"),
    salvaged: join(absolute, "journal-salvaged.sqlite"),
    unfinished: join(absolute, "journal-unfinished.sqlite"),
  };
}

/** Facts hold names, addresses and whatever alerts say: for this user's eyes only, when Tocsin makes the directory. */
export function makeDirectory(places: Places): void {
  if (existsSync(places.directory)) return;
  try {
    mkdirSync(places.directory, { recursive: true, mode: 0o700 });
  } catch {
    // On a read-only disk the recursive form says "no such file"; this one says why.
    mkdirSync(places.directory, { mode: 0o700 });
  }
}
