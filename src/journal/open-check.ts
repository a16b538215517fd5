/**
 * Looks at the journal on disk before the engine relies on it: is it there, whole, and does its chain hold from the
 * newest snapshot on? It changes nothing. Called by sqlite.ts with the lock held.
 *
 * What lies before the snapshot is not read here (a million facts must open in half a second); verify.ts does that.
 */
import { closeSync, existsSync, openSync, readSync, rmSync, statSync } from "node:fs";
import { JournalError } from "#engine/ports";
import type { OriginId } from "#domain/ids";
import { factsInPage, type Claim } from "./carve.ts";
import { isDamage } from "./failure.ts";
import { firstPrevious, type FactRow } from "./hash-chain.ts";
import type { Places } from "./places.ts";
import { columnsOfFormat1, isSound, lastRow, readHeads, rowsAfter, type StoredRow } from "./rows.ts";
import { readReach } from "./reach.ts";
import { readReport, type DamageReason } from "./salvage-report.ts";
import {
  hasSchema,
  pageBytes,
  readGaps,
  readMeta,
  readOrigin,
  schemaVersion,
  type Gaps,
  type LiveOrigin,
} from "./schema.ts";
import { intactSnapshots, type StoredSnapshot } from "./snapshot-files.ts";
import { SqliteFile } from "./sqlite-file.ts";
import { surveyLog, type LogSurvey } from "./write-ahead-log.ts";

/** The oldest format that migration.ts understands. */
const oldestSchema = 1;

export type OpenCheck =
  | { readonly condition: "absent" }
  | { readonly condition: "whole"; readonly snapshot: StoredSnapshot | null }
  /** Whole, and of a format that migration.ts brings up to date. */
  | { readonly condition: "older" }
  | { readonly condition: "damaged"; readonly reason: DamageReason };

/** Throws `JournalError("unavailable")` when a newer Tocsin wrote the journal, and what SQLite throws short of damage. */
export function checkJournal(places: Places): OpenCheck {
  const isThere = sizeOf(places.journal) > 0;
  if (existsSync(places.salvageWanted)) return damaged(isThere ? "asked-for" : "file-missing");
  if (!isThere) {
    const something =
      sizeOf(places.log) > 0 ||
      // Killed while it was written anew, see put-back.ts.
      existsSync(places.salvaging) ||
      existsSync(places.unfinished) ||
      (readReach(places.reach) ?? 0) > 0 ||
      !intactSnapshots(places.directory).next().done;
    return something ? damaged("file-missing") : { condition: "absent" };
  }
  if (existsSync(places.rollback)) rollBack(places);
  const log = surveyLog(places.log);
  const fault = headerFault(places.journal, log);
  if (fault !== null) return damaged(fault);

  let file: SqliteFile | null = null;
  try {
    file = SqliteFile.openReadOnly(places.journal);
    return checkTables(file, places, log);
  } catch (error) {
    if (isDamage(error)) return damaged("pages-damaged");
    throw error;
  } finally {
    file?.close();
  }
}

function checkTables(file: SqliteFile, places: Places, log: LogSurvey | null): OpenCheck {
  const { directory } = places;
  if (!hasSchema(file)) return damaged("not-a-journal");
  const schema = Number(readMeta(file, "schema"));
  if (schema > schemaVersion) throw newerSchema(directory, schema);
  const live = readOrigin(file);
  if (!(schema >= oldestSchema) || live === null) return damaged("not-a-journal");
  if (log === null && readMeta(file, "state") === "open") return damaged("log-missing");

  const last = lastRow(file);
  if (log?.broken === true && holdsMore(file, log)) return damaged("log-damaged");
  if (log?.blank === true) return damaged("log-blank");
  const end = Math.max(last?.position ?? 0, live.first - 1);
  if ((readReach(places.reach) ?? 0) > end) return damaged("end-missing");
  const snapshot = trustedSnapshot(file, directory, live, last);
  if (snapshot === "beyond-the-end") return damaged("chain-broken");
  const spanOf = schema === schemaVersion ? spansOf(readGaps(file)) : spansOfFormat1(live);
  const columns = schema === schemaVersion ? undefined : columnsOfFormat1;
  const from = snapshot?.position ?? 0;
  const rows = rowsAfter(file, from, 1000, columns);
  if (!chainsHold(file, spanOf, rows, from, last)) return damaged("chain-broken");
  if (schema !== schemaVersion) return { condition: "older" };
  // What the start relies on besides: read now, while there is a way back.
  readHeads(file);
  readReport(file);
  return { condition: "whole", snapshot };
}

/** Whether the part of the log that SQLite will not use holds, or held, a fact that the journal lacks. */
function holdsMore(file: SqliteFile, log: LogSurvey): boolean {
  const there = file.select<{ seq: number }>(["seq"], "FROM facts WHERE origin = ? AND seq = ?");
  const isMissing = (claim: Claim | null): boolean =>
    claim === null || there.all(claim.origin, claim.seq).length === 0;
  let more = false;
  const onBroken = (claim: Claim | null): void => {
    more ||= isMissing(claim);
  };
  const pages = new Map(log.frames.map((frame) => [frame.pageNumber, frame.page]));
  for (const { page } of log.frames.slice(log.usable)) {
    for (const row of factsInPage(page, (number) => pages.get(number) ?? null, onBroken)) {
      more ||= isMissing(row);
    }
  }
  return more;
}

