/**
 * One machine's own time: a wall clock that is wrong and drifts, sleep, and hanging. `sources()` feeds the SystemClock
 * that ships, one for each process; a dead process's timers never fire.
 */
import type { TimeSources } from "#system/system-clock";
import type { TrueTime } from "./true-time.ts";

const epoch = Date.parse("2026-03-02T08:00:00Z");

/** A process of this machine: what it was to do is dropped when it is dead, and waits while the machine stands still. */
export interface Life {
  alive: boolean;
}

export class MachineTime {
  private readonly rate: number;
  private setByMs = 0;
  private sleptMs = 0;
  private asleepSince: number | null = null;
  private hung = false;
  private bootedAt = 0;
  private boots = 1;
  private waiting: { readonly life: Life; readonly callback: () => void }[] = [];
  private frozen: (() => void)[] = [];

  constructor(
    private readonly time: TrueTime,
    /** How wrong its wall clock is. */
    readonly skewMs: number,
    driftPpm: number,
    /** Whether its system has a name for each run of the computer. */
    private readonly tellsBoot = false,
  ) {
    this.rate = 1 + driftPpm / 1e6;
  }

  get runs(): boolean {
    return this.asleepSince === null && !this.hung;
  }

  get isAsleep(): boolean {
    return this.asleepSince !== null;
  }

  wallMs(): number {
    return epoch + this.skewMs + this.setByMs + this.time.now * this.rate;
  }

  setWallBy(ms: number): void {
    this.setByMs += ms;
  }

  /** It had no power. */
  restartComputer(): void {
    this.bootedAt = this.time.now;
    this.boots += 1;
  }

  sleep(): void {
    this.asleepSince ??= this.time.now;
  }

  /** The process stands still, its clocks go on. */
  hang(): void {
    this.hung = true;
  }

  /** Awake and running again; whatever waited happens now, late, in the order in which it came. */
  goOn(): void {
    if (this.asleepSince !== null) this.sleptMs += this.time.now - this.asleepSince;
    this.asleepSince = null;
    this.hung = false;
    for (const restart of this.frozen.splice(0)) restart();
    for (const { life, callback } of this.waiting.splice(0))
      this.time.at(this.time.now, () => this.run(life, callback));
  }

  /** Now, or when the machine goes on, or never. */
  run(life: Life, callback: () => void): void {
    if (!life.alive) return;
    if (this.runs) callback();
    else this.waiting.push({ life, callback });
  }

  sources(life: Life): TimeSources {
    return {
      wallMs: () => this.wallMs(),
      monotonicMs: () => this.monotonicMs(),
      uptimeMs: () => (this.time.now - this.bootedAt) * this.rate,
      boot: () => (this.tellsBoot ? `boot ${this.boots}` : null),
      after: (ms, callback) => this.after(life, ms, callback),
      soon: (callback) => this.time.soon(() => this.run(life, callback)),
    };
  }

  private monotonicMs(): number {
    const asleepMs = this.asleepSince === null ? 0 : this.time.now - this.asleepSince;
    return (this.time.now - this.sleptMs - asleepMs) * this.rate;
  }

  private after(life: Life, ms: number, callback: () => void): () => void {
    const due = this.monotonicMs() + ms;
    let cancelled = false;
    let cancel = () => {};
    const wait = () => {
      if (cancelled || !life.alive) return;
      const leftMs = due - this.monotonicMs();
      // The clocks are floating point; a remainder below a microsecond is none.
      if (leftMs <= 1e-3) return this.run(life, () => cancelled || callback());
      if (this.isAsleep) this.frozen.push(wait);
      else cancel = this.time.after(leftMs / this.rate, wait);
    };
    cancel = this.time.after(Math.max(0, ms) / this.rate, wait);
    return () => {
      cancelled = true;
      cancel();
    };
  }
}
