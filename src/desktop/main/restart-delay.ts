/**
 * How long to wait before a dead engine is started again. Used by `engine-supervisor.ts`; never "no more".
 */

const delaysMs = [0, 500, 1000, 2000, 5000, 10_000, 30_000];

/** An engine that was up for this long had recovered: its death is counted as the first one. */
export const recoveredAfterMs = 60_000;

/** `deaths`: how many in a row, this one included (1 or more). The first restart comes at once. */
export function restartDelayMs(deaths: number): number {
  return delaysMs[Math.min(Math.max(deaths, 1), delaysMs.length) - 1]!;
}
