/**
 * The durable journal: `journal.sqlite` in the data directory. Built by compose; used by the engine alone.
 *
 * Write-ahead logging with `synchronous = FULL`, exactly one connection, one transaction for each `append`. The engine
 * must be the only one in the directory (lock.ts); a damaged journal is salvaged without a question (salvage.ts).
 */
import { chmodSync } from "node:fs";
import type { Fact } from "#domain/fact";
import type { AlertId, EpochMs, IntegrationId, OriginId } from "#domain/ids";
import type { ClockSteps, JournaledFact, Vector } from "#domain/place";
import {
  type AlertKey,
  JournalError,
  type Journal,
  type MergedFacts,
  type TravellingFact,
} from "#engine/ports";
import { journalErrorOf } from "./failure.ts";
import { emptyHead, firstPrevious, journaledOf, rowOf, type FactRow, type Head } from "./hash-chain.ts";
import { alertKeyOf } from "./last-alerts.ts";
import { takeLock } from "./lock.ts";
import { planMerge, type KnownFacts } from "./merge-plan.ts";
import { moveFacts } from "./move-facts.ts";
import { makeDirectory, placesIn, type Places } from "./places.ts";
import { portionOf } from "./portion.ts";
import { readyFile } from "./ready-file.ts";
import { defaultReserveBytes, dropReserve, holdReserve } from "./reserve.ts";
import {
  isSound,
  lastRow,
  newestAlerts,
  readHeads,
  rowsAfter,
  RowStatements,
  type StoredRow,
} from "./rows.ts";
import { askForSalvage, readReport, type SalvageReport } from "./salvage.ts";
import { durable, readGaps, readOrigin, writeGaps, writeMeta, type Gaps } from "./schema.ts";
import { intactSnapshots, writeSnapshot, type StoredSnapshot } from "./snapshot-files.ts";
import { beginNewLogInCopy, identityOf } from "./same-file.ts";
import { SqliteFile } from "./sqlite-file.ts";

export interface SqliteJournalOptions {
  /** The data directory; made, for this user only, when it does not exist. */
  readonly directory: string;
  /** Epoch ms; names the directory of damaged files. */
  readonly now?: () => number;
  readonly reserveBytes?: number;
  /** For tests: what tells a copy of the file from the file itself. */
  readonly identityOf?: (path: string) => string;
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
      (options.identityOf ?? identityOf)(places.journal),
    );
    return { journal, report: { salvaged: journal.untoldSalvage() } };
  } catch (error) {
    releaseLock?.();
    throw journalErrorOf(error, places.directory, "Opening the journal");
  }
}

class SqliteJournal implements Journal {
  private readonly file: SqliteFile;
  private readonly rows: RowStatements;
  private liveOrigin: OriginId;
  /** Of each origin as far as it is known without a gap; see `readGaps`. */
  private heads: Map<OriginId, Head>;
  private gaps: Gaps;
  /** Of the heads; null: to be made anew. */
  private knownVector: Vector | null = null;
  /** Of the last fact, or the last one that is known to have been. */
  private position: number;
  /** Hash of the last fact of all, for a snapshot to stand on. */
  private anchor: string;
  /** A failed write may have left frames in the log that could be taken for facts after a crash. */
  private logIsUnclean = false;
  private isClosed = false;

  constructor(
    private readonly places: Places,
    private readonly releaseLock: () => void,
    /** Read at open; handed out once, then read from disk again. */
    private snapshotAtOpen: StoredSnapshot | null,
    private readonly reserveBytes: number,
    identity: string,
  ) {
    const file = SqliteFile.open(places.journal);
    this.file = file;
    // What SQLite makes beside the file gets the file's mode.
    chmodSync(places.journal, 0o600);
    file.query("PRAGMA journal_mode = WAL");
    file.exec(`${durable}; PRAGMA journal_size_limit = 16777216`);
    beginNewLogInCopy(file, identity);
    const live = readOrigin(file);
    if (live === null) throw new Error("A checked journal has an origin.");
    const last = lastRow(file);
    this.liveOrigin = live.origin;
    this.gaps = readGaps(file);
    this.heads = readHeads(file, this.gaps);
    this.position = Math.max(last?.position ?? 0, live.first - 1);
    this.anchor = last?.hash ?? firstPrevious;
    this.rows = new RowStatements(file);
    // In the file itself, not in the log, so that it tells of a log that goes missing.
    writeMeta(file, "state", "open");
    this.emptyLog();
    this.restoreReserve();
  }

  get origin(): OriginId {
    return this.liveOrigin;
  }

  append(facts: readonly Fact[]): void {
    if (facts.length === 0) return;
    let head = this.heads.get(this.origin) ?? emptyHead;
    const rows = facts.map((fact, index) => {
      const row = rowOf(fact, this.origin, head, this.position + 1 + index);
      head = row;
      return row;
    });
    this.write(() => rows.forEach((row, index) => this.rows.insert(row, facts[index]!)));
    this.hasGrown(rows, [[this.origin, head]]);
  }

  merge(facts: readonly TravellingFact[], now: EpochMs): MergedFacts {
    const plan = this.guard("Reading the journal", () => planMerge(facts, now, this.known()));
    const { rows, added, heads, refused } = plan;
    if (rows.length === 0) return { added, refused };
    let gaps = this.gaps;
    this.write(() => {
      rows.forEach((row, index) => this.rows.insert(row, added[index]!.fact));
      gaps = this.gapsBeyond(heads);
      if (gaps !== this.gaps) writeGaps(this.file, gaps);
    });
    this.gaps = gaps;
    this.hasGrown(rows, heads);
    return { added, refused };
  }

