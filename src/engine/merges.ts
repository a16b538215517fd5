/**
 * Facts of other machines on their way into the state: kept first, folded then. They wait here for the next turn of the
 * loop, which takes them before anything else, so that what is decided is decided by all that is known.
 */
import type { EpochMs } from "#domain/ids";
import type { ClockSteps, Vector } from "#domain/place";
import type { State } from "#domain/state";
import { foldForeign, type Folded } from "./fold.ts";
import type { Journal, MergeAnswer, TravellingFact } from "./ports.ts";

interface Waiting {
  readonly facts: readonly TravellingFact[];
  readonly answer: (answer: MergeAnswer) => void;
}

/** Portions of one turn: what a link sends is small, and a turn must not hold up a person's command. */
const portionsInOneTurn = 8;

export class Merges {
  private waiting: Waiting[] = [];

  constructor(
    private readonly journal: Journal,
    private readonly warn: (text: string, error: unknown) => void,
  ) {}

  get any(): boolean {
    return this.waiting.length > 0;
  }

  add(facts: readonly TravellingFact[]): Promise<MergeAnswer> {
    return new Promise((answer) => this.waiting.push({ facts, answer }));
  }

  /** Takes the first few. @returns why they cannot be kept; then they are answered so, and the state is as it was. */
  take(state: State, now: EpochMs, onFolded: (folded: Folded) => void): Error | null {
    for (let taken = 0; taken < portionsInOneTurn; taken += 1) {
      // One by one: those behind one that fails go on waiting, and each of them is answered.
      const next = this.waiting.shift();
      if (next === undefined) return null;
      const { facts, answer } = next;
      try {
        const { added, refused } = this.journal.merge(facts, now);
        if (added.length > 0) onFolded(foldForeign(state, added, this.journal));
        answer({ ok: true, added: added.length, refused });
      } catch (error) {
        answer({ ok: false });
        return error instanceof Error ? error : new Error(String(error));
      }
    }
    return null;
  }

  /** See `Journal`. Asked by timers and links, who can do nothing about a journal that cannot be read: none, then. */
  factsBeyond(vector: Vector, maxBytes: number, now: EpochMs, clockSteps: ClockSteps): TravellingFact[] {
    try {
      return this.journal.factsBeyond(vector, maxBytes, now, clockSteps);
    } catch (error) {
      this.warn("Facts for another machine could not be read.", error);
      return [];
    }
  }

  /** The journal cannot be written. */
  refuseAll(): void {
    for (const { answer } of this.waiting.splice(0)) answer({ ok: false });
  }
}
