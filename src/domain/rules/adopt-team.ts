/** A team file was read. Open alerts keep the revision that they opened under; new ones take this one. */
import type { Decision } from "../decision.ts";
import type { Team } from "../team.ts";

export function adoptTeam(decision: Decision, team: Team): void {
  if (decision.state.team?.revision === team.revision) decision.done(null, "ignored");
  else decision.facts.push({ kind: "team-adopted", at: decision.now, team });
}
