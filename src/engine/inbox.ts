/**
 * What waits to be decided, in order, and what is put off until the journal works again. Kept by the engine's loop.
 *
 * Each integration has room and a turn of its own: one that floods keeps no other's signal out, nor waiting behind its own.
 */
import type { Answer } from "#domain/command";
import type { IntegrationId } from "#domain/ids";
import type { Input, Signal } from "#domain/input";
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
  /** How many of each integration wait. */
  private readonly signals = new Map<IntegrationId, number>();
  private readonly fullKnown = new Set<IntegrationId>();

  get depth(): number {
    return this.waiting.length;
  }

  /** Whether one more would be too much. What Tocsin says of itself, and what people say, always has room. */
  isFullFor(input: Input): boolean {
    if (input.kind !== "signal" || input.integration === null) return false;
    const waiting = this.signals.get(input.integration) ?? 0;
    if (waiting >= engineLimits.inbox) return true;
    return waiting >= engineLimits.inboxAlways && this.depth >= engineLimits.inboxInAll;
  }

  /** Whether it is its integration's first refusal since there was room: it is alarmed once. */
  isFirstRefusalOf(input: Input): input is Signal {
    if (input.kind !== "signal" || input.integration === null) return false;
    const isFirst = !this.fullKnown.has(input.integration);
    this.fullKnown.add(input.integration);
    return isFirst;
  }

  add(input: Input): Promise<Answer> {
    this.count(input, 1);
    return new Promise((answer) => {
      // The clock comes first: what else waits is decided by the time as it is now, and must not be shifted with the rest.
      if (input.kind === "clock-stepped") this.waiting.splice(this.leadingSteps(), 0, { input, answer });
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

  get startsWithClockStep(): boolean {
    return this.waiting[0]?.input.kind === "clock-stepped";
  }

  /** The steps of the clock that wait. */
  takeClockSteps(): readonly Pending[] {
    return this.waiting.splice(0, this.leadingSteps());
  }

  private leadingSteps(): number {
    const end = this.waiting.findIndex(({ input }) => input.kind !== "clock-stepped");
    return end === -1 ? this.waiting.length : end;
  }

  /** Taken already, and not decided yet. */
  putOff(pending: Pending): void {
    this.waiting.push(pending);
  }

  /** As many as share a commit. */
  take(): readonly Pending[] {
    let taken = this.waiting;
    this.waiting = [];
    if (taken.length > engineLimits.turn) taken = this.takeFairly(taken);
    for (const { input } of taken) this.count(input, -1);
    return taken;
  }

  /** Of each integration the same number, and all else before the rest of them; in order within each. */
  private takeFairly(all: readonly Pending[]): Pending[] {
    const share = Math.max(1, Math.floor(engineLimits.turn / (this.signals.size + 1)));
    const given = new Map<IntegrationId | null, number>();
    let room: number = engineLimits.turn;
    const isChosen = all.map(({ input }) => {
      const whose = input.kind === "signal" ? input.integration : null;
      const before = given.get(whose) ?? 0;
      if (room === 0 || before >= share) return false;
      given.set(whose, before + 1);
      room -= 1;
      return true;
    });
    const taken: Pending[] = [];
    for (const [index, pending] of all.entries()) {
      // What room is left goes to whoever is next: its own before it have been chosen.
      if (isChosen[index] === true || room-- > 0) taken.push(pending);
      else this.waiting.push(pending);
    }
    return taken;
  }

  private count(input: Input, change: 1 | -1): void {
    if (input.kind !== "signal" || input.integration === null) return;
    const waiting = (this.signals.get(input.integration) ?? 0) + change;
    if (waiting > 0) this.signals.set(input.integration, waiting);
    else this.signals.delete(input.integration);
    if (change < 0 && waiting < engineLimits.inboxAlways) this.fullKnown.delete(input.integration);
  }

  /** What nobody will say again is kept for when the journal works. */
  postpone(inputs: readonly Input[]): void {
    this.postponed.push(...inputs.filter((input) => unrepeatable.has(input.kind) && !isEdit(input)));
  }

  takePostponed(): readonly Input[] {
    return this.postponed.splice(0);
  }
}

/** Whoever says it looks at the file again when the journal works: it may have been edited once more by then. */
function isEdit(input: Input): boolean {
  return input.kind === "team-loaded" && input.edit !== undefined;
}
