/**
 * Waiting, for links: limits, pings and back-off. By a monotonic clock, so that setting the wall clock neither closes a
 * link nor keeps a dead one. Tests and the simulation hand in virtual time.
 */
import { performance } from "node:perf_hooks";

export interface Scheduler {
  /** Ms since some moment; never goes back. */
  monotonicMs(): number;
  /** Calls back once, `ms` later; returns how to cancel. */
  after(ms: number, callback: () => void): () => void;
}

export const realScheduler: Scheduler = {
  monotonicMs: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
