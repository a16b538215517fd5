/**
 * The reverse question: not who is on call, but when somebody is. Shown by `tocsin duty`.
 */
import { peopleOf } from "../crew.ts";
import type { EpochMs, PersonId, ScheduleId } from "../ids.ts";
import { finalSchedule } from "../oncall/on-call.ts";
import { union } from "../oncall/timeline.ts";
import type { Span } from "../oncall/timeline.ts";
import { zoneClockOrUtc } from "../oncall/zone-clock.ts";
import type { Person, Team } from "../team.ts";
import { tallyOf } from "./duty-tally.ts";
import type { DutyTally, Holidays } from "./duty-tally.ts";

export interface Turn extends Span {
  readonly schedule: ScheduleId;
}

export interface Duty {
  readonly person: PersonId;
  /** By start, then in the team's order of schedules; cut to the interval. */
  readonly turns: readonly Turn[];
  /** Duty in several schedules at once counts once. */
  readonly total: DutyTally;
}

const noHolidays: Holidays = new Set();

/** Everything that `person` serves in `[from, to)`, overrides and other people's absences included. */
export function dutyOf(team: Team, person: Person, from: EpochMs, to: EpochMs): Duty {
  const turns = team.schedules
    .flatMap(({ id }): Turn[] =>
      // With others who come and go beside, it is one turn.
      union(finalSchedule(team, id, from, to).filter((segment) => peopleOf(segment).includes(person.id))).map(
        ({ start, end }) => ({ schedule: id, start, end }),
      ),
    )
    .sort((a, b) => a.start - b.start);
  return {
    person: person.id,
    turns,
    total: tallyOf(union(turns), zoneClockOrUtc(person.timeZone), noHolidays),
  };
}
