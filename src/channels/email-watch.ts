/**
 * Finds out that mail cannot work before an alert does: tries the mail server at the start, at every change of its
 * settings and hourly, and again soon while it fails, so that its recovery is noticed too. Made by `compose`.
 *
 * One try at a time, on a connection of its own: no real mail waits for it.
 */
import type { EmailSettings } from "#config/email-schema";
import type { Clock } from "#engine/ports";
import { settingsKey } from "./email-settings.ts";
import type { EmailVerification } from "./email-verify.ts";

export interface EmailWatchOptions {
  readonly clock: Pick<Clock, "callAfter">;
  /** Null: there is nothing to try, since there is no mail, or it is known that it cannot work. */
  readonly settings: () => EmailSettings | null;
  readonly verify: (settings: EmailSettings, signal: AbortSignal) => Promise<EmailVerification>;
  /** After each try that says something. */
  readonly onVerified: (verification: EmailVerification) => void;
}

export const emailWatchTiming = {
  everyMs: 3_600_000,
  lookAtFileMs: 15_000,
  firstAgainMs: 5_000,
  longestAgainMs: 60_000,
  /** A login that was refused: servers lock out whoever tries too often, and a corrected password is a change. */
  longestAfterRefusedLoginMs: 600_000,
} as const;

export class EmailWatch {
  private tried: string | null = null;
  private underWay: AbortController | null = null;
  private cancelTimer = () => {};
  /** In a row, with these settings. */
  private failures = 0;
  private isStopped = false;

  constructor(private readonly options: EmailWatchOptions) {}

  /** At the start, and whenever the settings may have changed: tries at once if they have. */
  look(): void {
    const settings = this.options.settings();
    const key = settings === null ? null : settingsKey(settings);
    if (this.isStopped || key === this.tried) return;
    this.end();
    this.tried = key;
    this.failures = 0;
    if (settings !== null) void this.try(settings, "change");
  }

  /** Something has happened after which it may be otherwise: a mail has failed, the machine has slept. */
  doubt(): void {
    if (this.isStopped || this.tried === null || this.failures > 0 || this.underWay !== null) return;
    this.again(emailWatchTiming.firstAgainMs);
  }

  /** A real mail got through: there is no better proof. */
  proved(): void {
    if (this.isStopped || this.tried === null || this.failures === 0) return;
    this.end();
    this.failures = 0;
    this.again(emailWatchTiming.everyMs);
  }

  stop(): void {
    this.isStopped = true;
    this.end();
  }

  private end(): void {
    this.cancelTimer();
    this.underWay?.abort();
    this.underWay = null;
  }

  private again(ms: number): void {
    const { clock, settings } = this.options;
    // The certificate file may change and nobody say so.
    const step = settings()?.caFile === undefined ? ms : Math.min(ms, emailWatchTiming.lookAtFileMs);
    this.cancelTimer();
    this.cancelTimer = clock.callAfter(step, () => {
      const current = settings();
      if (current === null || settingsKey(current) !== this.tried) return this.look();
      if (step < ms) return this.again(ms - step);
      void this.try(current, "repeat");
    });
  }

  private async try(settings: EmailSettings, why: "change" | "repeat"): Promise<void> {
    const attempt = (this.underWay = new AbortController());
    const verification = await this.options.verify(settings, attempt.signal);
    if (attempt.signal.aborted) return;
    this.underWay = null;
    // A server that worked and is busy for a moment, or a network that is just coming back, is no news yet.
    const isBlip = !verification.ok && !verification.permanent && this.failures === 0 && why === "repeat";
    this.failures = verification.ok ? 0 : this.failures + 1;
    this.again(this.pauseAfter(verification));
    if (!isBlip) this.options.onVerified(verification);
  }

  private pauseAfter(verification: EmailVerification): number {
    const { everyMs, firstAgainMs, longestAgainMs, longestAfterRefusedLoginMs } = emailWatchTiming;
    if (verification.ok) return everyMs;
    const isRefusedLogin = verification.reason === "authentication" && verification.permanent;
    const longest = isRefusedLogin ? longestAfterRefusedLoginMs : longestAgainMs;
    return Math.min(longest, firstAgainMs * 2 ** (this.failures - 1));
  }
}
