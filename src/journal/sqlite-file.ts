/**
 * The one strict adapter around `libsql`: everything of this room that speaks SQL goes through here.
 *
 * It exists because the library, used bare, aborts the process when a boolean is bound or a text that is read is not
 * UTF-8 (one flipped bit), keeps the previous call's value for a missing parameter, cuts text at a NUL, ignores
 * `readonly`, and keeps the file open after `close()` while a statement has not been garbage-collected. So: no text is
 * ever read as text, parameters are counted and checked, statements are read to their end (an unfinished one holds a read
 * transaction), and nothing may rely on `close()` to release a lock.
 */
import { isUtf8 } from "node:buffer";
import { pathToFileURL } from "node:url";
import Database from "libsql";

export type SqlValue = string | number | null;

export interface SqlQuery<Row> {
  /** All rows. Ask for pages: there is no streaming. Throws `UnreadableContent`, and what `journalErrorOf` understands. */
  all(...values: readonly SqlValue[]): readonly Row[];
}

export interface SqlStatement {
  run(...values: readonly SqlValue[]): void;
}

/** What is there cannot have been written: a text that is not UTF-8, bytes in the place of a text, tables of other names. */
export class UnreadableContent extends Error {
  override readonly name = "UnreadableContent";
}

/** A damaged header turns a text into bytes: the last bit of its type says which it is. */
const bytesForText = "JSON cannot hold BLOB values";

export class SqliteFile {
  private database: Database.Database | null;

  private constructor(database: Database.Database) {
    this.database = database;
  }

  /** Throws what `journalErrorOf` understands. */
  static open(path: string): SqliteFile {
    return new SqliteFile(new Database(path, { timeout: 0 }));
  }

  /** Neither writes the file nor checkpoints its log when it closes, so it may read beside a running engine. */
  static openReadOnly(path: string): SqliteFile {
    return new SqliteFile(new Database(`${pathToFileURL(path).href}?mode=ro`, { timeout: 2000 }));
  }

  exec(sql: string): void {
    this.opened().exec(sql);
  }

  prepare(sql: string): SqlStatement {
    const statement = this.compiled(sql);
    return { run: (...values) => void statement.run(...this.bound(sql, values)) };
  }

  /**
   * `SELECT columns, long rest`. Each row is read as one value of bytes and decoded here: its short columns as JSON, and
   * after a line feed, which JSON escapes, the text that would be long to escape. Measured, no slower than the library's
   * own rows; with each text as bytes of its own it takes five times as long. A damaged row may have a text where a number
   * should be.
   */
  select<Row>(
    columns: readonly (keyof Row & string)[],
    rest: string,
    long?: keyof Row & string,
  ): SqlQuery<Row> {
    const short = `json_array(${columns.join(", ")})`;
    const all = long === undefined ? short : `${short} || char(10) || ${long}`;
    const sql = `SELECT CAST(${all} AS BLOB) AS content ${rest}`;
    const statement = this.compiled(sql);
    return {
      all: (...values) => {
        const bound = this.bound(sql, values);
        let rows: readonly { readonly content: ArrayBuffer | null }[];
        try {
          rows = statement.all(...bound) as typeof rows;
        } catch (error) {
          if (error instanceof Error && error.message.includes(bytesForText))
            throw new UnreadableContent("A row has bytes in the place of a text.", { cause: error });
          throw error;
        }
        return rows.map(({ content }) => decoded<Row>(content, columns, long));
      },
    };
  }

  /** Whole numbers, read once: for a PRAGMA that answers with nothing else. */
  pragma<Row>(sql: string): readonly Row[] {
    return this.opened().prepare(`PRAGMA ${sql}`).all([]) as Row[];
  }

  /** All of `work` or nothing of it. Durable on return when the file is opened with `synchronous = FULL`. */
  transaction(work: () => void): void {
    const database = this.opened();
    database.exec("BEGIN IMMEDIATE");
    try {
      work();
      database.exec("COMMIT");
    } catch (error) {
      // A full disk has rolled it back already.
      if (database.inTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.database?.close();
    this.database = null;
  }

  /** All statements are fixed, so one that makes no sense to SQLite (code 1) says that the tables are not as they were made. */
  private compiled(sql: string): Database.Statement {
    try {
      return this.opened().prepare(sql);
    } catch (error) {
      if (error instanceof Error && "rawCode" in error && error.rawCode === 1)
        throw new UnreadableContent(`The tables are not those of a journal: ${error.message}.`, {
          cause: error,
        });
      throw error;
    }
  }

  private bound(sql: string, values: readonly SqlValue[]): [readonly SqlValue[]] {
    this.opened();
    check(values, sql.split("?").length - 1);
    return [values];
  }

  private opened(): Database.Database {
    if (this.database === null) throw new Error("The database is closed.");
    return this.database;
  }
}

function decoded<Row>(content: ArrayBuffer | null, columns: readonly string[], long?: string): Row {
  if (content === null || !isUtf8(content))
    throw new UnreadableContent("A row has a text that is missing, or not UTF-8.");
  const bytes = Buffer.from(content);
  const end = long === undefined ? bytes.length : bytes.indexOf(lineFeed);
  let values: readonly unknown[];
  try {
    values = JSON.parse(bytes.toString("utf8", 0, end)) as readonly unknown[];
  } catch (cause) {
    throw new UnreadableContent("A row has a text that cannot be read.", { cause });
  }
  const row: Record<string, unknown> = {};
  for (let index = 0; index < columns.length; index++) row[columns[index]!] = values[index];
  if (long !== undefined) row[long] = bytes.toString("utf8", end + 1);
  return row as Row;
}

const lineFeed = 10;

function check(values: readonly SqlValue[], expected: number): void {
  if (values.length !== expected) throw new Error(`${values.length} values for ${expected} parameters.`);
  for (const value of values) {
    if (value === null) continue;
    if (typeof value === "string") {
      if (value.includes("\0")) throw new Error("A text with a NUL would be cut there.");
    } else if (!Number.isSafeInteger(value)) {
      throw new Error(`Not a text, a whole number or null: ${String(value)}.`);
    }
  }
}
