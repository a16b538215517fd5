/**
 * The journal's in-memory twin, for simulation and tests: the same contract, no disk. It can be told to fail, and to
 * crash; since an append is on disk when it returns, a crash loses nothing but the process.
 */
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
import { emptyHead, journaledOf, rowOf, type FactRow, type Head } from "./hash-chain.ts";
import { alertKeyOf, isLater, openingOf, type Opening } from "./last-alerts.ts";
import { planMerge } from "./merge-plan.ts";
import { NewOrigin } from "./new-origin.ts";
import { portionOf } from "./portion.ts";

interface Entry {
  readonly row: FactRow;
  readonly journaled: JournaledFact;
}

export class MemoryJournal implements Journal {
  private entries: Entry[] = [];
  /** Without a gap: the fact with number n at n − 1. */
  private readonly byOrigin = new Map<OriginId, Entry[]>();
  private readonly byAlert = new Map<AlertId, JournaledFact[]>();
  private readonly openings = new Map<string, Opening>();
  /** Newest last. */
  private readonly resolved = new Set<AlertId>();
  private snapshots: { readonly seq: number; readonly snapshot: string }[] = [];
  private failure: JournalError["reason"] | null = null;
  private failuresLeft = 0;
  private reserveIsHeld = true;
  private isClosed = false;
  private liveOrigin: OriginId;

  /** `origin`: give each journal of a team one of its own; 8 to 30 characters of `A-Za-z0-9_-`. */
  constructor(origin = "memory-journal") {
    this.liveOrigin = origin as OriginId;
  }

  get origin(): OriginId {
    return this.liveOrigin;
  }

  append(facts: readonly Fact[]): void {
    this.refuseWhenClosed();
    if (facts.length > 0) this.failWhenTold();
    for (const fact of facts) {
      const row = rowOf(fact, this.origin, this.headOf(this.origin), this.entries.length + 1);
      this.index({ row, journaled: journaledOf(row, fact) });
    }
  }

  merge(facts: readonly TravellingFact[], now: EpochMs): MergedFacts {
    this.refuseWhenClosed();
    const { rows, added, refused } = planMerge(facts, now, {
      live: this.origin,
      position: this.entries.length,
      head: (origin) => this.headOf(origin),
      hashAt: (origin, seq) => this.byOrigin.get(origin)?.[seq - 1]?.row.hash ?? null,
      beyondHead: () => null,
    });
    if (rows.length > 0) this.failWhenTold();
    rows.forEach((row, index) => this.index({ row, journaled: added[index]! }));
    return { added, refused };
  }

  startNewOrigin(firstOfOurs: number): void {
    this.refuseWhenClosed();
    this.failWhenTold();
    const from = this.liveOrigin;
    const successor = new NewOrigin(successorOf(from, this.headOf(from)), new Map([[from, firstOfOurs - 1]]));
    const entries = this.entries.map((entry) => {
      if (entry.row.origin !== from || entry.row.seq < firstOfOurs) return entry;
      const row = successor.take(entry.row);
      return { row, journaled: journaledOf(row) };
    });
    const moved = entries.findIndex(({ row }) => row.origin === successor.origin);
    if (moved !== -1) this.snapshots = this.snapshots.filter(({ seq }) => seq <= moved);
    this.liveOrigin = successor.origin;
    this.rebuild(entries);
  }

  vector(): Vector {
    return Object.fromEntries([...this.byOrigin].map(([origin, { length }]) => [origin, length])) as Vector;
  }

  factsBeyond(vector: Vector, maxBytes: number, now: EpochMs, clockSteps: ClockSteps = []): TravellingFact[] {
    this.refuseWhenClosed();
    const lacking = [...this.byOrigin].map(([origin, entries]) =>
      rowsFrom(entries, Object.hasOwn(vector, origin) ? vector[origin]! : 0),
    );
    return portionOf(lacking, maxBytes, now, clockSteps);
  }

  replay(afterPosition: number): Iterable<JournaledFact> {
    this.refuseWhenClosed();
    return this.entries.slice(afterPosition).map(({ journaled }) => journaled);
  }

  factsOf(alertId: AlertId): readonly JournaledFact[] {
    this.refuseWhenClosed();
    return [...(this.byAlert.get(alertId) ?? [])];
  }

  resolvedAlerts(limit: number): readonly AlertId[] {
    this.refuseWhenClosed();
    return [...this.resolved].reverse().slice(0, limit);
  }

