/** The journal in use: what `Journal` promises, on SQLite. Made by sqlite.ts, on files that are ready for it. */
import { chmodSync } from "node:fs";
import type { Fact } from "#domain/fact";
import type { AlertId, EpochMs, IntegrationId, OriginId } from "#domain/ids";
import type { ClockSteps, JournaledFact, Vector } from "#domain/place";
import {
  type AlertKey,
  JournalError,
  type Journal,
  type MergedFacts,
  type Misplaced,
  type TravellingFact,
} from "#engine/ports";
import { journalErrorOf } from "./failure.ts";
import { firstPrevious, journaledOf, rowOf, type FactRow, type Head } from "./hash-chain.ts";
import { KnownOrigins } from "./known-origins.ts";
import { InPlace } from "./in-place.ts";
import { putBack } from "./put-back.ts";
import { alertKeyOf } from "./last-alerts.ts";
import { planMerge, type KnownFacts } from "./merge-plan.ts";
import { moveFacts } from "./move-facts.ts";
import { PacedProof } from "./paced-proof.ts";
import type { Places } from "./places.ts";
import { portionOf } from "./portion.ts";
import { Reach } from "./reach.ts";
import { defaultReserveBytes, dropReserve, holdReserve } from "./reserve.ts";
import { isSound, lastRow, newestAlerts, rowsAfter, RowStatements, type StoredRow } from "./rows.ts";
import { readReport, type SalvageReport } from "./salvage-report.ts";
import { askForSalvage } from "./salvage.ts";
import { durable, readOrigin, writeMeta, type Gaps } from "./schema.ts";
import { KeptSnapshots } from "./kept-snapshots.ts";
import type { StoredSnapshot } from "./snapshot-files.ts";
import { beginNewLogInCopy, identityOf } from "./same-file.ts";
import { SqliteFile } from "./sqlite-file.ts";

export interface SqliteJournalOptions {
  /** The data directory; made, for this user only, when it does not exist. */
  readonly directory: string;
  /** Epoch ms; names the directory of damaged files. */
  readonly now?: () => number;
  readonly reserveBytes?: number;
  /** The journal's files were taken away and are about to be put back: so may the rest of the folder be. */
  readonly beforePuttingBack?: () => void;
  /**
   * Damage was found while the journal was in use, by whoever read it, or its files had to be put back: start again, which
   * salvages it. May be called often.
   */
  readonly onDamaged?: (error: JournalError) => void;
  /** For tests: what tells a copy of the file from the file itself. */
  readonly identityOf?: (path: string) => string;
}

export class SqliteJournal implements Journal {
  private readonly file: SqliteFile;
  private readonly snapshots: KeptSnapshots;
  private readonly reach: Reach;
  private readonly rows: RowStatements;
  private readonly place: InPlace;
  private readonly proof: PacedProof;
  private liveOrigin: OriginId;
  private origins: KnownOrigins;
  /** Of the last fact, or the last one that is known to have been. */
  private position: number;
  /** Hash of the last fact of all, for a snapshot to stand on. */
  private anchor: string;
  /** A failed write may have left frames in the log that could be taken for facts after a crash. */
  private logIsUnclean = false;
  private isClosed = false;
  /** What came later was proven when the journal was opened: the first who reads it all need not do that again. */
  private provenAfter: number;

  constructor(
    private readonly places: Places,
    snapshotAtOpen: StoredSnapshot | null,
    private readonly options: SqliteJournalOptions,
    releaseLock: () => void,
  ) {
    this.provenAfter = snapshotAtOpen?.position ?? 0;
    this.file = SqliteFile.open(places.journal);
    try {
      // What SQLite makes beside the file gets the file's mode.
      chmodSync(places.journal, 0o600);
      this.file.pragma("journal_mode = WAL");
      this.file.exec(`${durable}; PRAGMA journal_size_limit = 16777216`);
      beginNewLogInCopy(this.file, (options.identityOf ?? identityOf)(places.journal));
      const live = readOrigin(this.file);
      if (live === null) throw new Error("A checked journal has an origin.");
      const last = lastRow(this.file);
      this.liveOrigin = live.origin;
      this.position = Math.max(last?.position ?? 0, live.first - 1);
      this.anchor = last?.hash ?? firstPrevious;
      this.rows = new RowStatements(this.file);
      this.origins = new KnownOrigins(this.file, this.rows);
      this.snapshots = new KeptSnapshots(this.file, places.directory, snapshotAtOpen);
      // In the file itself, not in the log, so that it tells of a log that goes missing.
      writeMeta(this.file, "state", "open");
    } catch (error) {
      this.file.close();
      throw error;
    }
    this.emptyLog();
    this.restoreReserve();
    this.reach = new Reach(places.reach);
    this.reach.note(this.position);
    this.place = new InPlace(places, releaseLock, () => this.putBack());
    this.proof = new PacedProof(
      places,
      () => this.misplaced() === null,
      (text) => this.foundDamaged(new JournalError("damaged", text)),
    );
  }

  get origin(): OriginId {
    return this.liveOrigin;
  }

  append(facts: readonly Fact[]): void {
    if (facts.length === 0) return;
    let head = this.origins.head(this.origin);
    const rows = facts.map((fact, index) => {
      const row = rowOf(fact, this.origin, head, this.position + 1 + index);
      head = row;
      return row;
    });
    this.write(() => rows.forEach((row, index) => this.rows.insert(row, facts[index]!)));
    this.hasGrown(rows, [[this.origin, head]]);
  }

