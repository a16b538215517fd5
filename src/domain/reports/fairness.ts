/**
 * Who carries how much: hours, nights, week-ends and holidays of everybody, in each schedule and in all. Shown by
 * `tocsin fairness`.
 */
import { membersOf, peopleOf } from "../crew.ts";
import type { EpochMs, PersonId, ScheduleId } from "../ids.ts";
import { finalSchedule } from "../oncall/on-call.ts";
import { union } from "../oncall/timeline.ts";
import type { Span } from "../oncall/timeline.ts";
import { zoneClockOrUtc } from "../oncall/zone-clock.ts";
import type { Schedule, Team } from "../team.ts";
import { tallyOf } from "./duty-tally.ts";
import type { DutyTally, Holidays } from "./duty-tally.ts";

export interface Fairness {
  readonly schedules: readonly ScheduleFairness[];
  /** Everybody who is in any schedule; duty in several at once counts once, since nobody is awake twice. */
  readonly total: readonly Burden[];
}

export interface ScheduleFairness {
  readonly schedule: ScheduleId;
  /** With somebody on call. The sum of all burdens' `dutyMs`, where nobody is on duty together with others. */
  readonly coveredMs: number;
  readonly uncoveredMs: number;
  readonly burdens: readonly Burden[];
}

/** One person's load; on the person's own wall clock. */
export interface Burden extends DutyTally {
  readonly person: PersonId;
}

/** Over `[from, to)`. People in the team's order; whoever belongs to a rotation but served nothing is there with zeros. */
export function fairnessOf(team: Team, from: EpochMs, to: EpochMs, holidays: Holidays): Fairness {
  const everything = new Map<PersonId, Span[]>();
  const schedules = team.schedules.map((schedule): ScheduleFairness => {
    const served = new Map(members(schedule).map((person): [PersonId, Span[]] => [person, []]));
    let uncoveredMs = 0;
    for (const segment of finalSchedule(team, schedule.id, from, to)) {
      const { start, end } = segment;
      const crew = peopleOf(segment);
      if (crew.length === 0) uncoveredMs += end - start;
      for (const person of crew) add(served, person, [{ start, end }]);
    }
    for (const [person, spans] of served) add(everything, person, spans);
    return {
      schedule: schedule.id,
      coveredMs: Math.max(0, to - from) - uncoveredMs,
      uncoveredMs,
      burdens: burdensOf(team, served, holidays),
    };
  });
  return { schedules, total: burdensOf(team, everything, holidays) };
}

function burdensOf(team: Team, served: ReadonlyMap<PersonId, Span[]>, holidays: Holidays): Burden[] {
  return team.people.flatMap(({ id, timeZone }) => {
    const spans = served.get(id);
    return spans === undefined
      ? []
      : [{ person: id, ...tallyOf(union(spans), zoneClockOrUtc(timeZone), holidays) }];
  });
}

function members(schedule: Schedule): PersonId[] {
  return schedule.layers.flatMap(membersOf);
}

function add(served: Map<PersonId, Span[]>, person: PersonId, spans: readonly Span[]): void {
  const known = served.get(person);
  if (known === undefined) served.set(person, [...spans]);
  else for (const span of spans) known.push(span);
}
