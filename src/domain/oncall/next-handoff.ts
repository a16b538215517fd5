/**
 * When duty passes from one person to another, and when the two are to be told. Used by the rule that tells them and by
 * the engine's timer, so that both always mean the same handoffs.
 *
 * Handoffs are read from the final schedule: an override's beginning is one, a rotation's handoff under an override is not.
 */
import type { EpochMs, PersonId, ScheduleId } from "../ids.ts";
import type { Schedule, Team } from "../team.ts";
import { scheduleOf } from "./schedule.ts";
import { dayMs, hourMs, minuteMs } from "./wall-clock.ts";

export interface Handoff {
  readonly schedule: ScheduleId;
  /** Null: nobody was on call before, or is after. Never both. */
  readonly from: PersonId | null;
  readonly to: PersonId | null;
  readonly handoffAt: EpochMs;
}

/** Of a schedule that does not say otherwise. */
export const defaultHandoffNoticeMs = 15 * minuteMs;
/** A machine that was asleep still tells of a handoff that was less than this ago; later it is no news. */
export const lateNoticeMs = hourMs;
/** How far ahead the next notice is looked for. */
export const noticeHorizonMs = 400 * dayMs;
/** The first stretch that is looked through; each further one is longer. */
const firstSpanMs = 14 * dayMs;

/** The handoffs of all schedules in `(after, until]`, in order of time; of one moment in the team's order. */
export function nextHandoffs(team: Team, after: EpochMs, until: EpochMs): Handoff[] {
  return team.schedules
    .flatMap(({ id }) => handoffsOf(team, id, after, until))
    .sort((a, b) => a.handoffAt - b.handoffAt);
}

/** What is to be told at `now`: not told before, its notice due, and ahead or less than an hour ago. In order of time. */
export function dueHandoffs(team: Team, announced: readonly Handoff[], now: EpochMs): Handoff[] {
  return team.schedules
    .flatMap((schedule) => {
      const leadMs = noticeMsOf(schedule);
      if (leadMs === null) return [];
      return handoffsOf(team, schedule.id, now - lateNoticeMs, now + leadMs).filter(
        (handoff) => !isAnnounced(announced, handoff),
      );
    })
    .sort((a, b) => a.handoffAt - b.handoffAt);
}

/** When `dueHandoffs` next has something: in the past when it has now, null when nothing comes within the horizon. */
export function nextNoticeAt(team: Team, announced: readonly Handoff[], now: EpochMs): EpochMs | null {
  const times = team.schedules.flatMap((schedule) => {
    const leadMs = noticeMsOf(schedule);
    const next = leadMs === null ? null : firstUnannounced(team, schedule.id, announced, now);
    return next === null ? [] : [next.handoffAt - leadMs!];
  });
  return times.length === 0 ? null : Math.min(...times);
}

/** How long before a handoff it is told; null: never. */
function noticeMsOf({ handoffNoticeMs }: Schedule): number | null {
  return handoffNoticeMs === undefined ? defaultHandoffNoticeMs : handoffNoticeMs;
}

function firstUnannounced(
  team: Team,
  id: ScheduleId,
  announced: readonly Handoff[],
  now: EpochMs,
): Handoff | null {
  const end = now + noticeHorizonMs;
  let after = now - lateNoticeMs;
  for (let spanMs = firstSpanMs; after < end; spanMs *= 4) {
    const until = Math.min(after + spanMs, end);
    const found = handoffsOf(team, id, after, until).find((handoff) => !isAnnounced(announced, handoff));
    if (found !== undefined) return found;
    after = until;
  }
  return null;
}

/** In `(after, until]`. */
function handoffsOf(team: Team, schedule: ScheduleId, after: EpochMs, until: EpochMs): Handoff[] {
  const compiled = scheduleOf(team, schedule);
  // Duty passes from nobody to nobody there, as far as is known.
  if (compiled.faultBetween(after, until + 1) !== null) return [];
  const segments = compiled.segmentsBetween(after, until + 1);
  return segments.slice(1).map(({ start, person }, index) => ({
    schedule,
    from: segments[index]!.person,
    to: person,
    handoffAt: start,
  }));
}

/** The same two people: when a changed file gives the hour to somebody else, that is another handoff. */
function isAnnounced(announced: readonly Handoff[], handoff: Handoff): boolean {
  return announced.some(
    (told) =>
      told.handoffAt === handoff.handoffAt &&
      told.schedule === handoff.schedule &&
      told.from === handoff.from &&
      told.to === handoff.to,
  );
}
