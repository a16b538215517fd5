/**
 * How often somebody may come: a token bucket for each name. Ours, since it is shorter than a library's configuration.
 * Called by `routes.ts`, once for each request.
 */
import type { EpochMs } from "#domain/ids";

export interface Rate {
  /** Sustained. */
  readonly perSecond: number;
  /** How many may come at once after a quiet time. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  filledAt: EpochMs;
}

export class TokenBuckets {
  /** In order of last use, so that the first is the one to forget. */
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly rate: Rate,
    private readonly maxNames: number,
  ) {}

  /** Takes a token; 0 when there was one, else the seconds (at least 1) after which to come again. */
  take(name: string, now: EpochMs): number {
    const bucket = this.buckets.get(name) ?? { tokens: this.rate.burst, filledAt: now };
    this.buckets.delete(name);
    this.buckets.set(name, bucket);
    if (this.buckets.size > this.maxNames) this.buckets.delete(this.buckets.keys().next().value!);

    // The wall clock may be set back; nobody is to pay for that.
    const elapsedMs = Math.max(0, now - bucket.filledAt);
    bucket.tokens = Math.min(this.rate.burst, bucket.tokens + (elapsedMs / 1000) * this.rate.perSecond);
    bucket.filledAt = now;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return 0;
    }
    return Math.max(1, Math.ceil((1 - bucket.tokens) / this.rate.perSecond));
  }
}
