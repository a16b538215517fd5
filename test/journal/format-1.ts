/** Makes journals as Tocsin wrote them when it ran on one machine alone: format 1, for the tests of its migration. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Fact } from "#domain/fact";
import type { OriginId } from "#domain/ids";
import { emptyHead, firstPrevious, rowOf, type FactRow } from "#journal/hash-chain";
import { SqliteFile } from "#journal/sqlite-file";

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

export interface LogOfFormat1 {
  readonly origin: string;
  /** Numbers went on after a salvage; the chain began anew. */
  readonly first: number;
  readonly facts: readonly Fact[];
  /** Numbers that damage has cost. */
  readonly lost?: readonly number[];
}

/** The last one is the live one. Closed in order. */
export function makeFormat1(directory: string, logs: readonly LogOfFormat1[], salvage?: object): void {
  mkdirSync(directory, { recursive: true });
  const file = SqliteFile.open(join(directory, "journal.sqlite"));
  file.exec("PRAGMA page_size = 4096");
  file.transaction(() => file.exec(tables));
  file.pragma("journal_mode = WAL");
  const live = logs.at(-1)!;
  const set = file.prepare("INSERT INTO meta (key, value) VALUES (?, ?)");
  const insert = file.prepare("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  file.transaction(() => {
    set.run("schema", "1");
    set.run("origin", live.origin);
    set.run("first", String(live.first));
    set.run("state", "closed");
    if (salvage !== undefined) set.run("salvage", JSON.stringify(salvage));
    for (const log of logs) {
      for (const row of rowsOf(log)) {
        const { position, origin, seq, at, kind, alert_id, previous, hash, body } = row;
        if (log.lost?.includes(seq)) continue;
        insert.run(position, origin, seq, at, kind, alert_id, previous, hash, body);
      }
    }
  });
  file.pragma("wal_checkpoint(TRUNCATE)");
  file.close();
}

function rowsOf({ origin, first, facts }: LogOfFormat1): FactRow[] {
  let head = { ...emptyHead, seq: first - 1, hash: firstPrevious };
  return facts.map((fact) => {
    const row = rowOf(fact, origin as OriginId, head, head.seq + 1);
    head = row;
    return row;
  });
}
