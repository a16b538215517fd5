/**
 * Another machine's fact with its times by this machine's clock. Called by whoever folds; the journal keeps the fact as it
 * was said.
 */
import type { Fact } from "./fact.ts";
import type { EpochMs } from "./ids.ts";

/**
 * `skewMs` is added to everything. `steppedMs`: by how much this machine's clock was set since the fact came; what was five
 * minutes away still is, but what has happened keeps its time. Times of schedules and swaps are instants of the calendar
 * and stay.
 */
export function inLocalTime<F extends Fact>(fact: F, skewMs: number, steppedMs = 0): F {
  if (skewMs === 0 && steppedMs === 0) return fact;
  const deadline = (at: EpochMs) => at + skewMs + steppedMs;
  const or = (at: EpochMs | null) => (at === null ? null : deadline(at));
  return { ...fact, at: fact.at + skewMs, ...deadlinesOf(fact, deadline, or) } as F;
}

function deadlinesOf(
  fact: Fact,
  deadline: (at: EpochMs) => EpochMs,
  or: (at: EpochMs | null) => EpochMs | null,
): Partial<Fact> {
  switch (fact.kind) {
    case "step-entered":
      return {
        nextEscalationAt: deadline(fact.nextEscalationAt),
        notifications: fact.notifications.map((n) => ({ ...n, dueAt: deadline(n.dueAt) })),
      };
    case "notification-failed":
      return { retryAt: or(fact.retryAt) };
    case "alert-acknowledged":
      return { ackTimeoutAt: or(fact.ackTimeoutAt) };
    case "alert-snoozed":
      return { until: deadline(fact.until) };
    default:
      return {};
  }
}
