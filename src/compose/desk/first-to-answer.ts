/**
 * Calls the engines of the team in order, the next one as soon as the one before it is slow or has failed, and takes
 * whoever answers first: a machine that is switched off must not hold up the way to one that is awake. Used by
 * `engine-line.ts`.
 */
import type { DeskConnected } from "#peers/link/desk-client";
import type { KnownEngine } from "#peers/identity/membership";
import type { Scheduler } from "#peers/link/scheduler";

export type Call = (engine: KnownEngine, signal: AbortSignal) => Promise<DeskConnected>;

export type Reached =
  | { readonly ok: true; readonly engine: KnownEngine; readonly connection: Connection }
  /** `text`: why the first one in order was not reached. */
  | { readonly ok: false; readonly text: string };

export type Connection = Extract<DeskConnected, { ok: true }>["connection"];

/** An engine in the same network has answered by then. */
const patienceMs = 700;

/** Never rejects, if `call` does not. Those that answer too late are hung up on. `signal` gives up. */
export function firstToAnswer(
  engines: readonly KnownEngine[],
  call: Call,
  scheduler: Scheduler,
  signal: AbortSignal,
): Promise<Reached> {
  return new Promise((resolve) => {
    const calls = new AbortController();
    const reasons = new Map<KnownEngine, string>();
    let next = 0;
    let settled = false;
    let cancelPatience = () => {};
    const settle = (reached: Reached) => {
      if (settled) return;
      settled = true;
      cancelPatience();
      signal.removeEventListener("abort", giveUp);
      calls.abort();
      resolve(reached);
    };
    const giveUp = () => settle({ ok: false, text: "It was given up." });
    const callNext = () => {
      cancelPatience();
      const engine = engines[next++];
      if (settled || engine === undefined) return;
      cancelPatience = scheduler.after(patienceMs, callNext);
      void call(engine, calls.signal).then((called) => {
        if (called.ok) {
          if (settled) called.connection.close("Another engine was faster.");
          settle({ ok: true, engine, connection: called.connection });
          return;
        }
        reasons.set(engine, called.text);
        if (reasons.size < engines.length) callNext();
        else settle({ ok: false, text: reasons.get(engines[0]!)! });
      });
    };
    if (signal.aborted) return giveUp();
    if (engines.length === 0) return settle({ ok: false, text: "This machine knows of no engine." });
    signal.addEventListener("abort", giveUp);
    callNext();
  });
}
