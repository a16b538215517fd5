/**
 * Requests that a desk has passed on and that are not answered yet, under ids of their own on the line: each has an end,
 * whether the engine answers, falls silent or goes. Used by `desk-hub.ts`.
 */
import type { Scheduler } from "#peers/link/scheduler";

/** Longer than clients wait themselves; only so that nothing is kept for ever. */
const forgetAfterMs = 30_000;

export class PendingRequests<Answer> {
  private next = 1;
  private readonly waiting = new Map<number, { settle(answer: Answer): void; cancel(): void }>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly silence: Answer,
  ) {}

  get size(): number {
    return this.waiting.size;
  }

  /** The id under which it is to be sent. `settle` is called exactly once. */
  add(settle: (answer: Answer) => void): number {
    const id = this.next++;
    const cancel = this.scheduler.after(forgetAfterMs, () => this.settle(id, this.silence));
    this.waiting.set(id, { settle, cancel });
    return id;
  }

  settle(id: number, answer: Answer): void {
    const request = this.waiting.get(id);
    if (request === undefined) return;
    this.waiting.delete(id);
    request.cancel();
    request.settle(answer);
  }

  settleAll(answer: Answer): void {
    for (const id of [...this.waiting.keys()]) this.settle(id, answer);
  }
}