/**
 * The newest snapshot that is anchored in the chain; one older than the origin may stand on a fact that salvage could
 * not read. A snapshot of facts that the journal does not reach means that the journal's end is lost.
 */
function trustedSnapshot(
  file: SqliteFile,
  directory: string,
  live: LiveOrigin,
  last: LastRow | null,
): StoredSnapshot | "beyond-the-end" | null {
  const at = file.select<{ hash: string }>(["hash"], "FROM facts WHERE position = ?");
  for (const stored of intactSnapshots(directory)) {
    const anchor = at.all(stored.position)[0]?.hash;
    if (anchor === stored.anchor || (anchor === undefined && stored.position < live.first)) return stored;
    if (stored.position > (last?.position ?? 0)) return "beyond-the-end";
  }
  return null;
}

type LastRow = Pick<FactRow, "position">;

/** From which fact to which the chain of an origin must hold. Behind a gap each fact stands alone until it is closed. */
type SpanOf = (origin: OriginId) => { readonly first: number; readonly upTo: number };

function spansOf(gaps: Gaps): SpanOf {
  return (origin) => ({ first: 1, upTo: gaps.get(origin) ?? Number.POSITIVE_INFINITY });
}

/** After a salvage the numbers went on, and the older origin was left with its holes. */
function spansOfFormat1(live: LiveOrigin): SpanOf {
  return (origin) =>
    origin === live.origin ? { first: live.first, upTo: Number.POSITIVE_INFINITY } : { first: 1, upTo: 0 };
}

/** Each of `rows`, all after position `from`, proves itself, and follows the one before it in its origin. */
function chainsHold(
  file: SqliteFile,
  spanOf: SpanOf,
  rows: Iterable<StoredRow>,
  from: number,
  last: LastRow | null,
): boolean {
  const hashAt = file.select<{ hash: string }>(["hash"], "FROM facts WHERE origin = ? AND seq = ?");
  const seen = new Map<OriginId, FactRow>();
  let position = from;
  for (const row of rows) {
    if (!isSound(row)) return false;
    position = row.position;
    const { origin, seq } = row;
    const before = seen.get(origin);
    seen.set(origin, row);
    const { first, upTo } = spanOf(origin);
    if (seq > upTo) continue;
    const previous =
      seq === first
        ? firstPrevious
        : before?.seq === seq - 1
          ? before.hash
          : hashAt.all(origin, seq - 1)[0]?.hash;
    if (previous !== row.previous) return false;
  }
  return position >= (last?.position ?? 0);
}

/** A crash while the tables were made: SQLite undoes it by itself, but not through a read-only connection. */
function rollBack(places: Places): void {
  const file = SqliteFile.open(places.journal);
  try {
    hasSchema(file);
  } catch (error) {
    if (!isDamage(error)) throw error;
    rmSync(places.rollback, { force: true });
  } finally {
    file.close();
  }
}

type HeaderFault = "not-a-journal" | "file-cut-short";

/**
 * Looks at the 100 bytes that SQLite believes. With some of them wrong it would take the file for read-only, or for
 * longer than it is. After a crash in a checkpoint the last pages may be in the log alone.
 * Source: https://www.sqlite.org/fileformat2.html, section 1.3.
 */
function headerFault(path: string, log: LogSurvey | null): HeaderFault | null {
  const header = Buffer.alloc(100);
  const file = openSync(path, "r");
  try {
    if (readSync(file, header) < header.length) return "file-cut-short";
  } finally {
    closeSync(file);
  }
  const isOurs =
    header.toString("latin1", 0, 16) === "SQLite format 3\0" &&
    header.readUInt16BE(16) === pageBytes &&
    // 1: rollback journal, until a new journal is first used; 2: write-ahead log.
    (header[18] === 1 || header[18] === 2) &&
    header[19] === header[18] &&
    header.readUInt32BE(20) === 0x00402020;
  if (!isOurs) return "not-a-journal";
  const inLog = new Set(log?.frames.slice(0, log.usable).map((frame) => frame.pageNumber));
  const pages = header.readUInt32BE(28);
  for (let page = Math.floor(sizeOf(path) / pageBytes) + 1; page <= pages; page++) {
    if (!inLog.has(page)) return "file-cut-short";
  }
  return null;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function damaged(reason: DamageReason): OpenCheck {
  return { condition: "damaged", reason };
}

function newerSchema(directory: string, schema: number): JournalError {
  return new JournalError(
    "unavailable",
    `The journal in ${directory} was written by a newer Tocsin (format ${schema}; this one reads ${schemaVersion}): ` +
      "install that version again, or choose another directory with --data.",
  );
}