  merge(facts: readonly TravellingFact[], now: EpochMs): MergedFacts {
    const plan = this.guard("Reading the journal", () => {
      const planned = planMerge(facts, now, this.known());
      if (planned.refused?.reason === "forked") this.proveAt(planned.refused);
      return planned;
    });
    const { rows, added, heads, refused } = plan;
    if (rows.length === 0) return { added, refused };
    let gaps: Gaps | null = null;
    this.write(() => {
      rows.forEach((row, index) => this.rows.insert(row, added[index]!.fact));
      gaps = this.origins.writeGapsBeyond(heads);
    });
    this.origins.gaps = gaps ?? this.origins.gaps;
    this.hasGrown(rows, heads);
    return { added, refused };
  }

  startNewOrigin(firstOfOurs: number): void {
    this.guard("Starting a new origin", () => {
      this.liveOrigin = moveFacts(this.file, this.places.directory, this.origin, firstOfOurs);
      this.snapshots.forget();
      this.origins = new KnownOrigins(this.file, this.rows);
      this.anchor = lastRow(this.file)?.hash ?? firstPrevious;
      // The log still holds the facts as they were.
      this.logIsUnclean = !this.emptyLog();
    });
  }

  vector(): Vector {
    return this.origins.vector();
  }

  factsBeyond(vector: Vector, maxBytes: number, now: EpochMs, clockSteps: ClockSteps = []): TravellingFact[] {
    return this.guard("Reading the journal", () => {
      const lacking = [...this.origins.heads]
        .map(([origin, head]) => ({ origin, head, has: Object.hasOwn(vector, origin) ? vector[origin]! : 0 }))
        .filter(({ head, has }) => has < head.seq)
        .map(({ origin, head, has }) => this.provenRows(this.rows.rowsOf(origin, has, head.seq)));
      return portionOf(lacking, maxBytes, now, clockSteps);
    });
  }

  *replay(afterPosition: number): Generator<JournaledFact> {
    const rows = rowsAfter(this.file, afterPosition);
    const { provenAfter } = this;
    this.provenAfter = Number.POSITIVE_INFINITY;
    for (;;) {
      const next = this.guard("Reading the journal", () => {
        const { value, done } = rows.next();
        if (done === true) return null;
        return journaledOf(value.position <= provenAfter ? this.proven(value) : value);
      });
      if (next === null) return;
      yield next;
    }
  }

  factsOf(alertId: AlertId): readonly JournaledFact[] {
    return this.guard("Reading the journal", () =>
      this.rows.ofAlert.all(alertId).map((row) => journaledOf(this.proven(row))),
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
    this.guard("Keeping a snapshot", () => this.snapshots.keep(this.position, this.anchor, snapshot));
  }

  loadSnapshot(): { readonly seq: number; readonly snapshot: string } | null {
    return this.guard("Reading a snapshot", () => this.snapshots.load());
  }

  misplaced(): Misplaced | null {
    return this.isClosed ? null : this.place.look();
  }

  releaseReserve(): boolean {
    return dropReserve(this.places.reserve);
  }

  restoreReserve(): boolean {
    if (!holdReserve(this.places.reserve, this.options.reserveBytes ?? defaultReserveBytes)) return false;
    // Not before: on a nearly full disk this would take the space that the next appends need.
    if (this.logIsUnclean) this.logIsUnclean = !this.emptyLog();
    return true;
  }

  close(): void {
    if (this.isClosed) return;
    this.place.lookAfterCopy();
    this.isClosed = true;
    this.proof.stop();
    try {
      writeMeta(this.file, "state", "closed");
      this.emptyLog();
    } catch {
      // A full or broken disk: the next start sees a crash, and copes.
    }
    this.reach.close();
    this.file.close();
    this.place.release();
  }

  /** The report of the salvage that made this journal, until something was appended after it. */
  untoldSalvage(): SalvageReport | null {
    const report = this.origins.heads.has(this.origin) ? null : readReport(this.file);
    return report === null || (report.origin ?? this.origin) === this.origin ? report : null;
  }

  private known(): KnownFacts {
    const { origin: live, position, origins } = this;
    return {
      live,
      position,
      head: (origin) => origins.head(origin),
      hashAt: (origin, seq) => origins.linkAt(origin, seq)?.hash ?? null,
      beyondHead: (origin, seq) => (origins.gaps.has(origin) ? origins.linkAt(origin, seq) : null),
    };
  }

  private write(work: () => void): void {
    this.guard("Writing to the journal", () => {
      this.place.refuseWhenPutBack();
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
    this.origins.moveTo(heads);
    this.reach.note(this.position);
  }

  private putBack(): string {
    const { now = Date.now, beforePuttingBack, onDamaged } = this.options;
    beforePuttingBack?.();
    const text = putBack(
      this.file,
      this.places,
      { position: this.position, heads: this.origins.heads },
      now(),
    );
    onDamaged?.(new JournalError("unavailable", text));
    return text;
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

  /** Before somebody is taken for a liar: is it our own copy of the fact that is damaged? */
  private proveAt({ origin, seq }: { readonly origin: OriginId; readonly seq: number }): void {
    for (const row of this.rows.rowsOf(origin, seq - 1, seq)) this.proven(row);
  }

  /** Moves the log's facts into the journal file, so that the log begins anew. False when that was not possible now. */
  private emptyLog(): boolean {
    try {
      return this.file.pragma<{ busy: number }>("wal_checkpoint(TRUNCATE)")[0]?.busy === 0;
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
      if (known.reason === "damaged") this.foundDamaged(known);
      throw known;
    }
  }

  private foundDamaged(error: JournalError): void {
    askForSalvage(this.places, error.message);
    this.options.onDamaged?.(error);
  }
}
