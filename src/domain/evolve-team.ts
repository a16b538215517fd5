/** What the facts about the team file come to, in whatever order machines hear of them. Called by `evolve` alone. */
import type { TeamFact } from "./fact.ts";
import type { TeamFileVersion } from "./ids.ts";
import { limits } from "./limits.ts";
import { frontierOf, isLaterThan, type Place } from "./place.ts";
import type { Adoption, State } from "./state.ts";
import { byStanding, withAdoption } from "./team-lineage.ts";
import type { Team } from "./team.ts";

/** Takes over `state`, changes it and returns it; see `State` on ownership. */
export function evolveTeam(state: State, fact: TeamFact, place: Place): State {
  const latest = frontierOf(fact, place);
  if (fact.kind === "team-file-sealed") {
    const { revision, sealed } = fact;
    if (state.teamFile === null || isLaterThan(latest, state.teamFile.latest))
      state.teamFile = { revision, version: fact.version ?? null, sealed, latest };
    return state;
  }
  const { team, parent = null, by = null, machine = null, at, generation = null } = fact;
  keep(state, team);
  const adoption: Adoption = {
    revision: team.revision,
    version: fact.version ?? (`${team.revision}.${latest.hlc}` as TeamFileVersion),
    parents: fact.parents ?? (parent === null ? [] : [parent as string as TeamFileVersion]),
    generation,
    by,
    machine,
    at,
    latest,
  };
  state.adoptions = withAdoption(state.adoptions, adoption);
  if (state.adoption !== null && byStanding(adoption, state.adoption) < 0) return state;
  state.team = team;
  state.adoption = adoption;
  return state;
}

/** Open alerts may be frozen to it, and so may alerts that another machine has yet to send. */
function keep(state: State, team: Team): void {
  state.teams.delete(team.revision);
  state.teams.set(team.revision, team);
  if (state.teams.size <= limits.teamsKept) return;
  const used = new Set([...state.open.values()].map((alert) => alert.teamRevision));
  for (const revision of state.teams.keys()) {
    if (state.teams.size <= limits.teamsKept) return;
    if (!used.has(revision) && revision !== state.team?.revision) state.teams.delete(revision);
  }
}
