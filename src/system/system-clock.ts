/**
 * The real clock. Built by `compose`; tests use the virtual one.
 *
 * Knows three times: the wall clock, a monotonic one that stands still while the machine sleeps, and the uptime, which
 * does not. The first two drifting apart says that something happened; the third tells a sleep (time has really
 * passed) from a wall clock that was set (it has not).
 */
import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import { performance } from "node:perf_hooks";
import type { Uptime } from "#domain/boot";
import type { EpochMs } from "#domain/ids";
import type { Clock } from "#engine/ports";

/** Below this it is slewing, rounding or a busy machine. */
const noticeableMs = 2_000;
/** Longest wait without a look at the clocks while something is due soon; a sleep is noticed this soon after it. */
const lookEveryMs = 10_000;
/** The same while the next thing is far away (a handoff next week): an idle machine is left in peace. */
const lookRarelyMs = 60_000;
const farAwayMs = 15 * 60_000;

/** Where time comes from. The simulation hands in virtual ones, so that this very file runs in it. */
export interface TimeSources {
  wallMs(): number;
  monotonicMs(): number;
  /** Counts on during sleep, and is not touched by setting the clock. */
  uptimeMs(): number;
  /** A name for this run of the computer: another one after each start of it. Absent or null: the system does not tell. */
  boot?(): string | null;
  /** Calls back once, `ms` of monotonic time later; returns how to cancel. */
  after(ms: number, callback: () => void): () => void;
  /** Calls back after the current turn. */
  soon(callback: () => void): void;
}

/** Only Linux has one that can be read as it is. */
const bootOfLinux = readBoot();

function readBoot(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim().slice(0, 64) || null;
  } catch {
    return null;
  }
}

export const realSources: TimeSources = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  uptimeMs: () => uptime() * 1000,
  boot: () => bootOfLinux,
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  // One round of the event loop more: while a commit held it up, requests have piled up on several connections, and
  // one round does not read all of them. Costs a lone alert some microseconds, saves a burst every fifth fsync.
  soon: (callback) => void setImmediate(() => setImmediate(callback)),
};

export class SystemClock implements Clock {
  private readonly listeners: ((deltaMs: number) => void)[] = [];
  private wall: number;
  private monotonic: number;
  private uptimeSeen: number;

  constructor(private readonly sources: TimeSources = realSources) {
    this.wall = sources.wallMs();
    this.monotonic = sources.monotonicMs();
    this.uptimeSeen = sources.uptimeMs();
  }

  now(): EpochMs {
    this.look();
    return this.sources.wallMs();
  }

  uptime(): Uptime {
    return { uptimeMs: this.sources.uptimeMs(), boot: this.sources.boot?.() ?? null };
  }

  callAt(at: EpochMs, callback: () => void): () => void {
    let cancel = () => {};
    const wait = () => {
      const remainingMs = Math.max(0, at - this.sources.wallMs());
      const lookMs = remainingMs > farAwayMs ? lookRarelyMs : lookEveryMs;
      cancel = this.sources.after(Math.min(remainingMs, lookMs), () => {
        if (this.now() >= at) callback();
        else wait();
      });
    };
    wait();
    return () => cancel();
  }

  callAfter(ms: number, callback: () => void): () => void {
    return this.sources.after(ms, callback);
  }

  defer(callback: () => void): void {
    this.sources.soon(callback);
  }

  onStep(listener: (deltaMs: number) => void): void {
    this.listeners.push(listener);
  }

  /** Compares the clocks with the last look. Two cheap readings; the third only when they disagree. */
  look(): void {
    const wall = this.sources.wallMs();
    const monotonic = this.sources.monotonicMs();
    const gapMs = wall - this.wall - (monotonic - this.monotonic);
    const happened = Math.abs(gapMs) >= noticeableMs;
    // Small drift is taken up at each look, else years of slewing would add up to a step.
    if (!happened && monotonic - this.monotonic < lookEveryMs) return;
    const uptimeMs = this.sources.uptimeMs();
    const sleptMs = uptimeMs - this.uptimeSeen - (monotonic - this.monotonic);
    this.wall = wall;
    this.monotonic = monotonic;
    this.uptimeSeen = uptimeMs;
    if (!happened) return;
    const setByMs = gapMs - sleptMs;
    const deltaMs = Math.abs(setByMs) >= noticeableMs ? Math.round(setByMs) : 0;
    for (const listener of this.listeners) listener(deltaMs);
  }
}
