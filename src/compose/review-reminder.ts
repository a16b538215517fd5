/**
 * Reminds somebody to look through the team file: an info alert once a quarter while a `reviewedAt` is more than 90 days
 * old. Made by `compose`; sets no timer where the file has no `reviewedAt`.
 */
import { join } from "node:path";
import { daysAgo, overdueReviews, reviewAfterMs, type Review } from "#config/review";
import type { EpochMs } from "#domain/ids";
import type { Clock } from "#engine/ports";
import { readIfThere, writePrivately } from "#system/data-directory";

export interface ReviewReminderOptions {
  readonly clock: Clock;
  readonly data: string;
  readonly alarm: (key: string, title: string, details: Readonly<Record<string, string>>) => void;
}

export class ReviewReminder {
  private reviews: readonly Review[] = [];
  private cancel = () => {};

  constructor(private readonly options: ReviewReminderOptions) {
    // A timer that stands by a clock that was ahead stands far too late.
    options.clock.onStep(() => this.look());
  }

  /** Takes over what a team file says. */
  use(reviews: readonly Review[]): void {
    this.reviews = reviews;
    this.look();
  }

  stop(): void {
    this.reviews = [];
    this.cancel();
  }

  private look(): void {
    this.cancel();
    const { clock, alarm } = this.options;
    const now = clock.now();
    const overdue = overdueReviews(this.reviews, now);
    const quarter = quarterOf(now);
    if (overdue.length > 0 && this.lastQuarter() !== quarter.name) {
      this.remember(quarter.name);
      const details = overdue.map(({ schedule, at }) => [
        schedule === null ? "team" : `schedule ${schedule}`,
        daysAgo(at, now),
      ]);
      alarm(`review-${quarter.name}`, "The team file wants looking through", {
        ...Object.fromEntries(details),
        remedy:
          "Are the people, their addresses and the rotations still right? Then write today's date as reviewedAt.",
      });
    }
    const next = [
      ...this.reviews.map(({ at }) => at + reviewAfterMs + 1).filter((at) => at > now),
      ...(overdue.length > 0 ? [quarter.end] : []),
    ];
    if (next.length > 0) this.cancel = clock.callAt(Math.min(...next), () => this.look());
  }

  private lastQuarter(): string | null {
    return readIfThere(this.file)?.trim() ?? null;
  }

  private remember(quarter: string): void {
    try {
      writePrivately(this.file, `${quarter}\n`);
    } catch {
      // A full disk. The alert's own key keeps it from coming twice while it is open.
    }
  }

  private get file(): string {
    return join(this.options.data, "review-reminder");
  }
}

/** Of UTC: `2026-q2`, and when the next one begins. */
function quarterOf(at: EpochMs): { readonly name: string; readonly end: EpochMs } {
  const date = new Date(at);
  const quarter = Math.floor(date.getUTCMonth() / 3);
  return {
    name: `${date.getUTCFullYear()}-q${quarter + 1}`,
    end: Date.UTC(date.getUTCFullYear(), 3 * quarter + 3, 1),
  };
}
