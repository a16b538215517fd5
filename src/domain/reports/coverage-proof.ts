/**
 * The proof that somebody can always be told, or every stretch in which nobody can. Shown by `tocsin coverage`; the team
 * file's check warns of the same.
 *
 * Nothing is sampled: final schedules are exact, and everything here is made of their segments.
 */
import { peopleOf } from "../crew.ts";
import type { EpochMs, PersonId, ScheduleId } from "../ids.ts";
import { finalSchedule, gapsOf } from "../oncall/on-call.ts";
import type { Gap } from "../oncall/on-call.ts";
import { union } from "../oncall/timeline.ts";
import type { Span } from "../oncall/timeline.ts";
import type { Team } from "../team.ts";
import { policyCoverage } from "./policy-coverage.ts";
import type { PolicyCoverage } from "./policy-coverage.ts";
import { peopleWithChannel } from "./reach.ts";
import { unsubstitutedShifts } from "./unsubstituted-shifts.ts";
import type { UnsubstitutedShift } from "./unsubstituted-shifts.ts";

export interface CoverageProof {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** In the team's order, with the stretches in which nobody is on call. */
  readonly schedules: readonly { readonly schedule: ScheduleId; readonly gaps: readonly Gap[] }[];
  readonly policies: readonly PolicyCoverage[];
  readonly unreachable: readonly UnreachableDuty[];
  readonly unsubstituted: readonly UnsubstitutedShift[];
}

/** Somebody is on call whom no channel reaches. */
export interface UnreachableDuty {
  readonly schedule: ScheduleId;
  readonly person: PersonId;
  readonly stretches: readonly Span[];
}

/** Sweeps `[from, to)`. */
export function proveCoverage(team: Team, from: EpochMs, to: EpochMs): CoverageProof {
  return {
    from,
    to,
    schedules: team.schedules.map(({ id }) => ({ schedule: id, gaps: gapsOf(team, id, from, to) })),
    policies: policyCoverage(team, from, to),
    unreachable: unreachableDuties(team, from, to),
    unsubstituted: unsubstitutedShifts(team, from, to),
  };
}

/** Whether nobody is ever missing. A shift without a substitute counts as covered: the next in the rotation steps in. */
export function isCovered({ schedules, policies, unreachable }: CoverageProof): boolean {
  return (
    schedules.every(({ gaps }) => gaps.length === 0) &&
    policies.every(({ holes }) => holes.length === 0) &&
    unreachable.length === 0
  );
}

function unreachableDuties(team: Team, from: EpochMs, to: EpochMs): UnreachableDuty[] {
  const reachable = peopleWithChannel(team);
  if (reachable.size === team.people.length) return [];
  return team.schedules.flatMap(({ id: schedule }) => {
    const stretches = new Map<PersonId, Span[]>();
    for (const segment of finalSchedule(team, schedule, from, to)) {
      const { start, end } = segment;
      for (const person of peopleOf(segment)) {
        if (reachable.has(person)) continue;
        stretches.set(person, [...(stretches.get(person) ?? []), { start, end }]);
      }
    }
    return [...stretches].map(([person, ofPerson]) => ({ schedule, person, stretches: union(ofPerson) }));
  });
}
