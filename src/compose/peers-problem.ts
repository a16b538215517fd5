/** What is wrong between this machine and its team, as one sentence among the engine's problems. Used by `team-machines`. */
import type { MachineId } from "#domain/ids";
import type { LoopEngine } from "#engine/engine";

export class PeersProblem {
  private text: string | null = null;
  /** Not null: another engine has said that this machine was revoked; the fact itself does not come to it any more. */
  revoked: string | null = null;

  constructor(private readonly engine: Pick<LoopEngine, "state" | "reportProblem" | "clearProblem">) {}

  /** Null: nothing is wrong (any more). */
  is(text: string | null): void {
    this.text = text;
    this.report();
  }

  isRevokedBy(engine: MachineId): void {
    const name = this.engine.state.machines.get(engine)?.name ?? engine;
    this.revoked = `REVOKED: ${name} says that this machine does not belong to the team any more. It goes on with its own alerts, and no other machine hears of them: point monitoring elsewhere, or let it join anew.`;
    this.report();
  }

  private report(): void {
    const text = this.revoked ?? this.text;
    if (text === null) this.engine.clearProblem("peers");
    else this.engine.reportProblem("peers", text);
  }
}
