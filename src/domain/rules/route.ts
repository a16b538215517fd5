/** Which policy a new alert climbs by: the first route that matches it (contract §2). */
import type { AlertContent } from "../alert.ts";
import type { IntegrationId, PolicyId } from "../ids.ts";
import type { Route, Team } from "../team.ts";

/** @throws when no route matches: the last one of a valid team matches everything. */
export function route(team: Team, content: AlertContent, integration: IntegrationId | null): PolicyId {
  const found = team.routes.find((candidate) => matches(candidate.match, content, integration));
  if (found === undefined)
    throw new Error(`invariant: team ${team.revision} has no route for everything else`);
  return found.policy;
}

function matches(match: Route["match"], content: AlertContent, integration: IntegrationId | null): boolean {
  if (match.severity !== undefined && !match.severity.includes(content.severity)) return false;
  if (match.integration !== undefined && match.integration !== integration) return false;
  if (match.source !== undefined && match.source !== content.source) return false;
  return Object.entries(match.labels ?? {}).every(([name, value]) => content.labels[name] === value);
}
