/**
 * What a Prometheus server says of one alert, and when, as rules/manager.go does it: each evaluation says a firing alert
 * again when the resend delay is over, valid for four times the longer of delay and interval; a resolved one with its end,
 * at once and then again for 15 minutes. Its clock may be wrong. For tests in virtual time.
 */
export interface PretendPrometheus {
  /** How far its clock is ahead of the true time, ms; negative: behind. */
  readonly aheadMs: number;
  readonly intervalMs?: number;
  readonly resendDelayMs?: number;
  /** When the expression is true, in true time, half-open. */
  readonly active: readonly (readonly [from: number, to: number])[];
  /** How long a message is on its way. */
  readonly delayMs?: number;
}

export interface PrometheusReport {
  /** When it arrives, in true time. */
  readonly at: number;
  /** By the clock of the server. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** What it means. */
  readonly isFiring: boolean;
}

const resolvedRetentionMs = 15 * 60_000;

/** All that it says between two true times, in order. */
export function reportsOf(server: PretendPrometheus, from: number, to: number): PrometheusReport[] {
  const { aheadMs, intervalMs = 15_000, resendDelayMs = 60_000, active, delayMs = 50 } = server;
  const validMs = 4 * Math.max(intervalMs, resendDelayMs);
  const reports: PrometheusReport[] = [];
  let firedAt: number | null = null;
  let resolvedAt: number | null = null;
  let lastSentAt = -Infinity;
  const first = Math.ceil((from + aheadMs) / intervalMs) * intervalMs;
  for (let now = first; now < to + aheadMs; now += intervalMs) {
    const isActive = active.some(([begin, end]) => now - aheadMs >= begin && now - aheadMs < end);
    if (isActive && (firedAt === null || resolvedAt !== null)) {
      firedAt = now;
      resolvedAt = null;
      lastSentAt = -Infinity;
    } else if (!isActive && firedAt !== null && resolvedAt === null) resolvedAt = now;
    if (firedAt === null) continue;
    if (resolvedAt !== null && now - resolvedAt > resolvedRetentionMs) {
      firedAt = null;
      continue;
    }
    const isDue = (resolvedAt !== null && resolvedAt > lastSentAt) || lastSentAt + resendDelayMs < now;
    if (!isDue) continue;
    lastSentAt = now;
    const endsAt = resolvedAt ?? now + validMs;
    reports.push({ at: now - aheadMs + delayMs, startsAt: firedAt, endsAt, isFiring: resolvedAt === null });
  }
  return reports;
}
