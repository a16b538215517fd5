/** Decides when a snapshot of the state is worth keeping: in a quiet moment, or at the latest after so many facts. */
import type { State } from "#domain/state";
import type { Clock, Journal } from "./ports.ts";
import { writeSnapshot } from "./snapshot.ts";

export const snapshotLimits = {
  /** Facts after which a snapshot is worth its while. */
  afterFacts: 5_000,
  /** Facts after which it is kept even in a storm, so that a replay stays well under a second. */
  atLatestAfterFacts: 100_000,
  /** How long no fact has been added, for a moment to count as quiet. */
  quietMs: 2_000,
} as const;

export class SnapshotKeeper {
  private cancelPlanned: (() => void) | null = null;

  constructor(
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly state: () => State,
    private readonly log: (text: string, error: unknown) => void,
    private snapshotSeq: number,
  ) {}

  /** Call after each commit. */
  factsAdded(): void {
    const facts = this.journal.lastSeq() - this.snapshotSeq;
    if (facts >= snapshotLimits.atLatestAfterFacts) {
      this.keep();
    } else if (facts >= snapshotLimits.afterFacts) {
      this.cancelPlanned?.();
      this.cancelPlanned = this.clock.callAfter(snapshotLimits.quietMs, () => this.keep());
    }
  }

  keep(): void {
    this.stop();
    if (this.journal.lastSeq() === this.snapshotSeq) return;
    try {
      this.journal.saveSnapshot(writeSnapshot(this.state()));
      this.snapshotSeq = this.journal.lastSeq();
    } catch (error) {
      // Only a cache: without it the next start takes longer.
      this.log("The snapshot could not be kept; the next start will take longer.", error);
    }
  }

  stop(): void {
    this.cancelPlanned?.();
    this.cancelPlanned = null;
  }
}
