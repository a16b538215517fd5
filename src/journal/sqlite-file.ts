/**
 * The one strict adapter around `libsql`: everything of this room that speaks SQL goes through here.
 *
 * It exists because the library, used bare, aborts the process when a boolean is bound, keeps the previous call's value
 * for a missing parameter, cuts text at a NUL, ignores `readonly`, and keeps the file open after `close()` while a
 * statement has not been garbage-collected. So: parameters are counted and checked, statements are read to their end
 * (an unfinished one holds a read transaction), and nothing may rely on `close()` to release a lock.
 */
import { pathToFileURL } from "node:url";
import Database from "libsql";

export type SqlValue = string | number | null;

export interface SqlStatement<Row> {
  /** All rows. Ask for pages: there is no streaming. */
  all(...values: readonly SqlValue[]): readonly Row[];
  run(...values: readonly SqlValue[]): void;
}

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

  prepare<Row = never>(sql: string): SqlStatement<Row> {
    const statement = this.opened().prepare(sql);
    const expected = sql.split("?").length - 1;
    const bound = (values: readonly SqlValue[]): [readonly SqlValue[]] => {
      if (this.database === null) throw new Error("The database is closed.");
      check(values, expected);
      return [values];
    };
    return {
      all: (...values) => statement.all(...bound(values)) as Row[],
      run: (...values) => {
        statement.run(...bound(values));
      },
    };
  }

  /** Rows of a statement that is needed once. */
  query<Row>(sql: string, ...values: readonly SqlValue[]): readonly Row[] {
    return this.prepare<Row>(sql).all(...values);
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

  private opened(): Database.Database {
    if (this.database === null) throw new Error("The database is closed.");
    return this.database;
  }
}

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
