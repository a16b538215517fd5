/**
 * Counts what comes from each integration, for people who look whether their monitoring reaches Tocsin: taken, refused,
 * and what changed nothing. In memory, since the engine's start. Fed by the gate, made by `compose`.
 */
import type { EpochMs } from "#domain/ids";
import type { Team } from "#domain/team";
import type { Clock } from "#engine/ports";
import { cleanLine } from "#wire/hostile-text";
import type { Comings, IntegrationsJson } from "#wire/integrations-json";
import type { Received } from "./gate.ts";

interface Tally {
  taken: number;
  changedNothing: number;
  refused: number;
  lastAt: EpochMs;
  lastRefusal: { readonly at: EpochMs; readonly text: string } | null;
}

/** More than any team has; ids that the team file has no more go first. */
const mostTallies = 10_000;

export class IntegrationTally {
  /** Null: strangers. */
  private readonly tallies = new Map<string | null, Tally>();
  private readonly since: EpochMs;

  constructor(
    private readonly clock: Pick<Clock, "now">,
    private readonly team: () => Pick<Team, "integrations"> | null,
  ) {
    this.since = clock.now();
  }

  received({ integration, signals, ignored = 0, refused }: Received): void {
    const at = this.clock.now();
    const tally = this.tallies.get(integration) ?? {
      taken: 0,
      changedNothing: 0,
      refused: 0,
      lastAt: at,
      lastRefusal: null,
    };
    tally.taken += signals;
    tally.changedNothing += ignored;
    tally.lastAt = at;
    if (refused !== undefined) {
      tally.refused += refused.count;
      tally.lastRefusal = { at, text: cleanLine(refused.text, 200) };
    }
    this.tallies.set(integration, tally);
    if (this.tallies.size > mostTallies) this.tallies.delete(this.tallies.keys().next().value!);
  }

  /** Every integration of the team, also one that nothing has come from. */
  view(): IntegrationsJson {
    const team = this.team();
    return {
      since: iso(this.since),
      integrations: (team?.integrations ?? []).map(({ id, type }) => ({ id, type, ...this.comingsOf(id) })),
      strangers: this.comingsOf(null),
    };
  }

  private comingsOf(integration: string | null): Comings {
    const tally = this.tallies.get(integration);
    if (tally === undefined) return { taken: 0, changedNothing: 0, refused: 0 };
    const { lastAt, lastRefusal, ...counts } = tally;
    return {
      ...counts,
      lastAt: iso(lastAt),
      ...(lastRefusal !== null && { lastRefusal: { at: iso(lastRefusal.at), text: lastRefusal.text } }),
    };
  }
}

function iso(at: EpochMs): string {
  return new Date(at).toISOString();
}
