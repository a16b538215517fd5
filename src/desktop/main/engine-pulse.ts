/**
 * Notices an engine that is there but no longer answers. Built by `index.ts` for the time that an engine is connected.
 *
 * A request with the smallest answer is sent, and ten seconds after its answer the next one: often enough to notice a
 * hang soon, seldom enough to leave an idle machine in peace. Being late by itself proves nothing: when this process
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

/** How often an answer that is waited for is looked for. */
const lookEveryMs = 2000;
const restMs = 10_000;
const silentAfterMs = 6000;
const givenUpAfterMs = 20_000;

/** Returns how to stop. */
export function watchPulse(ask: () => Promise<Answer>, events: PulseEvents): () => void {
  let timer: NodeJS.Timeout | undefined;
  let dueAt = 0;
  /** Since when an answer is waited for. Null: the last request was answered. */
  let askedAt: number | null = null;
  let underWay = false;
  let silent = false;
  let stopped = false;

  const plan = (ms: number): void => {
    clearTimeout(timer);
    if (stopped) return;
    dueAt = performance.now() + ms;
    timer = setTimeout(beat, ms);
  };
  const answered = (answer: Answer): void => {
    if (stopped) return;
    underWay = false;
    // The link has given this request up; a slow engine answers the next one, and until then the wait goes on.
    if (answer.reason === "unreachable") return;
    askedAt = null;
    if (silent) events.onAnswering();
    silent = false;
    plan(restMs);
  };
  const beat = (): void => {
    const now = performance.now();
    const overslept = now - dueAt > lookEveryMs;
    if (askedAt === null || overslept) askedAt = now;
    if (!underWay) {
      underWay = true;
      void ask().then(answered);
    }
    const waitedMs = now - askedAt;
    if (waitedMs > givenUpAfterMs) {
      askedAt = now;
      events.onGivenUp();
    } else if (waitedMs > silentAfterMs && !silent) {
      silent = true;
      events.onSilent();
    }
    plan(lookEveryMs);
  };
  plan(lookEveryMs);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
