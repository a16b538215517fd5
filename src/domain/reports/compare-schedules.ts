/** Where two versions of a team differ in who is on call. Shown by `tocsin oncall --team-new`. */
import { isSameCrew, peopleOf, type Crew } from "../crew.ts";
import type { EpochMs, PersonId, ScheduleId } from "../ids.ts";
import { finalSchedule } from "../oncall/on-call.ts";
import type { Segment } from "../oncall/on-call.ts";
import type { Span } from "../oncall/timeline.ts";
import type { Team } from "../team.ts";

export interface ScheduleChange extends Span {
  readonly schedule: ScheduleId;
  /** Null: nobody, or there is no such schedule in that version. */
  readonly before: PersonId | null;
  readonly after: PersonId | null;
  /** Everybody, where several are on call together in either version. */
  readonly allBefore?: Crew;
  readonly allAfter?: Crew;
}

/** Every stretch of `[from, to)` with other people; schedules in the new team's order, then those it has lost. */
export function compareSchedules(before: Team, after: Team, from: EpochMs, to: EpochMs): ScheduleChange[] {
  const ids = new Set([...after.schedules, ...before.schedules].map(({ id }) => id));
  return [...ids].flatMap((schedule) =>
    changes(schedule, segmentsOf(before, schedule, from, to), segmentsOf(after, schedule, from, to)),
  );
}

function segmentsOf(team: Team, schedule: ScheduleId, from: EpochMs, to: EpochMs): Segment[] {
  if (team.schedules.some(({ id }) => id === schedule)) return finalSchedule(team, schedule, from, to);
  return from < to ? [{ start: from, end: to, person: null }] : [];
}

/** Both lists cover the same interval exactly. */
function changes(
  schedule: ScheduleId,
  before: readonly Segment[],
  after: readonly Segment[],
): ScheduleChange[] {
  const found: ScheduleChange[] = [];
  let [old, fresh] = [0, 0];
  while (old < before.length && fresh < after.length) {
    const [left, right] = [before[old]!, after[fresh]!];
    const [start, end] = [Math.max(left.start, right.start), Math.min(left.end, right.end)];
    const [allBefore, allAfter] = [peopleOf(left), peopleOf(right)];
    if (!isSameCrew(allBefore, allAfter)) {
      const all = allBefore.length > 1 || allAfter.length > 1 ? { allBefore, allAfter } : {};
      found.push({ schedule, start, end, before: left.person, after: right.person, ...all });
    }
    if (left.end === end) old += 1;
    if (right.end === end) fresh += 1;
  }
  return found;
}
