/** Everyone whom a target of a step could ever mean, on whatever day. Asked by the checks of a team file. */
import { membersOf } from "#domain/crew";
import type { PersonId } from "#domain/ids";
import type { Target, Team } from "#domain/team";

export function peopleMeant(team: Team, target: Target): readonly PersonId[] {
  switch (target.kind) {
    case "everyone":
      return team.people.map(({ id }) => id);
    case "person":
      return [target.id];
    case "group":
      return team.groups.find(({ id }) => id === target.id)?.people ?? [];
    case "schedule": {
      const schedule = team.schedules.find(({ id }) => id === target.id);
      const onDuty = schedule?.layers.flatMap(membersOf) ?? [];
      const replaced = new Set(onDuty);
      const standIns = team.absences.flatMap(({ person, substitute }) =>
        substitute !== undefined && replaced.has(person) ? [substitute] : [],
      );
      return [...onDuty, ...standIns, ...(schedule?.overrides.map(({ person }) => person) ?? [])];
    }
  }
}
