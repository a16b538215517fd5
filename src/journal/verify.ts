/**
 * Proves the whole journal, origin by origin and fact by fact: each fits its own hash, each follows the one before it,
 * nothing is missing between. Called by the command line, also while an engine runs; it reads only, in small pages.
 */
import type { Fact } from "#domain/fact";
import type { OriginId } from "#domain/ids";
import { isDamage, journalErrorOf } from "./failure.ts";
import { firstPrevious } from "./hash-chain.ts";
import { isLater, openingOf, type Opening } from "./last-alerts.ts";
import { placesIn } from "./places.ts";
import { readReach } from "./reach.ts";
import { openReadOnlyView } from "./read-only-view.ts";
import {
  isSound,
  originsIn,
  prepareIsIndexed,
  prepareRecall,
  prepareRowsOfOrigin,
  type StoredRow,
} from "./rows.ts";
import { readReport } from "./salvage-report.ts";
import { readGaps, readOrigin } from "./schema.ts";
import type { SqliteFile } from "./sqlite-file.ts";
import { surveyLog } from "./write-ahead-log.ts";

export type Verification =
  | { readonly ok: true; readonly facts: number; readonly origins: number }
  | {
      readonly ok: false;
      /** The first fact that is wrong or missing; null when no fact is to blame (an index, the file itself). */
      readonly at: FactPlace | null;
      readonly text: string;
      /** How many were proven before it. */
      readonly facts: number;
    };

export interface FactPlace {
  readonly origin: OriginId;
  readonly seq: number;
}

export interface VerifyOptions {
  /** Called for every 10,000 facts. */
  readonly onProgress?: (facts: number) => void;
}

/** Throws `JournalError` when there is no journal, or it cannot be read for a reason that is not damage. */
export function verifyJournal(directory: string, options: VerifyOptions = {}): Verification {
  let file: SqliteFile | null = null;
  try {
    // Before the facts are read: an engine may be adding to both.
    const places = placesIn(directory);
    const reach = readReach(places.reach) ?? 0;
    if (surveyLog(places.log)?.blank === true)
      return faulty(null, 0, "its write-ahead log is blank, and its end is lost with it", directory);
    file = openReadOnlyView(directory);
    return verifyFile(file, directory, reach, options.onProgress ?? (() => {}));
  } catch (error) {
    if (!isDamage(error)) throw journalErrorOf(error, directory, "Reading the journal");
    return faulty(null, 0, error instanceof Error ? error.message : String(error), directory);
  } finally {
    file?.close();
  }
}

function verifyFile(
  file: SqliteFile,
  directory: string,
  reach: number,
  onProgress: (facts: number) => void,
): Verification {
  const proof = proveFacts(file, directory, reach);
  for (let next = proof.next(); ; next = proof.next()) {
    if (next.done !== true) {
      if (next.value % 10_000 === 0) onProgress(next.value);
      continue;
    }
    const { facts } = next.value;
    if (!next.value.ok) return next.value;
    const [check] = file
      .select<{ integrity_check: string }>(["integrity_check"], "FROM pragma_integrity_check(1)")
      .all();
    if (check?.integrity_check === "ok") return next.value;
    return faulty(null, facts, `every fact is intact, an index is not: ${check?.integrity_check}`, directory);
  }
}

/**
 * Yields after each fact how many are proven, so that whoever runs it may pause; reads in small pages. `reach`: the
 * position that the journal had come to before. Throws what SQLite throws.
 */
export function* proveFacts(
  file: SqliteFile,
  directory: string,
  reach: number,
): Generator<number, Verification> {
  const live = readOrigin(file);
  if (live === null) return faulty(null, 0, "its meta table does not name its origin", directory);
  const gaps = readGaps(file);
  const salvage = readReport(file);
  const rowsOf = prepareRowsOfOrigin(file, 100);
  const recall = prepareRecall(file);
  const isIndexed = prepareIsIndexed(file);
  const origins = originsIn(file);
  let facts = 0;
  let last = 0;
  let salvaged = 0;
  let forgotten = false;
  let unindexed = false;
  for (const origin of origins) {
    const upTo = gaps.get(origin) ?? Number.POSITIVE_INFINITY;
    let before: StoredRow | null = null;
    try {
      for (const row of rowsOf(origin, 0)) {
        const fault = row.seq <= upTo ? faultInChain(row, before) : faultBehindGap(row, before);
        if (fault !== null) return faulty(placeOf(row, before, upTo), facts, fault, directory);
        before = row;
        if (row.position < live.first) salvaged += 1;
        forgotten ||= isForgotten(row, recall);
        unindexed ||= !isIndexed(row);
        facts += 1;
        last = Math.max(last, row.position);
        yield facts;
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      return faulty({ origin, seq: (before?.seq ?? 0) + 1 }, facts, "a page cannot be read", directory);
    }
  }
  const end = Math.max(last, live.first - 1);
  if (reach > end)
    return faulty(null, facts, `its end is missing: ${reach - end} facts after the last one`, directory);
  if (salvage !== null && salvage.savedFacts !== salvaged) {
    const fault = `of ${salvage.savedFacts} facts salvaged before, ${salvaged} are there`;
    return faulty(null, facts, fault, directory);
  }
  if (unindexed) return faulty(null, facts, "every fact is intact, an index is not", directory);
  if (forgotten)
    return faulty(null, facts, "every fact is intact, the list of last alerts is not", directory);
  return { ok: true, facts, origins: origins.length };
}

function faultInChain(row: StoredRow, before: StoredRow | null): string | null {
  if (row.seq !== (before?.seq ?? 0) + 1) return "a fact is missing";
  if (row.previous !== (before?.hash ?? firstPrevious)) return "it does not follow the fact before it";
  return ownFault(row);
}

/** Salvage leaves holes; what it could save proves itself, and neighbours must still be neighbours. */
function faultBehindGap(row: StoredRow, before: StoredRow | null): string | null {
  if (before?.seq === row.seq - 1 && row.previous !== before.hash)
    return "it does not follow the fact before it";
  return ownFault(row);
}

function ownFault(row: StoredRow): string | null {
  return isSound(row) ? null : "its content does not fit its hash";
}

/** An alert that was opened, and that the next one of its key would not be told from. */
function isForgotten(row: StoredRow, recall: (key: string) => Opening | null): boolean {
  if (row.kind !== "alert-opened") return false;
  const opening = openingOf(JSON.parse(row.body) as Fact);
  if (opening === null) return false;
  const last = recall(opening.key);
  return last === null || isLater(opening, last);
}

/** Where to look: the row itself, or the number that should stand there. */
function placeOf(row: StoredRow, before: StoredRow | null, upTo: number): FactPlace {
  const expected = row.seq <= upTo ? (before?.seq ?? 0) + 1 : row.seq;
  return { origin: row.origin, seq: Math.min(row.seq, expected) };
}

function faulty(at: FactPlace | null, facts: number, fault: string, directory: string): Verification {
  const where = at === null ? "The journal" : `Fact ${at.seq} of origin ${at.origin} in the journal`;
  const text =
    `${where} in ${directory} is damaged: ${fault}. ${facts} facts before it are intact. ` +
    `To go on with all that can be read, stop Tocsin, make an empty file journal.salvage in ${directory}, and start it again.`;
  return { ok: false, at, text, facts };
}
