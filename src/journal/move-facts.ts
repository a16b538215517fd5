/** Begins another log for this machine, in the tables. Called by sqlite.ts for a journal that was restored from a copy. */
import type { OriginId } from "#domain/ids";
import { newOrigin } from "./hash-chain.ts";
import { NewOrigin } from "./new-origin.ts";
import { prepareMove, prepareRowsOfOrigin } from "./rows.ts";
import { writeMeta } from "./schema.ts";
import { removeSnapshotsFrom } from "./snapshot-files.ts";
import type { SqliteFile } from "./sqlite-file.ts";

/**
 * The facts of `from` with numbers from `first` on move to a new origin, which is returned; they keep their positions.
 * One transaction. Snapshots that hold them are thrown away: they know them by their old places.
 */
export function moveFacts(file: SqliteFile, directory: string, from: OriginId, first: number): OriginId {
  const rowsOf = prepareRowsOfOrigin(file, 1000);
  const [earliest] = rowsOf(from, first - 1, first);
  if (earliest !== undefined) removeSnapshotsFrom(directory, earliest.position);
  const successor = new NewOrigin(newOrigin());
  const move = prepareMove(file);
  // What is left of the old rows in the file would prove itself to a salvage, beside the new ones.
  file.query("PRAGMA secure_delete = ON");
  try {
    file.transaction(() => {
      for (const row of rowsOf(from, first - 1)) move(successor.take(row));
      writeMeta(file, "origin", successor.origin);
    });
  } finally {
    file.query("PRAGMA secure_delete = OFF");
  }
  return successor.origin;
}
