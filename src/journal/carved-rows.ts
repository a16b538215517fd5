/**
 * Puts facts that were carved out of a damaged journal into a new one, each where it was. Called by salvage.ts.
 *
 * A fact proves itself; where it stood among the others does so only by its receipt. One whose receipt is damaged goes
 * between its neighbours, or to the end: never before a snapshot that may not hold it.
 */
import type { Fact } from "#domain/fact";
import type { CarvedRow } from "./carve.ts";
import { movesIn } from "./receipt.ts";
import { prepareInsert } from "./rows.ts";
import type { SqliteFile } from "./sqlite-file.ts";

/**
 * Many are found several times; the first one counts. Of two at one position the one that has moved more often counts:
 * the other is what moving left in the file. Returns those whose receipt is damaged.
 */
export function insertReceived(file: SqliteFile, found: Iterator<CarvedRow>): CarvedRow[] {
  const insert = prepareInsert(file);
  const { isKnown } = prepareLooks(file);
  const receiptAt = file.select<{ receipt: string }>(["receipt"], "FROM facts WHERE position = ?");
  const remove = file.prepare("DELETE FROM facts WHERE position = ?");
  const unplaced: CarvedRow[] = [];
  for (let batch = take(found, 5000); batch.length > 0; batch = take(found, 5000)) {
    file.transaction(() => {
      for (const row of batch) {
        const { position, moves } = row;
        if (isKnown(row)) continue;
        if (!row.isReceived || position === null) {
          unplaced.push(row);
          continue;
        }
        const [there] = receiptAt.all(position);
        if (there !== undefined && movesIn(there.receipt) >= moves) continue;
        if (there !== undefined) remove.run(position);
        insert({ ...row, position }, JSON.parse(row.body) as Fact, moves);
      }
    });
  }
  return unplaced;
}

/** `last`: the last position that is known. Returns how many went where they belong, and how many to the end. */
export function insertUnplaced(
  file: SqliteFile,
  rows: readonly CarvedRow[],
  last: number,
): { readonly placed: number; readonly appended: number } {
  const insert = prepareInsert(file);
  const { isKnown, isTaken } = prepareLooks(file);
  const at = file.select<{ position: number; skew: number | null }>(
    ["position", "skew"],
    "FROM facts WHERE origin = ? AND seq = ?",
  );
  let placed = 0;
  let appended = 0;
  file.transaction(() => {
    for (const row of rows) {
      if (isKnown(row)) continue;
      const before = at.all(row.origin, row.seq - 1)[0];
      const after = at.all(row.origin, row.seq + 1)[0];
      const lowest = row.seq === 1 ? 1 : (before?.position ?? last) + 1;
      const highest = (after?.position ?? 0) - 1;
      const fits = (position: number | null): boolean =>
        position !== null && position >= lowest && position <= highest && !isTaken(position);
      const own = fits(row.position) ? row.position : lowest === highest && fits(lowest) ? lowest : null;
      if (own === null) appended += 1;
      else placed += 1;
      // One machine's clock is as wrong for one fact as for the next.
      const neighbour = before ?? after;
      const skew = neighbour === undefined ? row.skew : neighbour.skew;
      insert({ ...row, skew, position: own ?? last + appended }, JSON.parse(row.body) as Fact);
    }
  });
  return { placed, appended };
}

function prepareLooks(file: SqliteFile): {
  isKnown(row: CarvedRow): boolean;
  isTaken(position: number): boolean;
} {
  const same = file.select<{ seq: number }>(["seq"], "FROM facts WHERE origin = ? AND seq = ?");
  const taken = file.select<{ seq: number }>(["seq"], "FROM facts WHERE position = ?");
  return {
    isKnown: ({ origin, seq }) => same.all(origin, seq).length > 0,
    isTaken: (position) => taken.all(position).length > 0,
  };
}

function take<Item>(items: Iterator<Item>, count: number): Item[] {
  const taken: Item[] = [];
  for (let next = items.next(); !next.done; next = items.next()) {
    taken.push(next.value);
    if (taken.length === count) break;
  }
  return taken;
}
