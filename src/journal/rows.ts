/** Facts in and out of the tables. Called by everything in this room that has a journal open in SQLite. */
import type { Fact } from "#domain/fact";
import type { AlertId, OriginId } from "#domain/ids";
import { JournalError } from "#engine/ports";
import { emptyHead, hashOf, type FactRow, type Head } from "./hash-chain.ts";
import { openingOf, type Opening } from "./last-alerts.ts";
import { isReceiptOf, movesIn, receiptOf } from "./receipt.ts";
import { readGaps, type Gaps } from "./schema.ts";
import { UnreadableContent, type SqliteFile, type SqlQuery } from "./sqlite-file.ts";

/** As the table has it. Format 1 knows neither skew nor receipt. */
export interface StoredRow extends FactRow {
  readonly receipt?: string | null;
}

type Column = keyof StoredRow;
/** Without `body`, which is long. */
export const columnsOfFormat1 = [
  "position",
  "origin",
  "seq",
  "at",
  "kind",
  "alert_id",
  "previous",
  "hash",
] as const satisfies readonly Column[];
const allColumns: readonly Column[] = [...columnsOfFormat1, "skew", "receipt"];

/** `fact`: the row's body. `moves`: see receipt.ts. Both tables are written, so call it in a transaction. */
export function prepareInsert(file: SqliteFile): (row: FactRow, fact: Fact, moves?: number) => void {
  const statement = file.prepare(
    `INSERT INTO facts (position, origin, seq, at, kind, alert_id, previous, hash, body, skew, receipt)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const remember = prepareRemember(file);
  return (row, fact, moves = 0) => {
    const { position, origin, seq, at, kind, alert_id, previous, hash, body, skew } = row;
    const receipt = receiptOf(row, moves);
    statement.run(position, origin, seq, at, kind, alert_id, previous, hash, body, skew, receipt);
    const opening = openingOf(fact);
    if (opening !== null) remember(opening);
  };
}

/** Keeps the later one of each key. */
export function prepareRemember(file: SqliteFile): (opening: Opening) => void {
  const statement = file.prepare(
    `INSERT INTO last_alerts (alert_key, logical_time, alert_id) VALUES (?, ?, ?)
     ON CONFLICT (alert_key) DO UPDATE SET logical_time = excluded.logical_time, alert_id = excluded.alert_id
     WHERE (excluded.logical_time, excluded.alert_id) > (logical_time, alert_id)`,
  );
  return ({ key, logicalTime, alertId }) => statement.run(key, logicalTime, alertId);
}

/** What a running journal asks of its tables again and again, prepared once. */
export class RowStatements {
  readonly insert: (row: FactRow, fact: Fact) => void;
  readonly recall: (key: string) => Opening | null;
  readonly recallAll: (keys: readonly string[]) => ReadonlyMap<string, AlertId>;
  readonly rowsOf: RowsOfOrigin;
  readonly linkAt: SqlQuery<Pick<FactRow, "previous" | "hash">>;
  readonly ofAlert: SqlQuery<StoredRow>;
  readonly resolved: SqlQuery<{ position: number; alert_id: AlertId }>;

  constructor(file: SqliteFile) {
    this.insert = prepareInsert(file);
    this.recall = prepareRecall(file);
    this.recallAll = prepareRecallAll(file);
    this.rowsOf = prepareRowsOfOrigin(file, 50);
    this.linkAt = file.select(["previous", "hash"], "FROM facts WHERE origin = ? AND seq = ?");
    this.ofAlert = file.select(allColumns, "FROM facts WHERE alert_id = ? ORDER BY position", "body");
    this.resolved = file.select(
      ["position", "alert_id"],
      "FROM facts WHERE kind = 'alert-resolved' AND position < ? ORDER BY position DESC LIMIT ?",
    );
  }
}

/** Returns the opening that is remembered for a key, or null. */
export function prepareRecall(file: SqliteFile): (key: string) => Opening | null {
  const statement = file.select<{ logical_time: number; alert_id: AlertId }>(
    ["logical_time", "alert_id"],
    "FROM last_alerts WHERE alert_key = ?",
  );
  return (key) => {
    const [row] = statement.all(key);
    return row === undefined ? null : { key, logicalTime: row.logical_time, alertId: row.alert_id };
  };
}

/** Returns the alerts that are remembered for these keys: measured, a tenth of the time that asking for each takes. */
export function prepareRecallAll(
  file: SqliteFile,
): (keys: readonly string[]) => ReadonlyMap<string, AlertId> {
  const statement = file.select<{ alert_key: string; alert_id: AlertId }>(
    ["alert_key", "alert_id"],
    "FROM last_alerts WHERE alert_key IN (SELECT value FROM json_each(?))",
  );
  return (keys) =>
    new Map(
      statement.all(JSON.stringify(keys)).map(({ alert_key, alert_id }) => [alert_key, alert_id] as const),
    );
}

/** Whether a row is found by its alert, and as a resolve: through the indexes, and not in the table. */
export function prepareIsIndexed(file: SqliteFile): (row: FactRow) => boolean {
  try {
    return isIndexedBy(file);
  } catch (error) {
    // An index that is not the one that was made cannot be asked at all.
    if (error instanceof UnreadableContent) return () => false;
    throw error;
  }
}

function isIndexedBy(file: SqliteFile): (row: FactRow) => boolean {
  const ofAlert = file.select<{ position: number }>(
    ["position"],
    "FROM facts INDEXED BY facts_of_alert WHERE alert_id = ? AND position = ?",
  );
  const resolved = file.select<{ position: number }>(
    ["position"],
    "FROM facts INDEXED BY facts_resolved WHERE kind = 'alert-resolved' AND position = ?",
  );
  return ({ alert_id, kind, position }) =>
    (alert_id === null || ofAlert.all(alert_id, position).length === 1) &&
    (kind !== "alert-resolved" || resolved.all(position).length === 1);
}

/** Gives a row, found by its position, another place in another origin. */
export function prepareMove(file: SqliteFile): (old: StoredRow, row: FactRow) => void {
  const statement = file.prepare(
    "UPDATE facts SET origin = ?, seq = ?, previous = ?, hash = ?, body = ?, receipt = ? WHERE position = ?",
  );
  return (old, row) => {
    const { position, origin, seq, previous, hash, body } = row;
    const receipt = receiptOf(row, movesIn(old.receipt ?? "") + 1);
    statement.run(origin, seq, previous, hash, body, receipt, position);
  };
}

/** Whether its content, its position and its skew are what was written. */
export function isSound(row: StoredRow): boolean {
  const receipt = row.receipt ?? null;
  const isReceived =
    receipt === null
      ? row.position === row.seq && (row.skew ?? null) === null
      : isReceiptOf(receipt, { ...row, skew: row.skew ?? null });
  return isReceived && hashOf(row) === row.hash;
}

/** The rows after a position, a page at a time, so that memory stays small and no read transaction stays open. */
export function* rowsAfter(
  file: SqliteFile,
  position: number,
  pageRows = 1000,
  columns: readonly Column[] = allColumns,
): Generator<StoredRow> {
  const page = file.select<StoredRow>(
    columns,
    `FROM facts WHERE position > ? ORDER BY position LIMIT ${pageRows}`,
    "body",
  );
  for (;;) {
    const rows = page.all(position);
    for (const row of rows) {
      refuseStandstill(row.position > position);
      position = row.position;
      yield row;
    }
    if (rows.length < pageRows) return;
  }
}

export type RowsOfOrigin = (origin: OriginId, after: number, upTo?: number) => Generator<StoredRow>;

/** The rows of an origin with numbers from `after` + 1 to `upTo`, in order, a page at a time. */
export function prepareRowsOfOrigin(file: SqliteFile, pageRows: number): RowsOfOrigin {
  const page = file.select<StoredRow>(
    allColumns,
    `FROM facts WHERE origin = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ${pageRows}`,
    "body",
  );
  return function* rowsOfOrigin(origin, after, upTo = Number.MAX_SAFE_INTEGER) {
    for (;;) {
      const rows = page.all(origin, after, upTo);
      for (const row of rows) {
        refuseStandstill(row.seq > after);
        after = row.seq;
        yield row;
      }
      if (rows.length < pageRows) return;
    }
  };
}

/** A tree whose order is damaged gives rows that were there already, for ever. */
function refuseStandstill(goesOn: boolean): void {
  if (!goesOn) throw new JournalError("damaged", "The journal's rows are out of order.");
}

/** Of any format. */
export function lastRow(file: SqliteFile): Pick<FactRow, "position" | "hash"> | null {
  const last = file.select<Pick<FactRow, "position" | "hash">>(
    ["position", "hash"],
    "FROM facts ORDER BY position DESC LIMIT 1",
  );
  return last.all()[0] ?? null;
}

/** All origins that there are facts of, found by jumping through the index. */
export function originsIn(file: SqliteFile): readonly OriginId[] {
  const next = file.select<{ origin: OriginId }>(
    ["origin"],
    "FROM facts WHERE origin > ? ORDER BY origin LIMIT 1",
  );
  const origins: OriginId[] = [];
  for (let last = ""; ;) {
    const found = next.all(last)[0]?.origin;
    if (found === undefined) return origins;
    refuseStandstill(found > last);
    origins.push(found);
    last = found;
  }
}

/** The last fact without a gap before it, of each origin that has one. */
export function readHeads(file: SqliteFile, gaps: Gaps = readGaps(file)): Map<OriginId, Head> {
  const last = file.select<StoredRow>(
    allColumns,
    "FROM facts WHERE origin = ? AND seq <= ? ORDER BY seq DESC LIMIT 1",
    "body",
  );
  const heads = new Map<OriginId, Head>();
  for (const origin of originsIn(file)) {
    const head = last.all(origin, gaps.get(origin) ?? Number.MAX_SAFE_INTEGER)[0];
    if (head === undefined) continue;
    // Found through the index: were that damaged, a number could be given twice.
    if (!isSound(head))
      throw new JournalError("damaged", `The last fact of origin ${origin} does not fit its hash.`);
    heads.set(origin, { seq: head.seq, hash: head.hash });
  }
  return heads;
}

/** Walks every chain from its beginning: the origins in which it does not reach the end, and how far it does. */
export function findGaps(file: SqliteFile): Map<OriginId, number> {
  const gaps = new Map<OriginId, number>();
  const rowsOf = prepareRowsOfOrigin(file, 1000);
  for (const origin of originsIn(file)) {
    let head = emptyHead;
    for (const row of rowsOf(origin, 0)) {
      if (row.seq !== head.seq + 1 || row.previous !== head.hash) {
        gaps.set(origin, head.seq);
        break;
      }
      head = { seq: row.seq, hash: row.hash };
    }
  }
  return gaps;
}

/** The alerts of the rows that `page` finds before a position, each once, in its order; at most `limit`. */
export function newestAlerts(
  page: SqlQuery<{ position: number; alert_id: AlertId }>,
  limit: number,
): readonly AlertId[] {
  const found = new Set<AlertId>();
  const pageRows = Math.max(50, Math.min(limit, 1000));
  for (let before = Number.MAX_SAFE_INTEGER; found.size < limit;) {
    const rows = page.all(before, pageRows);
    for (const { alert_id } of rows) found.add(alert_id);
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) break;
    refuseStandstill(last.position < before);
    before = last.position;
  }
  return [...found].slice(0, limit);
}
