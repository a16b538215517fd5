/**
 * A time limit and the caller's AbortSignal as one signal. Used by the channels that wait for something outside.
 *
 * Not `AbortSignal.any([signal, AbortSignal.timeout(ms)])`: its timer cannot be stopped, and composite signals of a
 * long-lived source pile up in Node 20.
 */
import { setMaxListeners } from "node:events";

export interface TimeLimit {
  /** Aborts when the time is over or the caller gave up. */
  readonly signal: AbortSignal;
  /** Resolves when `signal` aborts; for racing something that does not know signals. */
  readonly over: Promise<void>;
  /** Call when done: frees the timer and the listener. */
  end(): void;
}

export function startTimeLimit(limitMs: number, outer: AbortSignal): TimeLimit {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, limitMs);
  const forget = whenAborted(outer, abort);
  const over = new Promise<void>((resolve) => {
    if (controller.signal.aborted) resolve();
    else controller.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  return {
    signal: controller.signal,
    over,
    end: () => {
      clearTimeout(timer);
      forget();
    },
  };
}

/** Calls back once, at once when `signal` is already aborted. Returns how to stop listening. */
export function whenAborted(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener();
    return () => {};
  }
  // One signal may stand for many notifications under way; that is no leak.
  setMaxListeners(0, signal);
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}
