/**
 * Notices an engine that is there but no longer answers. Built by `index.ts` for the time that an engine is connected.
 *
 * A request with the smallest answer is sent every few seconds. Being late by itself proves nothing: when this process
 * slept too (the machine was suspended), the wait begins anew.
 */
import type { Answer } from "./client-link.ts";

export interface PulseEvents {
  /** No answer for a while: what the engine says is no longer current. */
  onSilent(): void;
  onAnswering(): void;
  /** No answer for so long that a new engine is better than this one. */
  onGivenUp(): void;
}

const everyMs = 2000;
const silentAfterMs = 6000;
const givenUpAfterMs = 20_000;

/** Returns how to stop. */
export function watchPulse(ask: () => Promise<Answer>, events: PulseEvents): () => void {
  let lastAnswer = performance.now();
  let lastBeat = lastAnswer;
  let asking = false;
  let silent = false;
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - lastBeat > 2 * everyMs) lastAnswer = now;
    lastBeat = now;
    if (!asking) {
      asking = true;
      void ask().then((answer) => {
        asking = false;
        if (answer.reason === "unreachable") return;
        lastAnswer = performance.now();
        if (silent) events.onAnswering();
        silent = false;
      });
    }
    const waitedMs = now - lastAnswer;
    if (waitedMs > givenUpAfterMs) {
      lastAnswer = now;
      events.onGivenUp();
    } else if (waitedMs > silentAfterMs && !silent) {
      silent = true;
      events.onSilent();
    }
  }, everyMs);
  return () => clearInterval(timer);
}
