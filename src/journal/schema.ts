/**
 * The tables of the journal, and the small facts about the journal itself (`meta`). Called at creation, open and salvage.
 *
 * (origin, seq) is a fact's identity everywhere, `position` the order in which it arrived here. The column order is known
 * to carve.ts, which reads rows from damaged files without SQLite.
 */
import type { OriginId } from "#domain/ids";
import { JournalError } from "#engine/ports";
import { originPattern } from "./hash-chain.ts";
import type { SqliteFile } from "./sqlite-file.ts";

/** 1: of one machine alone, without skew, receipt and `last_alerts`; see migration.ts. */
export const schemaVersion = 2;
export const pageBytes = 4096;

/**
 * For every connection that writes. Without `cache_spill` a large transaction would write pages to the log before it is
 * committed, and some of them again: killed then, the log would look damaged.
 */
export const durable = "PRAGMA synchronous = FULL; PRAGMA cache_spill = OFF";

/**
 * `state`: `open` while an engine runs; found open without a write-ahead log, the log is lost.
 * `origin`: the log that this machine writes to. A salvage begins another, since a lost number must never be given twice.
 * `first`: the lowest position that a fact may get since then: 1, or after a salvage one more than the last one known.
 * `gaps`: see `readGaps`. `file`: see same-file.ts. `salvage`: the report of the salvage that made this journal, JSON.
 */
export type MetaKey = "schema" | "state" | "origin" | "first" | "gaps" | "salvage" | "file";

export interface LiveOrigin {
  readonly origin: OriginId;
  /** A position. */
  readonly first: number;
}

/**
 * Origins that damage has made holes in: the number of the last fact before the first hole. What lies behind it is kept,
 * and counted as known again once other machines have filled the hole.
 */
export type Gaps = ReadonlyMap<OriginId, number>;

/** `skew`: null for own facts. `receipt`: null for facts from format 1, which were all own and at position `seq`. */
export const columnsSinceFormat2 = ["skew INTEGER", "receipt TEXT"] as const;

export const tablesSinceFormat2 = `
  CREATE TABLE last_alerts (
    alert_key TEXT PRIMARY KEY,
    logical_time INTEGER NOT NULL,
    alert_id TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

const tables = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE facts (
    position INTEGER PRIMARY KEY,
    origin TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    alert_id TEXT,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    ${columnsSinceFormat2.join(", ")},
    UNIQUE (origin, seq)
  ) STRICT;
  CREATE INDEX facts_of_alert ON facts (alert_id) WHERE alert_id IS NOT NULL;
  CREATE INDEX facts_resolved ON facts (position) WHERE kind = 'alert-resolved';
  ${tablesSinceFormat2}
`;

/** For a file without tables, outside a transaction. */
export function createSchema(file: SqliteFile, live: LiveOrigin): void {
  file.exec(`PRAGMA page_size = ${pageBytes}`);
  file.transaction(() => {
    file.exec(tables);
    const set = file.prepare("INSERT INTO meta (key, value) VALUES (?, ?)");
    set.run("schema", String(schemaVersion));
    set.run("origin", live.origin);
    set.run("first", String(live.first));
    set.run("state", "closed");
  });
}

export function hasSchema(file: SqliteFile): boolean {
  const tables = file.select<{ name: string }>(
    ["name"],
    "FROM sqlite_master WHERE type = 'table' AND name IN ('meta', 'facts')",
  );
  return tables.all().length === 2;
}

export function readMeta(file: SqliteFile, key: MetaKey): string | null {
  const found = file.select<{ value: string }>(["value"], "FROM meta WHERE key = ?").all(key);
  return found[0] === undefined ? null : String(found[0].value);
}

export function writeMeta(file: SqliteFile, key: MetaKey, value: string): void {
  file
    .prepare(
      "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
    .run(key, value);
}

/** Null when the journal does not say, or says nonsense. */
export function readOrigin(file: SqliteFile): LiveOrigin | null {
  const origin = readMeta(file, "origin") as OriginId | null;
  const first = Number(readMeta(file, "first"));
  const isOrigin = origin !== null && originPattern.test(origin);
  return isOrigin && Number.isSafeInteger(first) && first >= 1 ? { origin, first } : null;
}

/** Throws `JournalError("damaged")` when what is there is not what was written. */
export function readGaps(file: SqliteFile): Map<OriginId, number> {
  const text = readMeta(file, "gaps");
  if (text === null) return new Map();
  try {
    const gaps = new Map(JSON.parse(text) as [OriginId, number][]);
    for (const [origin, seq] of gaps) if (!originPattern.test(origin) || !(seq >= 0)) throw new Error(text);
    return gaps;
  } catch {
    throw new JournalError("damaged", "The journal's list of gaps cannot be read.");
  }
}

export function writeGaps(file: SqliteFile, gaps: Gaps): void {
  writeMeta(file, "gaps", JSON.stringify([...gaps]));
}
