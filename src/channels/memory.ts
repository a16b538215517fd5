/**
 * The in-memory twin of a channel, for the simulation and the engine's tests: it keeps what it was asked to send and
 * answers what it is told to. It passes the same acceptance suite as the real ones.
 */
import type { Outcome } from "#domain/input";
import type { Via } from "#domain/team";
import type { Channel, Notice } from "#engine/ports";
import { temporary, withdrawn } from "./failure.ts";
import { whenAborted } from "./time-limit.ts";

export interface MemoryChannel extends Channel {
  /** Every call, in order, whatever became of it. */
  readonly asked: readonly Notice[];
  /** What reached the person, in order. */
  readonly delivered: readonly Notice[];
  /** The calls that have not come to an end. */
  readonly pending: number;
}

export interface MemoryChannelOptions {
  readonly via: Via;
  /** Stands for the connecting, before the last look at `stillWanted`; the simulation lets virtual time pass here. */
  readonly connect?: (notice: Notice) => Promise<void>;
  /** What becomes of it; a `sent` counts as delivered when it is given, not when its promise is made. Default: sent. */
  readonly answer?: (notice: Notice) => Outcome | Promise<Outcome>;
}

export function createMemoryChannel(options: MemoryChannelOptions): MemoryChannel {
  const asked: Notice[] = [];
  const delivered: Notice[] = [];
  let pending = 0;
  let closed = false;

  async function attempt(notice: Notice, signal: AbortSignal): Promise<Outcome> {
    if (closed) return temporary("internal", "The channel is closed.");
    if (signal.aborted) return temporary("timed-out", "Given up.");
    if (!notice.stillWanted()) return withdrawn;
    if (options.connect !== undefined) {
      await options.connect(notice);
      if (signal.aborted) return temporary("timed-out", "Given up.");
      if (!notice.stillWanted()) return withdrawn;
    }
    const outcome = (await options.answer?.(notice)) ?? { kind: "sent" };
    if (outcome.kind === "sent") delivered.push(notice);
    return outcome;
  }

  return {
    via: options.via,
    asked,
    delivered,
    get pending() {
      return pending;
    },
    async send(notice, signal) {
      asked.push(notice);
      pending += 1;
      let forget = (): void => {};
      const givenUp = new Promise<Outcome>((resolve) => {
        forget = whenAborted(signal, () => resolve(temporary("timed-out", "Given up.")));
      });
      try {
        return await Promise.race([givenUp, attempt(notice, signal)]);
      } catch (error) {
        return temporary("internal", String(error));
      } finally {
        forget();
        pending -= 1;
      }
    },
    close: async () => {
      closed = true;
    },
  };
}
