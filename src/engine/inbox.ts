/** What waits to be decided, in order, and what is put off until the journal works again. Kept by the engine's loop. */
import type { Answer } from "#domain/command";
import type { Input } from "#domain/input";
import { engineLimits } from "./dependencies.ts";

export interface Pending {
  readonly input: Input;
  readonly answer: (answer: Answer) => void;
}

/** Inputs whose sender does not hear the answer, or would not say it again. */
const unrepeatable: ReadonlySet<Input["kind"]> = new Set([
  "outcome",
  "clock-stepped",
  "team-loaded",
  "engine-started",
]);

export class Inbox {
  private waiting: Pending[] = [];
  private readonly postponed: Input[] = [];

  get depth(): number {
    return this.waiting.length;
  }

  /** Whether one more would be too much. What Tocsin says of itself, and what people say, always has room. */
  isFullFor(input: Input): boolean {
    return this.depth >= engineLimits.inbox && input.kind === "signal" && input.integration !== null;
  }

  add(input: Input): Promise<Answer> {
    return new Promise((answer) => {
      // The clock comes first: what else waits is decided by the time as it is now, and must not be shifted with the rest.
      if (input.kind === "clock-stepped") this.waiting.unshift({ input, answer });
      else this.waiting.push({ input, answer });
    });
  }

  /** The steps of the clock that wait. */
  takeClockSteps(): readonly Pending[] {
    const end = this.waiting.findIndex(({ input }) => input.kind !== "clock-stepped");
    return this.waiting.splice(0, end === -1 ? this.waiting.length : end);
  }

  /** As many as share a commit. */
  take(): readonly Pending[] {
    if (this.waiting.length > engineLimits.turn) return this.waiting.splice(0, engineLimits.turn);
    const taken = this.waiting;
    this.waiting = [];
    return taken;
  }

  /** What nobody will say again is kept for when the journal works. */
  postpone(inputs: readonly Input[]): void {
    this.postponed.push(...inputs.filter((input) => unrepeatable.has(input.kind)));
  }

  takePostponed(): readonly Input[] {
    return this.postponed.splice(0);
  }
}
