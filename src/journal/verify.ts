/**
 * Proves the whole journal, fact by fact: each fits its own hash, each follows the one before it, nothing is missing
 * between. Called by the command line, also while an engine runs; it reads only, in small pages.
 */
import { isDamage, journalErrorOf } from "./failure.ts";
import { firstPrevious, hashOf, type FactRow } from "./hash-chain.ts";
import { openReadOnlyView } from "./read-only-view.ts";
import { readReport } from "./salvage.ts";
import { readOrigin, rowsAfter, type LiveOrigin } from "./schema.ts";
import type { SqliteFile } from "./sqlite-file.ts";

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
  readonly origin: string;
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
    file = openReadOnlyView(directory);
    return verifyFile(file, directory, options.onProgress ?? (() => {}));
  } catch (error) {
    if (!isDamage(error)) throw journalErrorOf(error, directory, "Reading the journal");
    return faulty(null, 0, error instanceof Error ? error.message : String(error), directory);
  } finally {
    file?.close();
  }
}

function verifyFile(file: SqliteFile, directory: string, onProgress: (facts: number) => void): Verification {
  const chain = new Map<string, FactRow>();
  const live = readOrigin(file);
  const salvage = readReport(file);
  if (live === null) return faulty(null, 0, "its meta table does not name its origin", directory);
  let facts = 0;
  let salvaged = 0;
  try {
    for (const row of rowsAfter(file, 0)) {
      const before = chain.get(row.origin);
      const fault =
        row.origin === live.origin ? faultOfLive(row, before, live.first) : faultOfSalvaged(row, before);
      if (fault !== null) return faulty(placeOf(row, before, live), facts, fault, directory);
      chain.set(row.origin, row);
      if (row.origin !== live.origin) salvaged += 1;
      facts += 1;
      if (facts % 10_000 === 0) onProgress(facts);
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    const last = chain.get(live.origin);
    return faulty(
      last === undefined ? null : { origin: last.origin, seq: last.seq + 1 },
      facts,
      "a page cannot be read",
      directory,
    );
  }
  if (salvage !== null && salvage.savedFacts !== salvaged) {
    return faulty(
      null,
      facts,
      `of ${salvage.savedFacts} facts salvaged before, ${salvaged} are there`,
      directory,
    );
  }
  const [check] = file.query<{ integrity_check: string }>("PRAGMA integrity_check(1)");
  if (check?.integrity_check !== "ok")
    return faulty(null, facts, `every fact is intact, an index is not: ${check?.integrity_check}`, directory);
  return { ok: true, facts, origins: chain.size };
}

function faultOfLive(row: FactRow, before: FactRow | undefined, first: number): string | null {
  if (row.seq !== (before === undefined ? first : before.seq + 1)) return "a fact is missing";
  if (row.previous !== (before?.hash ?? firstPrevious)) return "it does not follow the fact before it";
  return ownFault(row);
}

/** Salvage leaves holes; what it could save proves itself, and neighbours must still be neighbours. */
function faultOfSalvaged(row: FactRow, before: FactRow | undefined): string | null {
  if (before !== undefined && row.seq <= before.seq) return "facts are out of order";
  if (before?.seq === row.seq - 1 && row.previous !== before.hash)
    return "it does not follow the fact before it";
  return ownFault(row);
}

function ownFault(row: FactRow): string | null {
  return hashOf(row) === row.hash ? null : "its content does not fit its hash";
}

/** Where to look: the row itself, or the number that should stand there. */
function placeOf(row: FactRow, before: FactRow | undefined, live: LiveOrigin): FactPlace {
  const expected = before !== undefined ? before.seq + 1 : row.origin === live.origin ? live.first : row.seq;
  return { origin: row.origin, seq: Math.min(row.seq, expected) };
}

function faulty(at: FactPlace | null, facts: number, fault: string, directory: string): Verification {
  const where = at === null ? "The journal" : `Fact ${at.seq} of origin ${at.origin} in the journal`;
  const text =
    `${where} in ${directory} is damaged: ${fault}. ${facts} facts before it are intact. ` +
    `To go on with all that can be read, stop Tocsin, make an empty file journal.salvage in ${directory}, and start it again.`;
  return { ok: false, at, text, facts };
}
