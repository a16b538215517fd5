/** Waiting for something that real processes do in their own time. */
import { setTimeout as pause } from "node:timers/promises";

/** The first answer of `look` that is neither undefined nor false; throws after `timeoutMs`, with the last answer or error. */
export async function eventually<Found>(
  what: string,
  look: () => Found | undefined | false | Promise<Found | undefined | false>,
  timeoutMs = 10_000,
): Promise<Found> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    let last: unknown;
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    if (performance.now() > until) throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause: last });
    await pause(50);
  }
}
