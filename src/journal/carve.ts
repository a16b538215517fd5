/**
 * Reads facts out of the raw pages of a damaged journal, without SQLite and without trusting any structure of the file:
 * it looks for the bytes that begin a row, decodes what follows, and believes it only when the row's own hash fits.
 * Called by salvage.ts and open-check.ts.
 *
 * Source: https://www.sqlite.org/fileformat2.html, sections 1.6 (leaf cells, overflow pages) and 2.1 (record format).
 */
import type { OriginId } from "#domain/ids";
import { hashOf, originPattern, type ChainedFact } from "./hash-chain.ts";
import { claimedPosition, isReceiptOf, movesIn } from "./receipt.ts";
import { pageBytes } from "./schema.ts";

/** The content of a page by its number, for bodies that do not fit into one; null when it is lost. */
export type OverflowPage = (pageNumber: number) => Buffer | null;

/**
 * In a row's header `previous` and `hash` stand side by side: two texts of 64 characters, serial type 141 (0x81 0x0D).
 * These bytes never occur in JSON, so nearly every hit is a row.
 */
const signature = Buffer.from([0x81, 0x0d, 0x81, 0x0d]);
/** Of a row from format 1 that was never touched since, and of all others. */
const columnCounts = [9, 11];
/** The signature is the columns 6 and 7; before it come the header's size and six types, 9 bytes or fewer each. */
const longestHeaderBeforeSignature = 32;

/** A fact that proves itself, and what could be read beside it. */
export interface CarvedRow extends ChainedFact {
  /** Null when none can be read. */
  readonly position: number | null;
  readonly skew: number | null;
  /** How often it has moved to another origin. */
  readonly moves: number;
  /** Whether its receipt proves these three. */
  readonly isReceived: boolean;
}

interface ReadRow extends ChainedFact {
  readonly skew: number | null;
  readonly receipt: string | null;
}

/** Which fact a row says that it is; not to be believed. */
export type Claim = Pick<ChainedFact, "origin" | "seq">;

/**
 * Hears of what begins like a row and does not prove itself: what it claims to be, null when not even that can be read.
 * Often it is only the rest of a row that SQLite has moved to another page.
 */
export type OnBroken = (claim: Claim | null) => void;

/** Every row of the page that proves itself. */
export function* factsInPage(page: Buffer, overflow: OverflowPage, onBroken: OnBroken): Generator<CarvedRow> {
  for (let at = page.indexOf(signature); at !== -1; at = page.indexOf(signature, at + signature.length)) {
    const row = rowAround(page, at, overflow);
    if (row !== null && hashOf(row) === row.hash) yield received(row);
    else onBroken(row);
  }
}

function received({ receipt, ...row }: ReadRow): CarvedRow {
  if (receipt === null) return { ...row, position: row.seq, moves: 0, isReceived: row.skew === null };
  const position = claimedPosition(receipt);
  const isReceived = position !== null && isReceiptOf(receipt, { ...row, position });
  return { ...row, position, moves: movesIn(receipt), isReceived };
}

/** The header's beginning is found backwards from the signature: the place from which all types make sense. */
function rowAround(page: Buffer, signatureAt: number, overflow: OverflowPage): ReadRow | null {
  for (
    let start = signatureAt - 1;
    start >= Math.max(0, signatureAt - longestHeaderBeforeSignature);
    start--
  ) {
    const types = headerTypes(page, start, signatureAt);
    if (types === null) continue;
    const row = decode(page, start, types, overflow);
    if (row !== null) return row;
  }
  return null;
}

/** The serial types of the record whose header starts at `start`, or null when none can start there. */
function headerTypes(page: Buffer, start: number, signatureAt: number): number[] | null {
  const end = start + page[start]!;
  if (end <= signatureAt || end > page.length) return null;
  const types: number[] = [];
  let at = start + 1;
  while (at < end) {
    if (types.length === 6 && at !== signatureAt) return null;
    const [type, next] = varint(page, at);
    types.push(type);
    at = next;
  }
  // The first column is the row number's alias, stored as null.
  return at === end && columnCounts.includes(types.length) && types[0] === 0 ? types : null;
}

function decode(
  page: Buffer,
  start: number,
  types: readonly number[],
  overflow: OverflowPage,
): ReadRow | null {
  const sizes = types.map(sizeOf);
  if (sizes.includes(-1)) return null;
  const headerSize = page[start]!;
  const payload = readPayload(page, start, headerSize + sizes.reduce((sum, size) => sum + size, 0), overflow);
  if (payload === null) return null;
  let at = headerSize;
  const values = types.map((type, column) => {
    const value = valueOf(payload, at, type, sizes[column]!);
    at += sizes[column]!;
    return value;
  });
  const [, origin, seq, time, kind, alertId, previous, hash, body, skew = null, receipt = null] = values;
  if (
    typeof origin !== "string" ||
    typeof seq !== "number" ||
    typeof time !== "number" ||
    typeof kind !== "string"
  )
    return null;
  if (
    typeof alertId === "number" ||
    typeof previous !== "string" ||
    typeof hash !== "string" ||
    typeof body !== "string"
  )
    return null;
  if (!originPattern.test(origin) || !Number.isSafeInteger(seq)) return null;
  if (typeof skew === "string" || typeof receipt === "number") return null;
  return {
    origin: origin as OriginId,
    seq,
    at: time,
    kind,
    alert_id: alertId ?? null,
    previous,
    hash,
    body,
    skew,
    receipt,
  };
}

/** A record may continue on a chain of overflow pages; how much stays in the leaf follows from its size. */
function readPayload(page: Buffer, start: number, size: number, overflow: OverflowPage): Buffer | null {
  const most = pageBytes - 35;
  if (size <= most) return start + size <= page.length ? page.subarray(start, start + size) : null;
  const least = Math.floor(((pageBytes - 12) * 32) / 255) - 23;
  const wanted = least + ((size - least) % (pageBytes - 4));
  const local = wanted <= most ? wanted : least;
  if (start + local + 4 > page.length) return null;
  const parts = [page.subarray(start, start + local)];
  let next = page.readUInt32BE(start + local);
  for (let missing = size - local; missing > 0;) {
    const more = next === 0 ? null : overflow(next);
    if (more === null || more.length < pageBytes) return null;
    const take = Math.min(missing, pageBytes - 4);
    parts.push(more.subarray(4, 4 + take));
    missing -= take;
    next = more.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

/** Bytes of a value of this serial type; -1 for types that no row of ours has. */
function sizeOf(type: number): number {
  if (type <= 6) return [0, 1, 2, 3, 4, 6, 8][type]!;
  if (type === 8 || type === 9) return 0;
  // Text. A journal row of 1 GB cannot be written.
  return type >= 13 && type % 2 === 1 && type < 2 ** 31 ? (type - 13) / 2 : -1;
}

function valueOf(payload: Buffer, at: number, type: number, size: number): string | number | null {
  if (type === 0) return null;
  if (type === 6) return Number(payload.readBigInt64BE(at));
  if (type < 6) return payload.readIntBE(at, size);
  if (type < 10) return type - 8;
  return payload.toString("utf8", at, at + size);
}

/** SQLite's variable-length integer: the value, and where the next begins. */
function varint(page: Buffer, at: number): [number, number] {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = page[at + index];
    if (byte === undefined) return [-1, page.length + 1];
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, at + index + 1];
  }
  return [-1, at + 9];
}
