/**
 * When a policy would reach nobody: where every tier that an alert may climb to is empty at once. Used by
 * `coverage-proof` and by the team file's check.
 */
import type { EpochMs, PolicyId } from "../ids.ts";
import type { Span } from "../oncall/timeline.ts";
import { isAtLeast, severities } from "../severity.ts";
import type { Severity } from "../severity.ts";
import type { Policy, Step, Team } from "../team.ts";
import { commonStretches, silences } from "./reach.ts";

export interface PolicyCoverage {
  readonly policy: PolicyId;
  /** For each tier, when it reaches nobody and would be skipped. Not a fault as long as another one reaches somebody. */
  readonly steps: readonly (readonly Span[])[];
  /** When no tier reaches anybody. Severities that climb the same tiers share an entry; none: always covered. */
  readonly holes: readonly PolicyHole[];
}

export interface PolicyHole {
  readonly severities: readonly Severity[];
  readonly stretches: readonly Span[];
}

export function policyCoverage(team: Team, from: EpochMs, to: EpochMs): PolicyCoverage[] {
  const silenceOf = silences(team, from, to);
  const always: readonly Span[] = [{ start: from, end: to }];
  return team.policies.map((policy) => {
    // A tier that names nobody asks nobody.
    const steps = policy.steps.map(({ notify }) =>
      notify.length === 0 ? always : commonStretches(notify.map(silenceOf)),
    );
    const holes = climbs(policy, severitiesSentTo(team, policy)).flatMap(({ tiers, severities: sharing }) => {
      const silent = tiers.map((tier) => steps[tier]!);
      const stretches = silent.length === 0 ? always : commonStretches(silent);
      return stretches.length === 0 ? [] : [{ severities: sharing, stretches }];
    });
    return { policy: policy.id, steps, holes };
  });
}

/** Which tiers an alert climbs, and the severities whose alerts climb just these. */
interface Climb {
  readonly tiers: readonly number[];
  readonly severities: readonly Severity[];
}

function climbs(policy: Policy, sent: readonly Severity[]): Climb[] {
  const found = new Map<string, Climb>();
  for (const severity of sent) {
    const tiers = [...policy.steps.keys()].filter((tier) => isAsked(policy.steps[tier]!, severity));
    const key = tiers.join();
    found.set(key, { tiers, severities: [...(found.get(key)?.severities ?? []), severity] });
  }
  return [...found.values()];
}

function isAsked({ minSeverity }: Step, severity: Severity): boolean {
  return minSeverity === undefined || isAtLeast(severity, minSeverity);
}

/**
 * The severities that a route could send here. A policy without a route is one to transfer to, and whoever transfers
 * an alert sees its tiers: there only the severities count that it has a tier for.
 */
function severitiesSentTo(team: Team, policy: Policy): readonly Severity[] {
  const routes = team.routes.filter((route) => route.policy === policy.id);
  if (routes.length > 0)
    return severities.filter((severity) =>
      routes.some(({ match }) => match.severity?.includes(severity) ?? true),
    );
  return severities.filter((severity) => policy.steps.some((step) => isAsked(step, severity)));
}
