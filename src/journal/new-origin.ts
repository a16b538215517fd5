/**
 * Moves facts of this machine to another log: with other numbers, a chain of their own, and the same content otherwise.
 * Called by both journals in `startNewOrigin`, and by migration.ts.
 */
import type { OriginId } from "#domain/ids";
import type { Vector } from "#domain/place";
import { chained, emptyHead, type FactRow, type Head } from "./hash-chain.ts";

/** Gives the rows that it is called with, one after the other in order of arrival, their places in the new log. */
export class NewOrigin {
  head: Head = emptyHead;
  /** For each log that rows were moved out of: the numbers moved, ascending. */
  private readonly moved = new Map<OriginId, { readonly from: number; readonly to: number }[]>();

  /** `kept`: for each log that is moved out of, the last number that stays in it. */
  constructor(
    readonly origin: OriginId,
    private readonly kept: ReadonlyMap<OriginId, number>,
  ) {}

  take(row: FactRow): FactRow {
    const numbers = this.moved.get(row.origin) ?? [];
    this.moved.set(row.origin, numbers);
    numbers.push({ from: row.seq, to: this.head.seq + 1 });
    const taken = chained({ ...row, body: this.bodyOf(row) }, this.origin, this.head);
    this.head = { seq: taken.seq, hash: taken.hash };
    return taken;
  }

  /**
   * A fact may say which reports it answers, by their places; these must go on naming the same reports. Left as it was,
   * it would claim to answer what others have written under the old numbers, and silence alerts that nobody saw.
   */
  private bodyOf(row: FactRow): string {
    if (!row.body.includes('"covers"')) return row.body;
    const fact = JSON.parse(row.body) as { covers?: Vector };
    if (typeof fact.covers !== "object" || fact.covers === null) return row.body;
    const covers = new Map(Object.entries(fact.covers) as [OriginId, number][]);
    for (const [origin, kept] of this.kept) {
      const upTo = covers.get(origin);
      if (upTo === undefined || upTo <= kept) continue;
      if (kept > 0) covers.set(origin, kept);
      else covers.delete(origin);
      const last = this.moved.get(origin)?.findLast(({ from }) => from <= upTo);
      if (last !== undefined) covers.set(this.origin, Math.max(last.to, covers.get(this.origin) ?? 0));
    }
    return JSON.stringify({ ...fact, covers: Object.fromEntries(covers) });
  }
}
