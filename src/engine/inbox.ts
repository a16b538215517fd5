/** What waits to be decided, in order, and what is put off until the journal works again. Kept by the engine's loop. */
import type { Answer } from "#domain/command";
import type { Input } from "#domain/input";
import type { ClockSteps } from "#domain/place";
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
  private isFullKnown = false;

  get depth(): number {
    return this.waiting.length;
  }

  /** Whether one more would be too much. What Tocsin says of itself, and what people say, always has room. */
  isFullFor(input: Input): boolean {
    return this.depth >= engineLimits.inbox && input.kind === "signal" && input.integration !== null;
  }

  /** Whether this is the first one since there was room: it is alarmed once. */
  isFirstRefusal(): boolean {
    const isFirst = !this.isFullKnown;
    this.isFullKnown = true;
    return isFirst;
  }

  add(input: Input): Promise<Answer> {
    return new Promise((answer) => {
      // The clock comes first: what else waits is decided by the time as it is now, and must not be shifted with the rest.
      if (input.kind === "clock-stepped") this.waiting.unshift({ input, answer });
      else this.waiting.push({ input, answer });
    });
  }

  /** By how much the clock was set that has not been decided yet: after all facts that there are. */
  clockStepAhead(): ClockSteps[number] {
    let deltaMs = 0;
    for (const input of this.postponed) if (input.kind === "clock-stepped") deltaMs += input.deltaMs;
    for (const { input } of this.waiting) {
      if (input.kind !== "clock-stepped") break;
      deltaMs += input.deltaMs;
    }
    return { position: Infinity, deltaMs };
  }

  /** The steps of the clock that wait. */
  takeClockSteps(): readonly Pending[] {
    const end = this.waiting.findIndex(({ input }) => input.kind !== "clock-stepped");
    return this.waiting.splice(0, end === -1 ? this.waiting.length : end);
  }

  /** As many as share a commit. */
  take(): readonly Pending[] {
    if (this.depth < engineLimits.inbox) this.isFullKnown = false;
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
