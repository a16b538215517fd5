/**
 * The durable journal: `journal.sqlite` in the data directory. Built by compose; used by the engine alone.
 *
 * Write-ahead logging with `synchronous = FULL`, exactly one connection, one transaction for each `append`. The engine
 * must be the only one in the directory (lock.ts); a damaged journal is salvaged without a question (salvage.ts).
 */
import { chmodSync, writeFileSync } from "node:fs";
import type { Fact } from "#domain/fact";
import type { AlertId } from "#domain/ids";
import { JournalError, type Journal } from "#engine/ports";
import { journalErrorOf } from "./failure.ts";
import { firstPrevious, hashOf, newOrigin, rowOf, type FactRow } from "./hash-chain.ts";
import { takeLock } from "./lock.ts";
import { checkJournal } from "./open-check.ts";
import { makeDirectory, placesIn, type Places } from "./places.ts";
import { defaultReserveBytes, dropReserve, holdReserve } from "./reserve.ts";
import { finishSalvage, readReport, salvageJournal, type SalvageReport } from "./salvage.ts";
import { createSchema, lastRow, prepareInsert, readOrigin, rowsAfter, writeMeta } from "./schema.ts";
import { intactSnapshots, writeSnapshot, type StoredSnapshot } from "./snapshot-files.ts";
import { SqliteFile, type SqlStatement } from "./sqlite-file.ts";

export interface SqliteJournalOptions {
  /** The data directory; made, for this user only, when it does not exist. */
  readonly directory: string;
  /** Epoch ms; names the directory of damaged files. */
  readonly now?: () => number;
  readonly reserveBytes?: number;
}

export interface OpenedJournal {
  readonly journal: Journal;
  readonly report: {
    /** Not null: the journal was damaged. Raise a visible alarm from its `text`. Told again until a fact is appended. */
    readonly salvaged: SalvageReport | null;
  };
}

/** Throws `JournalError` with the place, the reason and the remedy; then the directory is not locked. */
export function openSqliteJournal(options: SqliteJournalOptions): OpenedJournal {
  const places = placesIn(options.directory);
  let releaseLock: (() => void) | null = null;
  try {
    makeDirectory(places);
    releaseLock = takeLock(places);
    const snapshot = readyFile(places, (options.now ?? Date.now)());
    const journal = new SqliteJournal(
      places,
      releaseLock,
      snapshot,
      options.reserveBytes ?? defaultReserveBytes,
    );
    return { journal, report: { salvaged: journal.untoldSalvage() } };
  } catch (error) {
    releaseLock?.();
    throw journalErrorOf(error, places.directory, "Opening the journal");
  }
}

/** Leaves a whole journal in its place, new, checked or salvaged. Returns its newest trusted snapshot. */
function readyFile(places: Places, now: number): StoredSnapshot | null {
  finishSalvage(places);
  let check = checkJournal(places);
  if (check.condition === "damaged") {
    salvageJournal(places, check.reason, now);
    check = checkJournal(places);
  }
  switch (check.condition) {
    case "whole":
      return check.snapshot;
    case "damaged":
      throw new JournalError(
        "damaged",
        `The journal in ${places.directory} could not be salvaged (${check.reason}): check this disk, or choose another directory with --data.`,
      );
    case "absent": {
      const file = SqliteFile.open(places.journal);
      chmodSync(places.journal, 0o600);
      createSchema(file, { origin: newOrigin(), first: 1 });
      file.close();
      return null;
    }
  }
}

class SqliteJournal implements Journal {
  private readonly file: SqliteFile;
  private readonly insert: (row: FactRow) => void;
  private readonly ofAlert: SqlStatement<FactRow>;
  private readonly resolved: SqlStatement<{ alert_id: AlertId }>;
  private readonly origin: string;
  private seq: number;
  /** Hash of the last fact of the live origin. */
  private previous: string;
  /** Hash of the last fact of all, for a snapshot to stand on. */
  private anchor: string;
  /** A failed append may have left frames in the log that could be taken for facts after a crash. */
  private logIsUnclean = false;
  private isClosed = false;

  constructor(
    private readonly places: Places,
    private readonly releaseLock: () => void,
    /** Read at open; handed out once, then read from disk again. */
    private snapshotAtOpen: StoredSnapshot | null,
    private readonly reserveBytes: number,
  ) {
    const file = SqliteFile.open(places.journal);
    this.file = file;
    // What SQLite makes beside the file gets the file's mode.
    chmodSync(places.journal, 0o600);
    file.query("PRAGMA journal_mode = WAL");
    file.exec("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216");
    const live = readOrigin(file);
    if (live === null) throw new Error("A checked journal has an origin.");
    const last = lastRow(file);
    this.origin = live.origin;
    this.seq = Math.max(last?.position ?? 0, live.first - 1);
    this.previous = last !== null && last.origin === live.origin ? last.hash : firstPrevious;
    this.anchor = last?.hash ?? firstPrevious;
    this.insert = prepareInsert(file);
    this.ofAlert = file.prepare("SELECT * FROM facts WHERE alert_id = ? ORDER BY position");
    this.resolved = file.prepare(
      "SELECT alert_id FROM facts WHERE kind = 'alert-resolved' ORDER BY position DESC LIMIT ?",
    );
    // In the file itself, not in the log, so that it tells of a log that goes missing.
    writeMeta(file, "state", "open");
    this.emptyLog();
    this.restoreReserve();
  }

