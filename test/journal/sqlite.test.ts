/** The SQLite journal beyond the common contract: locks, permissions, snapshots, formats, indexes, messages. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AlertId } from "#domain/ids";
import { JournalError } from "#engine/ports";
import { openSqliteJournal } from "#journal/sqlite";
import { SqliteFile } from "#journal/sqlite-file";
import { acknowledged, opened, resolved, factsIn } from "./build-facts.ts";
import { queryPlan } from "./query-plan.ts";
import { manyFacts, TemporaryJournal } from "./temporary-journal.ts";

let place: TemporaryJournal;
beforeEach(() => {
  place = new TemporaryJournal();
});
afterEach(() => place.remove());

function errorOf(work: () => unknown): JournalError {
  try {
    work();
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
  throw new Error("It did not fail.");
}

describe("the data directory", () => {
  test("is made for this user alone", () => {
    place.start();
    const mode = (name: string): string => (statSync(join(place.directory, name)).mode & 0o777).toString(8);
    expect(mode(".")).toBe("700");
    for (const name of ["journal.sqlite", "journal.sqlite-wal", "reserve"]) expect(mode(name)).toBe("600");
  });

  test("holds one engine at a time, and the second hears who the first is", () => {
    const { journal } = place.start();
    const error = errorOf(() => place.start());
    expect(error.reason).toBe("locked");
    expect(error.message).toBe(
      `Another Tocsin (process ${process.pid}) is using ${place.directory}. Stop that one, or choose another directory with --data.`,
    );
    journal.append([opened("a")]);
    journal.close();
    expect(place.start().journal.lastSeq()).toBe(1);
  });

  test("may not be a file", () => {
    mkdirSync(place.directory);
    const path = join(place.directory, "file");
    writeFileSync(path, "");
    expect(errorOf(() => place.start(path))).toMatchObject({ reason: "unavailable" });
    expect(errorOf(() => place.start(join(path, "below"))).message).toContain(join(path, "below"));
  });

  test("may have any name", () => {
    const directory = join(place.root, "50% of #1? ünï'code");
    place.start(directory).journal.append([opened("a")]);
    expect(factsIn(place.start(place.killed(directory)).journal.replay(0))).toEqual([opened("a")]);
  });

  test("gets its real reserve of 4 MiB by default", () => {
    const { journal } = openSqliteJournal({ directory: place.directory });
    expect(statSync(join(place.directory, "reserve")).size).toBe(4 * 1024 * 1024);
    journal.close();
  });
});

describe("formats", () => {
  test("a journal of a newer Tocsin is refused and left alone", () => {
    place.start().journal.close();
    const file = SqliteFile.open(join(place.directory, "journal.sqlite"));
    file.exec("UPDATE meta SET value = '3' WHERE key = 'schema'");
    file.close();
    const error = errorOf(() => place.start());
    expect(error.reason).toBe("unavailable");
    expect(error.message).toContain("newer Tocsin (format 3; this one reads 2)");
    expect(readdirSync(place.directory).filter((name) => name.startsWith("journal-damaged"))).toEqual([]);
  });

  test("the strict adapter refuses what the library would garble or die of", () => {
    const file = SqliteFile.open(join(place.root, "strict.sqlite"));
    const statement = file.select<{ x: unknown }>(["x"], "FROM (SELECT ? || ? AS x)");
    expect(statement.all("a", "b")).toEqual([{ x: "ab" }]);
    expect(() => statement.all("c")).toThrow("1 values for 2 parameters");
    for (const value of [true, 1.5, undefined, Buffer.from("x"), Number.NaN, "a\0b"]) {
      expect(() => statement.all("a", value as string)).toThrow(/Not a text|NUL/);
    }
    file.close();
    expect(() => statement.all("a", "b")).toThrow("closed");
  });

  test("looks alerts up by index, however long the journal is", () => {
    place.start().journal.close();
    const plan = (sql: string): string => queryPlan(join(place.directory, "journal.sqlite"), sql);
    expect(plan("SELECT * FROM facts WHERE alert_id = 'a' ORDER BY position")).toBe(
      "SEARCH facts USING INDEX facts_of_alert (alert_id=?)",
    );
    expect(
      plan("SELECT alert_id FROM facts WHERE kind = 'alert-resolved' ORDER BY position DESC LIMIT 5"),
    ).toBe("SCAN facts USING INDEX facts_resolved");
    const file = SqliteFile.openReadOnly(join(place.directory, "journal.sqlite"));
    expect(() => file.exec("DELETE FROM facts")).toThrow("readonly");
    file.close();
  });
});

describe("snapshots", () => {
  const snapshots = (directory: string): string[] =>
    readdirSync(directory)
      .filter((name) => name.startsWith("snapshot-"))
      .sort();
  const spoil = (directory: string, index: number): void => {
    const path = join(directory, snapshots(directory)[index]!);
    const bytes = readFileSync(path);
    bytes[bytes.length - 3]! ^= 1;
    writeFileSync(path, bytes);
  };

  test("the last two are kept; a damaged one gives way to the one before, then to a full replay", () => {
    const { journal } = place.start();
    for (const name of ["one", "two", "three"]) {
      journal.append([opened(name)]);
      journal.saveSnapshot(`the state after ${name}`);
    }
    journal.close();
    expect(snapshots(place.directory)).toHaveLength(2);
    const newest = place.killed();
    spoil(newest, 1);
    expect(place.start(newest).journal.loadSnapshot()).toEqual({ seq: 2, snapshot: "the state after two" });
    const both = place.killed(newest);
    spoil(both, 0);
    const last = place.start(both);
    expect(last.journal.loadSnapshot()).toBeNull();
    expect(last.report.salvaged).toBeNull();
    expect(last.journal.lastSeq()).toBe(3);
  });

  test("one that is not of this chain is not trusted", () => {
    const other = place.start(join(place.root, "other")).journal;
    other.append([opened("x"), opened("y")]);
    other.saveSnapshot("the state of another machine");
    const { journal } = place.start();
    journal.append([opened("a"), acknowledged("a"), resolved("a")]);
    journal.close();
    const name = snapshots(join(place.root, "other"))[0]!;
    writeFileSync(join(place.directory, name), readFileSync(join(place.root, "other", name)));
    expect(place.start().journal.loadSnapshot()).toBeNull();
  });

  test("one from beyond the journal's end shows that the end is lost, and keeps the state", () => {
    const { journal } = place.start();
    journal.append([opened("a")]);
    const early = place.killed();
    journal.append([opened("b"), opened("c")]);
    journal.saveSnapshot("a, b and c");
    const name = snapshots(place.directory)[0]!;
    writeFileSync(join(early, name), readFileSync(join(place.directory, name)));
    const { journal: salvaged, report } = place.start(early);
    expect(report.salvaged).toMatchObject({ reason: "chain-broken", savedFacts: 1, lostFacts: 2 });
    expect(salvaged.loadSnapshot()).toEqual({ seq: 3, snapshot: "a, b and c" });
    // The lost numbers are not given again.
    salvaged.append([opened("d")]);
    expect(salvaged.lastSeq()).toBe(4);
    expect(factsIn(salvaged.replay(3))).toEqual([opened("d")]);
    salvaged.saveSnapshot("a to d");
    salvaged.close();
    expect(place.start(early).journal.loadSnapshot()).toEqual({ seq: 4, snapshot: "a to d" });
  });

  test("after a salvage without new facts still stands", () => {
    const { journal } = place.start();
    journal.append(manyFacts(30));
    journal.close();
    writeFileSync(join(place.directory, "journal.salvage"), "");
    const salvaged = place.start().journal;
    salvaged.saveSnapshot("thirty");
    salvaged.close();
    const again = place.start();
    expect(again.journal.loadSnapshot()).toEqual({ seq: 30, snapshot: "thirty" });
    expect(again.report.salvaged?.savedFacts).toBe(30);
  });

  test("read again while running, it is the same", () => {
    const { journal } = place.start();
    journal.append([opened("a")]);
    journal.saveSnapshot("one");
    journal.close();
    const again = place.start().journal;
    again.append([opened("b")]);
    expect(again.loadSnapshot()).toEqual({ seq: 1, snapshot: "one" });
    expect(again.loadSnapshot()).toEqual({ seq: 1, snapshot: "one" });
    expect(again.factsOf("b" as AlertId)).toHaveLength(1);
  });
});
