/** One machine's time, made of everybody's: it may be skewed, hang, or sleep. Feeds a real SystemClock. */
import type { TimeSources } from "#system/system-clock";
import type { VirtualTime } from "../../support/virtual-time.ts";

export class MachineClock implements TimeSources {
  private isFrozen = false;
  private asleepSince: number | null = null;
  private slept = 0;
  private late: (() => void)[] = [];

  constructor(
    private readonly time: VirtualTime,
    public skewMs = 0,
  ) {}

  wallMs(): number {
    return this.time.wallMs() + this.skewMs;
  }

  monotonicMs(): number {
    const asleep = this.asleepSince === null ? 0 : this.time.monotonicMs() - this.asleepSince;
    return this.time.monotonicMs() - this.slept - asleep;
  }

  uptimeMs(): number {
    return this.time.monotonicMs();
  }

  after(ms: number, callback: () => void): () => void {
    let cancelled = false;
    const cancel = this.time.after(ms, () => this.run(() => cancelled || callback()));
    return () => {
      cancelled = true;
      cancel();
    };
  }

  soon(callback: () => void): void {
    this.time.soon(() => this.run(callback));
  }

  /** Now, or late if the machine stands still. */
  run(callback: () => void): void {
    if (this.isFrozen) this.late.push(callback);
    else callback();
  }

  /** SIGSTOP: nothing is called, all clocks go on. */
  hang(): void {
    this.isFrozen = true;
  }

  /** The lid is closed: nothing is called, and the monotonic clock stands still. */
  sleep(): void {
    this.isFrozen = true;
    this.asleepSince = this.time.monotonicMs();
  }

  /** Everything that was due comes now, in order. */
  goOn(): void {
    if (this.asleepSince !== null) this.slept += this.time.monotonicMs() - this.asleepSince;
    this.asleepSince = null;
    this.isFrozen = false;
    for (const callback of this.late.splice(0)) this.time.soon(() => this.run(callback));
  }
}
