/**
 * How much a link may ask of this machine: a token bucket of work. One that asks for more is not read for a while, so
 * its own kernel holds it up, and nobody else waits for it. Used by `text-socket.ts`.
 */
import { bytesOfWork, workOfMessage } from "./link-limits.ts";
import type { Scheduler } from "./scheduler.ts";

export class WorkBudget {
  private work: number;
  private filledAtMs: number;

  constructor(
    private readonly perSecond: number,
    private readonly burstSeconds: number,
    private readonly scheduler: Pick<Scheduler, "monotonicMs">,
  ) {
    this.work = perSecond * burstSeconds;
    this.filledAtMs = scheduler.monotonicMs();
  }

  /** Takes a message of so many bytes. Returns how long to read nothing now, in ms; 0: go on. */
  spend(bytes: number): number {
    const nowMs = this.scheduler.monotonicMs();
    const earned = ((nowMs - this.filledAtMs) * this.perSecond) / 1000;
    this.work = Math.min(this.perSecond * this.burstSeconds, this.work + earned);
    this.filledAtMs = nowMs;
    this.work -= workOfMessage + bytes / bytesOfWork;
    return this.work >= 0 ? 0 : Math.ceil((-this.work * 1000) / this.perSecond) + 50;
  }
}
