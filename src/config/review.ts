/**
 * `reviewedAt`: when somebody last looked through the team, or one schedule. Files rot silently, so after 90 days
 * `load-team` warns, and the running engine raises an alert once a quarter (`review-reminder`).
 */
import type { EpochMs, ScheduleId } from "#domain/ids";
import type { Path, Report } from "./fault.ts";
import type { TeamFile } from "./team-schema.ts";
import { instantOf } from "./written-time.ts";

export interface Review {
  /** Null: the team as a whole. */
  readonly schedule: ScheduleId | null;
  readonly at: EpochMs;
  /** Where in the file it stands. */
  readonly path: Path;
}

const dayMs = 86_400_000;
export const reviewAfterMs = 90 * dayMs;

export function reviewsOf({ team, schedules }: TeamFile): readonly Review[] {
  const reviews: Review[] = [];
  if (team.reviewedAt !== undefined)
    reviews.push({
      schedule: null,
      at: instantOf(team.reviewedAt, team.timeZone),
      path: ["team", "reviewedAt"],
    });
  schedules.forEach(({ id, timeZone = team.timeZone, reviewedAt }, index) => {
    if (reviewedAt === undefined) return;
    const path = ["schedules", index, "reviewedAt"];
    reviews.push({ schedule: id as ScheduleId, at: instantOf(reviewedAt, timeZone), path });
  });
  return reviews;
}

/** Those that are more than 90 days old. */
export function overdueReviews(reviews: readonly Review[], now: EpochMs): readonly Review[] {
  return reviews.filter(({ at }) => now - at > reviewAfterMs);
}

export function checkReviews(reviews: readonly Review[], now: EpochMs, warn: Report): void {
  for (const { path, at } of overdueReviews(reviews, now))
    warn(path, `${daysAgo(at, now)}; look through it and write today's date`);
  for (const { path, at } of reviews.filter((review) => review.at > now + dayMs))
    warn(
      path,
      `${new Date(at).toISOString().slice(0, 10)} is still to come; write the day on which it was looked through`,
    );
}

export function daysAgo(at: EpochMs, now: EpochMs): string {
  return `last looked through ${Math.floor((now - at) / dayMs)} days ago`;
}
