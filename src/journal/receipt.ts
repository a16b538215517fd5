/**
 * What this machine alone knows of a fact, its position and its skew, is not in the fact's hash; the receipt proves it.
 * Written with each row; checked by open-check.ts, verify.ts and, in damaged files, carve.ts.
 *
 * A wrong position would put a fact before a snapshot that does not hold it, a wrong skew would move its deadlines.
 */
import { crc32 } from "node:zlib";
import type { FactRow } from "./hash-chain.ts";

/**
 * Position and checksum, e.g. `61-9ae0daaf`, and how often the fact has moved to another origin, e.g. `61-9ae0daaf-1`: of
 * two rows at one position, what is left of the old one in the file counts less. Against decay, not against malice.
 */
export function receiptOf(row: Pick<FactRow, "position" | "skew" | "hash">, moves = 0): string {
  const sum = crc32(`${row.hash} ${row.position} ${row.skew} ${moves}`).toString(16);
  return `${row.position}-${sum}${moves === 0 ? "" : `-${moves}`}`;
}

/** Whether it is the receipt of this row. */
export function isReceiptOf(receipt: string, row: Pick<FactRow, "position" | "skew" | "hash">): boolean {
  return receipt === receiptOf(row, movesIn(receipt));
}

/** The position that a receipt claims, proven or not; null when it claims none. */
export function claimedPosition(receipt: string): number | null {
  const position = Number.parseInt(receipt, 10);
  return Number.isSafeInteger(position) && position > 0 ? position : null;
}

export function movesIn(receipt: string): number {
  const moves = Number(receipt.split("-")[2] ?? 0);
  return Number.isSafeInteger(moves) ? moves : 0;
}