  lastAlertOf(integration: IntegrationId | null, dedupKey: string): AlertId | null {
    this.refuseWhenClosed();
    return this.openings.get(alertKeyOf(integration, dedupKey))?.alertId ?? null;
  }

  lastAlertsOf(keys: readonly AlertKey[]): readonly (AlertId | null)[] {
    return keys.map(({ integration, dedupKey }) => this.lastAlertOf(integration, dedupKey));
  }

  lastSeq(): number {
    return this.entries.length;
  }

  saveSnapshot(snapshot: string): void {
    this.refuseWhenClosed();
    this.failWhenTold();
    const seq = this.entries.length;
    this.snapshots = [...this.snapshots.filter((kept) => kept.seq < seq), { seq, snapshot }].slice(-2);
  }

  loadSnapshot(): { readonly seq: number; readonly snapshot: string } | null {
    this.refuseWhenClosed();
    return this.snapshots.at(-1) ?? null;
  }

  misplaced(): null {
    return null;
  }

  releaseReserve(): boolean {
    const held = this.reserveIsHeld;
    this.reserveIsHeld = false;
    return held;
  }

  restoreReserve(): boolean {
    if (this.failure !== null) return this.reserveIsHeld;
    this.reserveIsHeld = true;
    return true;
  }

  close(): void {
    this.isClosed = true;
  }

  /** The next `times` writes and snapshots fail with `reason`; until `heal` when `times` is left out. */
  fail(reason: JournalError["reason"], times = Number.POSITIVE_INFINITY): void {
    this.failure = reason;
    this.failuresLeft = times;
  }

  heal(): void {
    this.failure = null;
  }

  /** Power off: this one is dead; returns what a restart finds on disk. */
  crash(): MemoryJournal {
    const found = this.copy();
    this.isClosed = true;
    return found;
  }

  /**
   * A backup of the disk as it is now, to be restored later. On disk a copied file is known for one and writes to a log of
   * its own: give its `origin`. Without it, it is as a disk that was set back as a whole.
   */
  copy(origin: string = this.origin): MemoryJournal {
    const copied = new MemoryJournal(origin);
    copied.rebuild(this.entries);
    copied.snapshots = [...this.snapshots];
    copied.reserveIsHeld = this.reserveIsHeld;
    return copied;
  }

  private headOf(origin: OriginId): Head {
    return this.byOrigin.get(origin)?.at(-1)?.row ?? emptyHead;
  }

  private rebuild(entries: readonly Entry[]): void {
    this.entries = [];
    this.byOrigin.clear();
    this.byAlert.clear();
    this.openings.clear();
    this.resolved.clear();
    for (const entry of entries) this.index(entry);
  }

  private index(entry: Entry): void {
    const { row, journaled } = entry;
    const { fact } = journaled;
    this.entries.push(entry);
    listIn(this.byOrigin, row.origin).push(entry);
    if (row.alert_id !== null) listIn(this.byAlert, row.alert_id as AlertId).push(journaled);
    if (row.kind === "alert-resolved" && row.alert_id !== null) {
      this.resolved.delete(row.alert_id as AlertId);
      this.resolved.add(row.alert_id as AlertId);
    }
    const opening = openingOf(fact);
    const known = opening && this.openings.get(opening.key);
    if (opening && (!known || isLater(opening, known))) this.openings.set(opening.key, opening);
  }

  private failWhenTold(): void {
    const { failure } = this;
    if (failure === null) return;
    this.failuresLeft -= 1;
    if (this.failuresLeft <= 0) this.heal();
    throw new JournalError(failure, `The journal in memory was told to fail (${failure}); heal() ends it.`);
  }

  private refuseWhenClosed(): void {
    if (this.isClosed)
      throw new JournalError("unavailable", "The journal in memory is closed: this engine has stopped.");
  }
}

function listIn<Key, Item>(lists: Map<Key, Item[]>, key: Key): Item[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list: Item[] = [];
  lists.set(key, list);
  return list;
}

function* rowsFrom(entries: readonly Entry[], index: number): Generator<FactRow> {
  for (let at = index; at < entries.length; at++) yield entries[at]!.row;
}

/** The same in every run of a simulation, and another one for each copy that was restored. */
function successorOf(origin: OriginId, head: Head): OriginId {
  return `${origin.replace(/-[0-9a-f]{8}$/, "")}-${head.hash.slice(0, 8)}` as OriginId;
}
