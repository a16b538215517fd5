/**
 * The journal's in-memory twin, for simulation and tests: the same contract, no disk. It can be told to fail, and to
 * crash; since an append is on disk when it returns, a crash loses nothing but the process.
 */
import type { Fact } from "#domain/fact";
import type { AlertId } from "#domain/ids";
import { JournalError, type Journal } from "#engine/ports";

export class MemoryJournal implements Journal {
  private readonly facts: Fact[] = [];
  private readonly byAlert = new Map<AlertId, Fact[]>();
  private readonly resolved: AlertId[] = [];
  private snapshot: { readonly seq: number; readonly snapshot: string } | null = null;
  private failure: JournalError["reason"] | null = null;
  private failuresLeft = 0;
  private reserveIsHeld = true;
  private isClosed = false;

  append(facts: readonly Fact[]): void {
    this.refuseWhenClosed();
    if (facts.length > 0) this.failWhenTold();
    for (const fact of facts) this.index(fact);
  }

  replay(afterSeq: number): Iterable<Fact> {
    this.refuseWhenClosed();
    return this.facts.slice(afterSeq);
  }

  factsOf(alertId: AlertId): readonly Fact[] {
    this.refuseWhenClosed();
    return [...(this.byAlert.get(alertId) ?? [])];
  }

  resolvedAlerts(limit: number): readonly AlertId[] {
    this.refuseWhenClosed();
    return this.resolved.slice(Math.max(0, this.resolved.length - limit)).reverse();
  }

  lastSeq(): number {
    return this.facts.length;
  }

  saveSnapshot(snapshot: string): void {
    this.refuseWhenClosed();
    this.failWhenTold();
    this.snapshot = { seq: this.facts.length, snapshot };
  }

  loadSnapshot(): { readonly seq: number; readonly snapshot: string } | null {
    this.refuseWhenClosed();
    return this.snapshot;
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

  /** The next `times` appends and snapshots fail with `reason`; until `heal` when `times` is left out. */
  fail(reason: JournalError["reason"], times = Number.POSITIVE_INFINITY): void {
    this.failure = reason;
    this.failuresLeft = times;
  }

  heal(): void {
    this.failure = null;
  }

  /** Power off: this one is dead; returns what a restart finds on disk. */
  crash(): MemoryJournal {
    const found = new MemoryJournal();
    for (const fact of this.facts) found.index(fact);
    found.snapshot = this.snapshot;
    found.reserveIsHeld = this.reserveIsHeld;
    this.isClosed = true;
    return found;
  }

  private index(fact: Fact): void {
    this.facts.push(fact);
    if (!("alertId" in fact)) return;
    const known = this.byAlert.get(fact.alertId);
    if (known === undefined) this.byAlert.set(fact.alertId, [fact]);
    else known.push(fact);
    if (fact.kind === "alert-resolved") this.resolved.push(fact.alertId);
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