  append(facts: readonly Fact[]): void {
    if (facts.length === 0) return;
    let { previous } = this;
    const rows = facts.map((fact, index) => {
      const seq = this.seq + index;
      const row = rowOf(fact, this.origin as never, { seq, hash: previous }, seq + 1);
      previous = row.hash;
      return row;
    });
    this.guard("Writing to the journal", () => {
      try {
        this.file.transaction(() => rows.forEach(this.insert));
      } catch (error) {
        this.logIsUnclean = true;
        throw error;
      }
    });
    this.seq += rows.length;
    this.previous = previous;
    this.anchor = previous;
  }

  *replay(afterSeq: number): Generator<Fact> {
    const rows = rowsAfter(this.file, afterSeq);
    for (;;) {
      const next = this.guard("Reading the journal", () => rows.next());
      if (next.done === true) return;
      yield JSON.parse(next.value.body) as Fact;
    }
  }

  factsOf(alertId: AlertId): readonly Fact[] {
    return this.guard("Reading the journal", () => this.ofAlert.all(alertId)).map((row) => {
      if (hashOf(row) !== row.hash) {
        throw new JournalError(
          "damaged",
          `Fact ${row.seq} of the journal in ${this.places.directory} is damaged: run "tocsin journal verify".`,
        );
      }
      return JSON.parse(row.body) as Fact;
    });
  }

  resolvedAlerts(limit: number): readonly AlertId[] {
    return this.guard("Reading the journal", () => this.resolved.all(limit)).map((row) => row.alert_id);
  }

  lastSeq(): number {
    return this.seq;
  }

  saveSnapshot(snapshot: string): void {
    this.snapshotAtOpen = null;
    this.guard("Keeping a snapshot", () => {
      writeSnapshot(this.places.directory, { position: this.seq, anchor: this.anchor, snapshot });
    });
  }

  loadSnapshot(): { readonly seq: number; readonly snapshot: string } | null {
    const stored = this.snapshotAtOpen ?? this.guard("Reading a snapshot", () => this.readSnapshot());
    this.snapshotAtOpen = null;
    return stored === null ? null : { seq: stored.position, snapshot: stored.snapshot };
  }

  releaseReserve(): boolean {
    return dropReserve(this.places.reserve);
  }

  restoreReserve(): boolean {
    if (!holdReserve(this.places.reserve, this.reserveBytes)) return false;
    // Not before: on a nearly full disk this would take the space that the next appends need.
    if (this.logIsUnclean) this.logIsUnclean = !this.emptyLog();
    return true;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    try {
      writeMeta(this.file, "state", "closed");
      this.emptyLog();
    } catch {
      // A full or broken disk: the next start sees a crash, and copes.
    }
    this.file.close();
    this.releaseLock();
  }

  /** The report of the salvage that made this journal, until something was appended after it. */
  untoldSalvage(): SalvageReport | null {
    return this.previous === firstPrevious ? readReport(this.file) : null;
  }

  private readSnapshot(): StoredSnapshot | null {
    const anchorAt = this.file.prepare<{ hash: string }>("SELECT hash FROM facts WHERE position = ?");
    for (const stored of intactSnapshots(this.places.directory)) {
      const anchor = anchorAt.all(stored.position)[0]?.hash;
      if (anchor === undefined || anchor === stored.anchor) return stored;
    }
    return null;
  }

  /** Moves the log's facts into the journal file, so that the log begins anew. False when that was not possible now. */
  private emptyLog(): boolean {
    try {
      return this.file.query<{ busy: number }>("PRAGMA wal_checkpoint(TRUNCATE)")[0]?.busy === 0;
    } catch {
      return false;
    }
  }

  private guard<Result>(what: string, work: () => Result): Result {
    if (this.isClosed)
      throw new JournalError(
        "unavailable",
        `The journal in ${this.places.directory} is closed: this engine has stopped.`,
      );
    try {
      return work();
    } catch (error) {
      const known = journalErrorOf(error, this.places.directory, what);
      if (known.reason === "damaged") this.askForSalvage(known.message);
      throw known;
    }
  }

  private askForSalvage(why: string): void {
    try {
      writeFileSync(this.places.salvageWanted, `${why}\n`);
    } catch {
      // A full disk besides: the next failure asks again.
    }
  }
}
