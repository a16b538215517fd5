/**
 * How much of each kind of message another machine may send: a token bucket a kind. What is too much is dropped; one that
 * goes on is cut off. One for each link, asked by `peer-session.ts` before anything is done with a message.
 */
import type { EpochMs } from "#domain/ids";
import type { PeerMessage } from "#wire/peer-contract";

interface Budget {
  readonly perSecond: number;
  readonly burst: number;
}

/** Far above what a healthy machine sends, even in an alert storm; far below what would keep this one busy. */
const budgets: Readonly<Record<PeerMessage["type"], Budget>> = {
  hello: { perSecond: 0.1, burst: 2 },
  heartbeat: { perSecond: 20, burst: 200 },
  facts: { perSecond: 1_000, burst: 5_000 },
  want: { perSecond: 50, burst: 200 },
  present: { perSecond: 250, burst: 2_000 },
  presented: { perSecond: 250, burst: 2_000 },
  tell: { perSecond: 20, burst: 500 },
  "still-firing": { perSecond: 1, burst: 30 },
  goodbye: { perSecond: 1, burst: 10 },
};

export type Verdict = "take" | "drop-and-say" | "drop" | "close";

export class FloodGuard {
  private readonly buckets = new Map<PeerMessage["type"], { tokens: number; filledAt: EpochMs }>();
  private dropped = 0;
  private lastDropAt: EpochMs = Number.NEGATIVE_INFINITY;

  judge(type: PeerMessage["type"], now: EpochMs): Verdict {
    const budget = budgets[type];
    const bucket = this.buckets.get(type) ?? { tokens: budget.burst, filledAt: now };
    this.buckets.set(type, bucket);
    // The wall clock may be set back; nobody is to pay for that.
    const elapsedMs = Math.max(0, now - bucket.filledAt);
    bucket.tokens = Math.min(budget.burst, bucket.tokens + (elapsedMs / 1000) * budget.perSecond);
    bucket.filledAt = now;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return "take";
    }
    return this.drop(budget, now);
  }

  /** A quiet minute makes it a new incident, which is worth a new line. */
  private drop(budget: Budget, now: EpochMs): Verdict {
    if (Math.abs(now - this.lastDropAt) > 60_000) this.dropped = 0;
    this.lastDropAt = now;
    this.dropped += 1;
    if (this.dropped > budget.burst) return "close";
    return this.dropped === 1 ? "drop-and-say" : "drop";
  }
}
