/**
 * Time that passes when a test says so. Feeds the real SystemClock, so that its own logic (sleep, set clocks) is in
 * every simulation.
 */
import type { TimeSources } from "#system/system-clock";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

export class VirtualTime implements TimeSources {
  private monotonic = 0;
  private slept = 0;
  private wallOffset: number;
  private timers: Timer[] = [];
  private soonQueue: (() => void)[] = [];
  private order = 0;
  private bootedAt = 0;
  private boots = 1;
  /** As on Linux: each run of the computer has a name. */
  tellsBoot = false;

  constructor(start: string | number = "2026-03-02T08:00:00Z") {
    this.wallOffset = typeof start === "number" ? start : Date.parse(start);
  }

  wallMs(): number {
    return this.wallOffset + this.monotonic + this.slept;
  }

  monotonicMs(): number {
    return this.monotonic;
  }

  uptimeMs(): number {
    return this.monotonic + this.slept - this.bootedAt;
  }

  /** Since the beginning, whatever the clocks say. */
  trueMs(): number {
    return this.monotonic + this.slept;
  }

  /** Null: as on a system that has no name for it. */
  boot(): string | null {
    return this.tellsBoot ? `boot ${this.boots}` : null;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.monotonic + ms, order: (this.order += 1), callback };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  soon(callback: () => void): void {
    this.soonQueue.push(callback);
  }

  /** How many timers stand; none while nothing is pending. */
  get pendingTimers(): number {
    return this.timers.length;
  }

  /** Lets `ms` pass with everything awake: timers fire in order, promises settle between them. */
  async pass(ms: number): Promise<void> {
    const end = this.monotonic + ms;
    await this.settle();
    for (;;) {
      const next = this.timers.reduce<Timer | null>(
        (first, timer) => (isBefore(timer, first) ? timer : first),
        null,
      );
      if (next === null || next.at > end) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.monotonic = Math.max(this.monotonic, next.at);
      next.callback();
      await this.settle();
    }
    this.monotonic = end;
  }

  /** The machine sleeps: the wall clock goes on, timers stand still. */
  sleep(ms: number): void {
    this.slept += ms;
  }

  /** Somebody sets the wall clock. */
  setWallBy(ms: number): void {
    this.wallOffset += ms;
  }

  /** The computer was off, and starts anew. What ran on it is gone: see `forget`. */
  restartComputer(offMs = 0): void {
    this.slept += offMs;
    this.bootedAt = this.monotonic + this.slept;
    this.boots += 1;
  }

  /** Runs what is to run "soon", and every promise that waits for it. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 2; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const callback of this.soonQueue.splice(0)) {
        callback();
        quiet = -1;
      }
    }
  }

  /** A crash: nothing that was planned happens. */
  forget(): void {
    this.timers = [];
    this.soonQueue = [];
  }
}

function isBefore(timer: Timer, first: Timer | null): boolean {
  if (first === null) return true;
  return timer.at < first.at || (timer.at === first.at && timer.order < first.order);
}
