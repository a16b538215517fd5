/** What is wrong between this machine and its team, as one sentence among the engine's problems. Used by `team-machines`. */
import type { LoopEngine } from "#engine/engine";

export class PeersProblem {
  constructor(private readonly engine: Pick<LoopEngine, "reportProblem" | "clearProblem" | "revocation">) {}

  /** Null: nothing is wrong (any more). */
  is(text: string | null): void {
    // A revoked machine sees nobody, and that is all right.
    if (text === null || this.engine.revocation.isKnown) this.engine.clearProblem("peers");
    else this.engine.reportProblem("peers", text);
  }
}
