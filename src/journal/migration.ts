/**
 * Brings a journal of format 1 up to date, in its file and in one transaction: a crash in the middle leaves it as it
 * was. Called by ready-file.ts, with the lock held, once the old journal has been found whole.
 *
 * Format 1 was of one machine alone. Its numbers went on after a salvage and left holes; others could not follow that,
 * so what comes after a hole moves to a new origin.
 */
import type { Fact } from "#domain/fact";
import { JournalError } from "#engine/ports";
import { emptyHead, newOrigin } from "./hash-chain.ts";
import { openingOf } from "./last-alerts.ts";
import { NewOrigin } from "./new-origin.ts";
import type { Places } from "./places.ts";
import { findGaps, isSound, prepareMove, prepareRemember, rowsAfter } from "./rows.ts";
import { columnsSinceFormat2, durable, schemaVersion, tablesSinceFormat2, writeMeta } from "./schema.ts";
import { SqliteFile } from "./sqlite-file.ts";

/**
 * Durable when it returns. Throws what the disk throws, and `JournalError("damaged")` for a fact that does not prove
 * itself: moved, it would look as if it did. Then nothing has changed.
 */
export function migrateJournal(places: Places): void {
  const file = SqliteFile.open(places.journal);
  try {
    file.exec(durable);
    file.transaction(() => migrate(file));
  } finally {
    file.close();
  }
}

function migrate(file: SqliteFile): void {
  for (const column of columnsSinceFormat2) file.exec(`ALTER TABLE facts ADD COLUMN ${column}`);
  file.exec(tablesSinceFormat2);
  const gaps = findGaps(file);
  const successor = new NewOrigin(newOrigin(), gaps);
  const move = prepareMove(file);
  const remember = prepareRemember(file);
  for (const row of rowsAfter(file, 0)) {
    if (!isSound(row)) throw damagedAt(row.seq);
    const upTo = gaps.get(row.origin);
    if (upTo !== undefined && row.seq > upTo) move(row, successor.take({ ...row, skew: null }));
    if (row.kind !== "alert-opened") continue;
    const opening = openingOf(JSON.parse(row.body) as Fact);
    if (opening !== null) remember(opening);
  }
  if (successor.head !== emptyHead) writeMeta(file, "origin", successor.origin);
  // Its log is emptied when this file is closed, and need not be there at the next start.
  writeMeta(file, "state", "closed");
  writeMeta(file, "schema", String(schemaVersion));
}

function damagedAt(seq: number): JournalError {
  return new JournalError("damaged", `Fact ${seq} does not fit its hash.`);
}
