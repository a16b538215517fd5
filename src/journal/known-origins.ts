/** How far the journal knows each log of facts, in memory: heads, gaps and the vector of both. Part of sqlite.ts. */
import type { OriginId } from "#domain/ids";
import type { Vector } from "#domain/place";
import { emptyHead, type FactRow, type Head } from "./hash-chain.ts";
import { readHeads, type RowStatements } from "./rows.ts";
import { readGaps, writeGaps, type Gaps } from "./schema.ts";
import type { SqliteFile } from "./sqlite-file.ts";

export class KnownOrigins {
  /** Of each origin as far as it is known without a gap; see `readGaps`. */
  readonly heads: Map<OriginId, Head>;
  gaps: Gaps;
  /** Of the heads; null: to be made anew. */
  private knownVector: Vector | null = null;

  /** Throws what reading throws, and `JournalError("damaged")` for a last fact that does not prove itself. */
  constructor(
    private readonly file: SqliteFile,
    private readonly rows: RowStatements,
  ) {
    this.gaps = readGaps(file);
    this.heads = readHeads(file, this.gaps);
  }

  head(origin: OriginId): Head {
    return this.heads.get(origin) ?? emptyHead;
  }

  vector(): Vector {
    this.knownVector ??= Object.fromEntries(
      [...this.heads].map(([origin, { seq }]) => [origin, seq]),
    ) as Vector;
    return this.knownVector;
  }

  linkAt(origin: OriginId, seq: number): Pick<FactRow, "previous" | "hash"> | null {
    return this.rows.linkAt.all(origin, seq)[0] ?? null;
  }

  moveTo(heads: Iterable<readonly [OriginId, Head]>): void {
    for (const [origin, { seq, hash }] of heads) this.heads.set(origin, { seq, hash });
    this.knownVector = null;
  }

  /**
   * Writes what is left of the gaps when the heads move on, in the caller's transaction. Returns it, to be taken over once
   * that is on disk; the same map when that is all of them.
   */
  writeGapsBeyond(heads: ReadonlyMap<OriginId, Head>): Gaps {
    const grown = [...heads].filter(([origin]) => this.gaps.has(origin));
    if (grown.length === 0) return this.gaps;
    const left = new Map(this.gaps);
    for (const [origin, { seq }] of grown) {
      const [beyond] = this.rows.rowsOf(origin, seq);
      if (beyond === undefined) left.delete(origin);
      else left.set(origin, seq);
    }
    writeGaps(this.file, left);
    return left;
  }
}
