/**
 * When duty passes from one person to another, and when the two are to be told. Of several who are on duty together those
 * who come and those who leave. Used by the rule that tells them and by the engine's timer, so that both always mean the
 * same handoffs.
 *
 * Handoffs are read from the final schedule: an override's beginning is one, a rotation's handoff under an override is not.
 */
import type { EpochMs, PersonId, ScheduleId } from "../ids.ts";
import type { Schedule, Team } from "../team.ts";
import { isSameCrew, peopleOf } from "../crew.ts";
import type { Crew } from "../crew.ts";
import { scheduleOf } from "./schedule.ts";
import { dayMs, hourMs, minuteMs } from "./wall-clock.ts";

export interface Handoff {
  readonly schedule: ScheduleId;
  /** Null: nobody was on call before, or is after. Never both. */
  readonly from: PersonId | null;
  readonly to: PersonId | null;
  /** Everybody on call before and after it; only where several are on one side. `from` and `to` are the first of each. */
  readonly before?: Crew;
  readonly after?: Crew;
  readonly handoffAt: EpochMs;
}

/** Everybody before and after a handoff. */
export function crewsOf({ from, to, before, after }: Handoff): { before: Crew; after: Crew } {
  return {
    before: before ?? peopleOf({ person: from }),
    after: after ?? peopleOf({ person: to }),
  };
}

/** Of a schedule that does not say otherwise. */
export const defaultHandoffNoticeMs = 15 * minuteMs;
/** A machine that was asleep still tells of a handoff that was less than this ago; later it is no news. */
export const lateNoticeMs = hourMs;
/** How far ahead the next notice is looked for. */
export const noticeHorizonMs = 400 * dayMs;
/** The first stretch that is looked through; each further one is longer. */
const firstSpanMs = 14 * dayMs;

/** The handoffs of all schedules, or these, in `(after, until]`, in order of time; of one moment in the given order. */
export function nextHandoffs(
  team: Team,
  after: EpochMs,
  until: EpochMs,
  schedules: readonly ScheduleId[] = team.schedules.map(({ id }) => id),
): Handoff[] {
  return schedules
    .flatMap((id) => handoffsOf(team, id, after, until))
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
  return segments.slice(1).flatMap((segment, index): Handoff[] => {
    const last = segments[index]!;
    const [before, after] = [peopleOf(last), peopleOf(segment)];
    // In another order they are the same people: nobody comes and nobody leaves.
    if (isSameCrew(before, after)) return [];
    const isOfSeveral = before.length > 1 || after.length > 1;
    const all = isOfSeveral ? { before, after } : {};
    return [{ schedule, from: last.person, to: segment.person, ...all, handoffAt: segment.start }];
  });
}

/** The same people: when a changed file gives the hour to somebody else, that is another handoff. */
function isAnnounced(announced: readonly Handoff[], handoff: Handoff): boolean {
  const { before, after } = crewsOf(handoff);
  return announced.some((told) => {
    if (told.handoffAt !== handoff.handoffAt || told.schedule !== handoff.schedule) return false;
    const then = crewsOf(told);
    return isSameCrew(then.before, before) && isSameCrew(then.after, after);
  });
}
