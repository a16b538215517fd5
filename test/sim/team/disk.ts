/**
 * A machine's disk: the journal in memory that ships, and what can befall it: the power goes before or after an fsync, it
 * is full for a while, it is lost, it is put back as it was some time ago. Tells the ledger what is written and when.
 */
import type { Fact } from "#domain/fact";
import type { AlertId, EpochMs, IntegrationId, OriginId } from "#domain/ids";
import type { JournaledFact, Vector } from "#domain/place";
import {
  JournalError,
  type AlertKey,
  type Journal,
  type MergedFacts,
  type TravellingFact,
} from "#engine/ports";
import type { MemoryJournal } from "#journal/memory";
import type { Life } from "./machine-time.ts";

export interface DiskWatcher {
  /** Said by this machine and on its disk now; the first has the number `firstSeq`. */
  appended(origin: OriginId, firstSeq: number, facts: readonly Fact[]): void;
  /** Said by others, and on this machine's disk now. */
  merged(added: readonly JournaledFact[]): void;
  /** Those of `from` that nobody else had, from `firstSeq` on, are now those of `to`, from 1 on. */
  moved(from: OriginId, firstSeq: number, to: OriginId): void;
}

export type PowerFailure = "before-fsync" | "after-fsync";

export class Disk {
  isFull = false;
  /** The power goes at the next commit. */
  powerFails: PowerFailure | null = null;
  private backup: MemoryJournal | null = null;

  constructor(
    private readonly make: () => MemoryJournal,
    readonly watcher: DiskWatcher,
    private readonly powerIsGone: () => void,
    public content: MemoryJournal = make(),
  ) {}

  open(life: Life): Journal {
    this.content = this.content.crash();
    if (this.isFull) this.content.fail("full");
    return new OpenDisk(this, this.content, life);
  }

  fill(): void {
    this.isFull = true;
    this.content.fail("full");
  }

  empty(): void {
    this.isFull = false;
    this.content.heal();
  }

  /** A new disk; nothing is on it. */
  lose(): void {
    this.content = this.make();
  }

  keepBackup(): void {
    this.backup = this.content.copy();
  }

  /** False: there is no backup. */
  restoreBackup(): boolean {
    if (this.backup === null) return false;
    // As on disk: a copied file is known for one. A disk that is set back as a whole is another matter.
    const setBack = process.env["TOCSIN_SIM_SETS_BACK"] === "1";
    this.content = setBack ? this.backup.copy() : this.backup.copy(this.make().origin);
    return true;
  }

  /** A mutant's doing: what does not pass is gone for good. */
  truncate(keeps: (fact: TravellingFact) => boolean): void {
    const kept = this.content.factsBeyond({}, Number.MAX_SAFE_INTEGER, 0).filter(keeps);
    this.content = this.make();
    this.content.merge(kept, 0);
  }

  powerFailsNow(): never {
    this.powerFails = null;
    this.powerIsGone();
    throw new JournalError("unavailable", "The power is gone.");
  }
}

class OpenDisk implements Journal {
  private known: Vector | null = null;

  constructor(
    private readonly disk: Disk,
    private readonly journal: MemoryJournal,
    private readonly life: Life,
  ) {}

  get origin(): OriginId {
    return this.journal.origin;
  }

  misplaced(): null {
    return null;
  }

  append(facts: readonly Fact[]): void {
    this.refuseTheDead();
    if (facts.length === 0) return;
    if (this.disk.powerFails === "before-fsync") this.disk.powerFailsNow();
    const { origin } = this.journal;
    const last = this.vector()[origin] ?? 0;
    this.journal.append(facts);
    this.known = null;
    this.disk.watcher.appended(origin, last + 1, facts);
    if (this.disk.powerFails === "after-fsync") this.disk.powerFailsNow();
  }

  merge(facts: readonly TravellingFact[], now: EpochMs): MergedFacts {
    this.refuseTheDead();
    if (this.disk.powerFails === "before-fsync") this.disk.powerFailsNow();
    const merged = this.journal.merge(facts, now);
    this.known = null;
    this.disk.watcher.merged(merged.added);
    if (this.disk.powerFails === "after-fsync") this.disk.powerFailsNow();
    return merged;
  }

  startNewOrigin(firstOfOurs: number): void {
    this.refuseTheDead();
    const from = this.journal.origin;
    this.journal.startNewOrigin(firstOfOurs);
    this.known = null;
    this.disk.watcher.moved(from, firstOfOurs, this.journal.origin);
  }

  /** Asked with every message; the one on disk keeps it ready too. */
  vector(): Vector {
    this.known ??= this.journal.vector();
    return this.known;
  }

  factsBeyond(...question: Parameters<Journal["factsBeyond"]>): TravellingFact[] {
    return this.journal.factsBeyond(...question);
  }

  replay(afterPosition: number): Iterable<JournaledFact> {
    return this.journal.replay(afterPosition);
  }

  factsOf(alertId: AlertId): readonly JournaledFact[] {
    return this.journal.factsOf(alertId);
  }

  resolvedAlerts(limit: number): readonly AlertId[] {
    return this.journal.resolvedAlerts(limit);
  }

  lastAlertOf(integration: IntegrationId | null, dedupKey: string): AlertId | null {
    return this.journal.lastAlertOf(integration, dedupKey);
  }

  lastAlertsOf(keys: readonly AlertKey[]): readonly (AlertId | null)[] {
    return this.journal.lastAlertsOf(keys);
  }

  lastSeq(): number {
    return this.journal.lastSeq();
  }

  saveSnapshot(snapshot: string): void {
    this.refuseTheDead();
    this.journal.saveSnapshot(snapshot);
  }

  loadSnapshot(): { readonly seq: number; readonly snapshot: string } | null {
    return this.journal.loadSnapshot();
  }

  releaseReserve(): boolean {
    return this.journal.releaseReserve();
  }

  restoreReserve(): boolean {
    return this.journal.restoreReserve();
  }

  close(): void {
    this.journal.close();
  }

  /** A process that is gone writes nothing, whatever of it still runs here. */
  private refuseTheDead(): void {
    if (!this.life.alive) throw new JournalError("unavailable", "This process is dead.");
  }
}
