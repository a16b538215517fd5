/**
 * What this machine alone knows of a fact, its position and its skew, is not in the fact's hash; the receipt proves it.
 * Written with each row; checked by open-check.ts, verify.ts and, in damaged files, carve.ts.
 *
 * A wrong position would put a fact before a snapshot that does not hold it, a wrong skew would move its deadlines.
 */
import { crc32 } from "node:zlib";
import type { FactRow } from "./hash-chain.ts";

/** Position and checksum, e.g. `61-9ae0daaf`. The checksum is against decay, not against malice. */
export function receiptOf(row: Pick<FactRow, "position" | "skew" | "hash">): string {
  return `${row.position}-${crc32(`${row.hash} ${row.position} ${row.skew}`).toString(16)}`;
}

/** The position that a receipt claims, proven or not; null when it claims none. */
export function claimedPosition(receipt: string): number | null {
  const position = Number.parseInt(receipt, 10);
  return Number.isSafeInteger(position) && position > 0 ? position : null;
}
