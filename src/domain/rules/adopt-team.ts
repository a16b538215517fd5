/** A team file was read. Open alerts keep the revision that they opened under; new ones take this one. */
import type { Decision } from "../decision.ts";
import type { PersonId } from "../ids.ts";
import type { Team } from "../team.ts";

export function adoptTeam(decision: Decision, team: Team, by: PersonId | null): void {
  const { team: current, acting } = decision.state;
  if (current?.revision === team.revision) return decision.done(null, "ignored");
  const how = acting.self === null ? {} : { parent: current?.revision ?? null, by, machine: acting.self };
  decision.say({ kind: "team-adopted", team, ...how });
}
