/**
 * A team file was read. Open alerts keep the revision that they opened under, unless it reaches nobody (see `escalate`); new
 * ones take this one.
 */
import type { Decision } from "../decision.ts";
import type { PersonId } from "../ids.ts";
import type { TeamFileEdit } from "../input.ts";
import type { State } from "../state.ts";
import { generationOf } from "../team-lineage.ts";
import type { Team } from "../team.ts";

/** `edit` null: the file is the same, a calendar has changed; or there is one machine only. */
export function adoptTeam(
  decision: Decision,
  team: Team,
  by: PersonId | null,
  edit: TeamFileEdit | null,
): void {
  const { team: current, adoption, acting } = decision.state;
  // Another secret or comment is another edit, although the team is the same.
  if (current?.revision === team.revision && (edit === null || edit.version === adoption?.version))
    return decision.done(null, "ignored");
  const how =
    acting.self === null
      ? {}
      : {
          parent: current?.revision ?? null,
          by,
          machine: acting.self,
          ...(edit === null ? sameEdit(decision.state) : newEdit(decision.state, edit)),
        };
  decision.say({ kind: "team-adopted", team, ...how });
}

function newEdit(state: State, { version, parents }: TeamFileEdit) {
  return { version, parents, generation: generationOf(state, parents) };
}

function sameEdit({ adoption }: State) {
  if (adoption === null || adoption.generation === null) return {};
  const { version, parents, generation } = adoption;
  return { version, parents, generation };
}
