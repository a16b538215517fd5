/**
 * What clients see of alerts, the team and the engine's health: contract §4's JSON, made from the domain's values.
 * Used by `routes.ts` and `client-hub.ts`.
 */
import type { Alert } from "#domain/alert";
import type { Fact } from "#domain/fact";
import type { EpochMs } from "#domain/ids";
import type { State } from "#domain/state";
import type { Team } from "#domain/team";
import { timelineOf } from "#domain/timeline";
import type { EngineHealth } from "#engine/ports";
import type { AlertJson, TimelineEntryJson } from "#wire/alert-json";
import type { HealthMessage, TeamMessage } from "#wire/client-contract";

/** With `facts` (all those of this alert), its timeline too; `names` gives the people and machines in it theirs. */
export function toAlertJson(
  alert: Alert,
  facts?: readonly Fact[],
  names: Partial<Pick<State, "team" | "machines">> = {},
): AlertJson {
  return {
    id: alert.id,
    status: alert.status,
    severity: alert.severity,
    title: alert.title,
    source: alert.source,
    dedupKey: alert.dedupKey,
    ...(alert.integration !== null && { integration: alert.integration }),
    labels: alert.labels,
    details: alert.details,
    links: alert.links.map((link) => ({ ...link })),
    policy: alert.policy,
    step: alert.step,
    repeat: alert.repeat,
    openedAt: iso(alert.openedAt),
    ...(alert.acknowledgedAt !== null && { acknowledgedAt: iso(alert.acknowledgedAt) }),
    ...(alert.acknowledgedBy !== null && { acknowledgedBy: alert.acknowledgedBy }),
    ...(alert.status === "acknowledged" &&
      alert.acknowledgedFrom !== undefined && { acknowledgedFrom: alert.acknowledgedFrom }),
    ...(alert.snoozedUntil !== null && { snoozedUntil: iso(alert.snoozedUntil) }),
    ...(alert.resolvedAt !== null && { resolvedAt: iso(alert.resolvedAt) }),
    occurrences: alert.occurrences,
    ...(alert.stale && { stale: true }),
    ...(alert.nextEscalationAt !== null && { nextEscalationAt: iso(alert.nextEscalationAt) }),
    addressed: [...new Set(alert.asked.map((asked) => asked.person))],
    ...(facts !== undefined && {
      timeline: timelineOf(facts, names.team ?? null, names.machines).map(entryJson),
    }),
  };
}

export function toTeamMessage(team: Team): TeamMessage {
  return {
    name: team.name,
    timeZone: team.timeZone,
    revision: team.revision,
    people: team.people.map(({ id, name }) => ({ id, name })),
    policies: team.policies.map(({ id, steps }) => ({ id, steps: steps.length })),
    integrations: team.integrations.map(({ id, type }) => ({ id, type })),
    schedules: team.schedules.map(({ id }) => ({ id })),
  };
}

export function toHealthMessage(health: EngineHealth): HealthMessage {
  return {
    ready: health.ready,
    trusted: health.trusted,
    problems: health.problems.map(({ kind, text, since }) => ({ kind, text, since: iso(since) })),
  };
}

function entryJson({
  at,
  kind,
  by,
  person,
  via,
  text,
}: ReturnType<typeof timelineOf>[number]): TimelineEntryJson {
  return {
    at: iso(at),
    kind,
    ...(by !== undefined && { by }),
    ...(person !== undefined && { person }),
    ...(via !== undefined && { via }),
    text,
  };
}

/** ISO 8601 UTC. */
export function iso(at: EpochMs): string {
  return new Date(at).toISOString();
}

/** A machine that was revoked has no alerts to show. */
export function isRevoked({ problems }: Pick<EngineHealth, "problems">): boolean {
  return problems.some(({ kind }) => kind === "revoked");
}
