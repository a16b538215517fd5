/**
 * Starts an engine over a journal that may turn out to be damaged once it is read: each start salvages what the one before
 * has found. What is found later is told to whoever can start anew. Used by `compose`.
 */
import type { Logger } from "pino";

/** What the first start finds is salvaged by the second; a third is for what the disk spoils meanwhile. */
const startsOnDamage = 3;

export type StopList = (() => void | Promise<void>)[];

/**
 * `build` puts on the stop list what it opens, and is told how to say that the journal is broken. `stop` closes all of it,
 * last in first out; it has been called when `build` fails.
 */
export async function startSalvaging<Result extends { readonly ok: boolean }>(
  { log, onBroken }: { readonly log: Logger; readonly onBroken: () => void },
  build: (broken: (error: unknown) => void, stopList: StopList) => Promise<Result>,
): Promise<{ readonly result: Result; readonly stop: () => Promise<void> }> {
  for (let starts = 1; ; starts++) {
    const stopList: StopList = [];
    const stop = async () => {
      for (const close of stopList.splice(0).reverse()) {
        try {
          await close();
        } catch (error) {
          // On a disk that has turned read-only, say: what is left has to be finished all the same.
          log.error({ err: error }, "something did not stop as it should");
        }
      }
    };
    let isBroken = false;
    let isStarted = false;
    const broken = (error: unknown) => {
      if (isBroken) return;
      isBroken = true;
      log.error({ err: error }, "the journal cannot go on as it is: starting again, to repair it");
      if (isStarted) onBroken();
    };
    const result = await build(broken, stopList);
    const tryAgain = isBroken && starts < startsOnDamage;
    if (tryAgain || !result.ok) await stop();
    if (tryAgain) continue;
    isStarted = true;
    return { result, stop };
  }
}
