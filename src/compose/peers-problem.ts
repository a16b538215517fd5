/** What is wrong between this machine and its team, as one sentence among the engine's problems. Used by `team-machines`. */
import type { MachineId } from "#domain/ids";
import type { LoopEngine } from "#engine/engine";

export class PeersProblem {
  private text: string | null = null;
  /** Not null: this machine was revoked. */
  revoked: string | null = null;

  constructor(private readonly engine: Pick<LoopEngine, "state" | "reportProblem" | "clearProblem">) {}

  /** Null: nothing is wrong (any more). */
  is(text: string | null): void {
    this.text = text;
    this.report();
  }

  /** `by`: the engine that said so when it was called; null: the fact itself has still come. */
  isRevoked(by: MachineId | null): void {
    const said = by === null ? "" : `${this.engine.state.machines.get(by)?.name ?? by} says that `;
    this.revoked = `REVOKED: ${said}this machine does not belong to the team any more. It goes on with its own alerts, and no other machine hears of them: point monitoring elsewhere, or let it join anew.`;
    this.report();
  }

  private report(): void {
    const text = this.revoked ?? this.text;
    if (text === null) this.engine.clearProblem("peers");
    else this.engine.reportProblem("peers", text);
  }
}
