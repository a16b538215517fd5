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
  const successor = new NewOrigin(newOrigin(), new Map([[from, first - 1]]));
  const move = prepareMove(file);
  file.transaction(() => {
    for (const row of rowsOf(from, first - 1)) move(row, successor.take(row));
    writeMeta(file, "origin", successor.origin);
  });
  return successor.origin;
}
