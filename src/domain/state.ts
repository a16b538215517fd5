/**
 * What the engine knows: the fold of all facts, and a little that is only known now (attached desktops).
 *
 * Ownership: `evolve` takes the state it is given and returns it changed. Alerts inside are immutable values; the maps
 * around them are edited in place, since copying 10,000 entries for each fact would be the whole cost of the engine.
 */
import type { Alert } from "./alert.ts";
import { DeadlineQueue } from "./deadline-queue.ts";
import type { AlertId, IntegrationId, PersonId, SwapId, TeamRevision } from "./ids.ts";
import type { Handoff } from "./oncall/next-handoff.ts";
import type { Swap } from "./swap.ts";
import type { Team } from "./team.ts";

export interface State {
  /** All that are not resolved. */
  readonly open: Map<AlertId, Alert>;
  /** The latest resolved ones, oldest first, at most `limits.resolvedInMemory`; older ones are in the journal. */
  readonly resolved: Map<AlertId, Alert>;
  /** Open alerts by `keyOf(integration, dedupKey)`. */
  readonly openByKey: Map<string, AlertId>;
  /** The current team; null before the first one is adopted. */
  team: Team | null;
  /** The current revision and every one that an open alert is frozen to. */
  readonly teams: Map<TeamRevision, Team>;
  /** When each open alert next needs a `tick`. Derived from `open`. */
  readonly deadlines: DeadlineQueue<AlertId>;
  /** Handoffs that people were told of lately. A value: another array whenever it changes. */
  announced: readonly Handoff[];
  /** Those asked for and not over yet, in the order of asking. */
  readonly swaps: Map<SwapId, Swap>;
  /** People with a desktop attached and not paused. Volatile: empty after a replay. */
  desktops: ReadonlySet<PersonId>;
}

export function emptyState(): State {
  return {
    open: new Map(),
    resolved: new Map(),
    openByKey: new Map(),
    team: null,
    teams: new Map(),
    deadlines: new DeadlineQueue(),
    announced: [],
    swaps: new Map(),
    desktops: new Set(),
  };
}

/** Two integrations may use the same key for different things; JSON keeps any characters in them apart. */
export function keyOf(integration: IntegrationId | null, dedupKey: string): string {
  return JSON.stringify([integration, dedupKey]);
}
