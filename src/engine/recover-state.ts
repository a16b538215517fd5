/** The state as the journal has it: the newest snapshot and the facts after it. Called at the start and after a failed commit. */
import { evolve } from "#domain/evolve";
import { emptyState, type State } from "#domain/state";
import type { Journal } from "./ports.ts";
import { readSnapshot } from "./snapshot.ts";

export interface Recovered {
  readonly state: State;
  /** The facts up to this one are in the snapshot; 0 when there was none to use. */
  readonly snapshotSeq: number;
}

/** @throws JournalError when the journal cannot be read. */
export function recoverState(journal: Journal): Recovered {
  const kept = journal.loadSnapshot();
  const restored = kept === null ? null : readSnapshot(kept.snapshot);
  const snapshotSeq = kept !== null && restored !== null ? kept.seq : 0;
  let state = restored ?? emptyState();
  for (const fact of journal.replay(snapshotSeq)) state = evolve(state, fact);
  return { state, snapshotSeq };
}
