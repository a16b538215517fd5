/** What is known of one sender's clock against this machine's. Kept by `sender-times.ts`. */
import type { EpochMs } from "#domain/ids";

/** Prometheus says a firing alert again for four times its resend delay of a minute ahead. */
const usualValidityMs = 4 * 60_000;
/** A difference worth a word. Less is a slow network, or a clock like others. */
const worthSayingMs = 10_000;
/** A sender says each firing alert again within minutes: what was seen this long ago may have been mended. */
const forgetAfterMs = 30 * 60_000;

interface Wrong {
  readonly aheadMs: number;
  readonly pastUpToMs: number;
  readonly seenAt: EpochMs;
}

export class SenderClock {
  private wrong: Wrong | null = null;
  /** It was taken to be further ahead than this, and is not: an alert may be said to begin tomorrow. */
  private notBeyond: { readonly ms: number; readonly seenAt: EpochMs } | null = null;
  private shortestMs = Infinity;
  private paceMs = Infinity;

  constructor(readonly words: string) {}

  /** How far it is ahead, in ms; negative: behind. 0 as long as nothing else is known. */
  get aheadMs(): number {
    return this.wrong?.aheadMs ?? 0;
  }

  /** Ends up to here are past, in ms from this machine's time: 0, or less for a clock that is behind. */
  get pastUpToMs(): number {
    return this.wrong?.pastUpToMs ?? 0;
  }

  get isTrusted(): boolean {
    return this.wrong === null;
  }

  /**
   * For how long its reports are valid, as far as can be seen. Prometheus: four times the longer of its resend delay and
   * the rule's interval, and with an interval of minutes that is also how far apart they are.
   */
  get validMs(): number {
    const isSlow = this.paceMs !== Infinity && this.paceMs > usualValidityMs / 2;
    return Math.min(this.shortestMs, isSlow ? 4 * this.paceMs : usualValidityMs);
  }

  isWrong(now: EpochMs): boolean {
    this.forget(now);
    return this.wrong !== null;
  }

  forget(now: EpochMs): void {
    const isOld = (one: { readonly seenAt: EpochMs }) => Math.abs(now - one.seenAt) > forgetAfterMs;
    if (this.wrong !== null && isOld(this.wrong)) this.wrong = null;
    if (this.notBeyond !== null && isOld(this.notBeyond)) this.notBeyond = null;
  }

  /** At most: from a firing's beginning to a report's end, or four times the time between two reports. */
  validFor(ms: number): void {
    if (ms > 0) this.shortestMs = Math.min(this.shortestMs, ms);
  }

  /** So long after its report before, by its own clock. */
  spokeAgainAfter(ms: number): void {
    if (ms <= 0) return;
    this.paceMs = Math.min(this.paceMs, ms);
    this.validFor(4 * ms);
  }

  /** What has begun has begun by its clock too. */
  beganBy(startsAt: EpochMs | null, now: EpochMs): void {
    if (startsAt !== null) this.ahead(startsAt - now, now);
  }

  /** It fires, and its end lies this far ahead of this machine's clock: not at all. */
  firesAt(marginMs: number, now: EpochMs): void {
    this.behind(marginMs, now);
  }

  /** It fires for certain, and its end lies so far ahead of this machine's clock: by no more is its own ahead. */
  firesUpTo(marginMs: number, now: EpochMs): void {
    const isFurther = this.aheadMs > marginMs;
    if (isFurther) this.wrong = null;
    if (isFurther || this.notBeyond !== null) this.notBeyond = { ms: marginMs, seenAt: now };
  }

  /** Its reports are not valid long enough for the next one, as they would be if the clocks were alike. */
  runsOut(marginMs: number, now: EpochMs): void {
    if (this.validMs - marginMs > worthSayingMs) this.behind(marginMs, now);
  }

  /** It is over, and its end still lies ahead of this machine's clock. */
  overAt(marginMs: number, now: EpochMs): void {
    this.ahead(marginMs, now);
  }

  /** What it says now goes together with this machine's clock. */
  isRight(): void {
    this.wrong = null;
  }

  stepped(deltaMs: number): void {
    if (this.notBeyond !== null)
      this.notBeyond = { ms: this.notBeyond.ms - deltaMs, seenAt: this.notBeyond.seenAt + deltaMs };
    if (this.wrong === null) return;
    const { aheadMs, pastUpToMs, seenAt } = this.wrong;
    const wrong = {
      aheadMs: aheadMs - deltaMs,
      pastUpToMs: Math.min(0, pastUpToMs - deltaMs),
      seenAt: seenAt + deltaMs,
    };
    this.wrong = Math.abs(wrong.aheadMs) < worthSayingMs ? null : wrong;
  }

  /** Half-way between what fires and what is over, since neither is known to the second. */
  private behind(marginMs: number, now: EpochMs): void {
    const { validMs } = this;
    this.wrong = { aheadMs: marginMs - validMs, pastUpToMs: marginMs - validMs / 2, seenAt: now };
  }

  private ahead(aheadMs: number, now: EpochMs): void {
    if (aheadMs < worthSayingMs || aheadMs > (this.notBeyond?.ms ?? Infinity)) return;
    const most =
      this.wrong !== null && this.wrong.aheadMs > 0 ? Math.max(aheadMs, this.wrong.aheadMs) : aheadMs;
    this.wrong = { aheadMs: most, pastUpToMs: 0, seenAt: now };
  }
}
