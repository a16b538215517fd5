/**
 * The tables of the journal, and the small facts about the journal itself (`meta`). Called at creation, open and salvage.
 *
 * `facts` is ready for other machines' facts: (origin, seq) is a fact's identity everywhere, `position` the order in
 * which it arrived here. Its column order is known to carve.ts, which reads rows from damaged files without SQLite.
 */
import type { FactRow } from "./hash-chain.ts";
import type { SqliteFile, SqlStatement } from "./sqlite-file.ts";

export const schemaVersion = 1;
export const pageBytes = 4096;

/**
 * `state`: `open` while an engine runs; found open without a write-ahead log, the log is lost.
 * `origin`, `first`: see `LiveOrigin`. `salvage`: the report of the salvage that made this journal, JSON.
 */
export type MetaKey = "schema" | "state" | "origin" | "first" | "salvage";

/** The origin that this journal writes as. A salvage begins a new one, since a lost number must never be given twice. */
export interface LiveOrigin {
  readonly origin: string;
  /** The number of its first fact: 1, or after a salvage one more than the last number known. */
  readonly first: number;
}

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
    UNIQUE (origin, seq)
  ) STRICT;
  CREATE INDEX facts_of_alert ON facts (alert_id) WHERE alert_id IS NOT NULL;
  CREATE INDEX facts_resolved ON facts (position) WHERE kind = 'alert-resolved';
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
  const rows = file.query<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('meta', 'facts')",
  );
  return rows.length === 2;
}

export function readMeta(file: SqliteFile, key: MetaKey): string | null {
  return file.query<{ value: string }>("SELECT value FROM meta WHERE key = ?", key)[0]?.value ?? null;
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
  const origin = readMeta(file, "origin");
  const first = Number(readMeta(file, "first"));
  return origin !== null && Number.isSafeInteger(first) && first >= 1 ? { origin, first } : null;
}

/** `orIgnore`: a row that is there already stays. */
export function prepareInsert(file: SqliteFile, orIgnore = false): (row: FactRow) => void {
  const statement: SqlStatement<never> = file.prepare(
    `INSERT ${orIgnore ? "OR IGNORE " : ""}INTO facts (position, origin, seq, at, kind, alert_id, previous, hash, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return (row) => {
    statement.run(
      row.position,
      row.origin,
      row.seq,
      row.at,
      row.kind,
      row.alert_id,
      row.previous,
      row.hash,
      row.body,
    );
  };
}

/** The rows after a position, a page at a time, so that memory stays small and no read transaction stays open. */
export function* rowsAfter(file: SqliteFile, position: number, pageRows = 1000): Generator<FactRow> {
  const page = file.prepare<FactRow>(
    `SELECT * FROM facts WHERE position > ? ORDER BY position LIMIT ${pageRows}`,
  );
  for (;;) {
    const rows = page.all(position);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return;
    position = last.position;
  }
}

export function lastRow(file: SqliteFile): FactRow | null {
  return file.query<FactRow>("SELECT * FROM facts ORDER BY position DESC LIMIT 1")[0] ?? null;
}
