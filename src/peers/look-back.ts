/**
 * Another machine holds facts under our origin that we do not have: this journal was restored from an older copy. Ours
 * and theirs are compared from the beginning, to find where they part; from there on we write to a new origin, and take
 * theirs of the old one. Used by `link-synchronisation.ts`; rare, so it may be slow.
 */
import type { OriginId } from "#domain/ids";
import type { Engine, TravellingFact } from "#engine/ports";
import { lastOf } from "./vectors.ts";

export class LookBack {
  /** Up to here, theirs and ours are known to be the same. */
  agreedUpTo = 0;
  readonly origin: OriginId;

  constructor(private readonly engine: Pick<Engine, "origin" | "merge" | "vector" | "startNewOrigin">) {
    this.origin = engine.origin;
  }

  /** Somebody else has found it out meanwhile. */
  get isOver(): boolean {
    return this.engine.origin !== this.origin;
  }

  /**
   * The next facts of theirs after `agreedUpTo`.
   * @returns the number from which on ours are ours alone, once they part; then a new origin has been started.
   * @throws JournalError when the journal cannot be written.
   */
  async compare(facts: readonly TravellingFact[]): Promise<number | null> {
    const theirs = facts.filter(({ origin, seq }) => origin === this.origin && seq > this.agreedUpTo);
    const known = theirs.filter(({ seq }) => seq <= lastOf(this.engine.vector(), this.origin));
    const answer = known.length === 0 ? null : await this.engine.merge(known);
    if (answer?.ok === false || this.isOver) return null;
    const forkedAt = answer?.refused?.seq ?? null;
    const same = known.filter(({ seq }) => forkedAt === null || seq < forkedAt);
    this.agreedUpTo = same.at(-1)?.seq ?? this.agreedUpTo;
    if (forkedAt === null && known.length === theirs.length) return null;
    const firstOfOurs = this.agreedUpTo + 1;
    this.engine.startNewOrigin(firstOfOurs);
    return firstOfOurs;
  }
}