  startNewOrigin(firstOfOurs: number): void {
    this.guard("Starting a new origin", () => {
      this.liveOrigin = moveFacts(this.file, this.places.directory, this.origin, firstOfOurs);
      this.snapshotAtOpen = null;
      this.heads = readHeads(this.file, this.gaps);
      this.anchor = lastRow(this.file)?.hash ?? firstPrevious;
      this.knownVector = null;
      // The log still holds the facts as they were.
      this.logIsUnclean = !this.emptyLog();
    });
  }

  vector(): Vector {
    this.knownVector ??= Object.fromEntries(
      [...this.heads].map(([origin, { seq }]) => [origin, seq]),
    ) as Vector;
    return this.knownVector;
  }

  factsBeyond(vector: Vector, maxBytes: number, now: EpochMs, clockSteps: ClockSteps = []): TravellingFact[] {
    return this.guard("Reading the journal", () => {
      const lacking = [...this.heads]
        .map(([origin, head]) => ({ origin, head, has: Object.hasOwn(vector, origin) ? vector[origin]! : 0 }))
        .filter(({ head, has }) => has < head.seq)
        .map(({ origin, head, has }) => this.provenRows(this.rows.rowsOf(origin, has, head.seq)));
      return portionOf(lacking, maxBytes, now, clockSteps);
    });
  }

  *replay(afterPosition: number): Generator<JournaledFact> {
    const rows = rowsAfter(this.file, afterPosition);
    for (;;) {
      const next = this.guard("Reading the journal", () => rows.next());
      if (next.done === true) return;
      yield journaledOf(next.value);
    }
  }

  factsOf(alertId: AlertId): readonly JournaledFact[] {
    return this.guard("Reading the journal", () => this.rows.ofAlert.all(alertId)).map((row) =>
      journaledOf(this.proven(row)),
    );
  }

  resolvedAlerts(limit: number): readonly AlertId[] {
    return this.guard("Reading the journal", () => newestAlerts(this.rows.resolved, limit));
  }

  lastAlertOf(integration: IntegrationId | null, dedupKey: string): AlertId | null {
    return this.guard(
      "Reading the journal",
      () => this.rows.recall(alertKeyOf(integration, dedupKey))?.alertId ?? null,
    );
  }

  lastAlertsOf(keys: readonly AlertKey[]): readonly (AlertId | null)[] {
    return this.guard("Reading the journal", () => {
      const hashes = keys.map(({ integration, dedupKey }) => alertKeyOf(integration, dedupKey));
      const found = this.rows.recallAll(hashes);
      return hashes.map((key) => found.get(key) ?? null);
    });
  }

  lastSeq(): number {
    return this.position;
  }

  saveSnapshot(snapshot: string): void {
    this.snapshotAtOpen = null;
    this.guard("Keeping a snapshot", () => {
      writeSnapshot(this.places.directory, { position: this.position, anchor: this.anchor, snapshot });
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
    const report = this.heads.has(this.origin) ? null : readReport(this.file);
    return report === null || (report.origin ?? this.origin) === this.origin ? report : null;
  }

  private readSnapshot(): StoredSnapshot | null {
    const anchorAt = this.file.prepare<{ hash: string }>("SELECT hash FROM facts WHERE position = ?");
    for (const stored of intactSnapshots(this.places.directory)) {
      const anchor = anchorAt.all(stored.position)[0]?.hash;
      if (anchor === undefined || anchor === stored.anchor) return stored;
    }
    return null;
  }

  private known(): KnownFacts {
    return {
      live: this.origin,
      position: this.position,
      head: (origin) => this.heads.get(origin) ?? emptyHead,
      hashAt: (origin, seq) => this.rows.linkAt.all(origin, seq)[0]?.hash ?? null,
      beyondHead: (origin, seq) =>
        this.gaps.has(origin) ? (this.rows.linkAt.all(origin, seq)[0] ?? null) : null,
    };
  }

  /** What is left of the gaps when the heads have moved on; the same map when that is all of them. */
  private gapsBeyond(heads: ReadonlyMap<OriginId, Head>): Gaps {
    const grown = [...heads].filter(([origin]) => this.gaps.has(origin));
    if (grown.length === 0) return this.gaps;
    const left = new Map(this.gaps);
    for (const [origin, { seq }] of grown) {
      const [beyond] = this.rows.rowsOf(origin, seq);
      if (beyond === undefined) left.delete(origin);
      else left.set(origin, seq);
    }
    return left;
  }

  private write(work: () => void): void {
    this.guard("Writing to the journal", () => {
      try {
        this.file.transaction(work);
      } catch (error) {
        this.logIsUnclean = true;
        throw error;
      }
    });
  }

  private hasGrown(rows: readonly FactRow[], heads: Iterable<readonly [OriginId, Head]>): void {
    this.position += rows.length;
    this.anchor = rows.at(-1)!.hash;
    for (const [origin, { seq, hash }] of heads) this.heads.set(origin, { seq, hash });
    this.knownVector = null;
  }

  private *provenRows(rows: Iterable<StoredRow>): Generator<StoredRow> {
    for (const row of rows) yield this.proven(row);
  }

  private proven(row: StoredRow): StoredRow {
    if (isSound(row)) return row;
    throw new JournalError(
      "damaged",
      `Fact ${row.seq} of origin ${row.origin} of the journal in ${this.places.directory} is damaged: run "tocsin journal verify".`,
    );
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
      if (known.reason === "damaged") askForSalvage(this.places, known.message);
      throw known;
    }
  }
}
