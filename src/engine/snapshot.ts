/**
 * The state as text and back, so that start-up does not grow with history. Only a cache of the journal: a snapshot of
 * another version, or one that does not parse, is left aside and the journal is replayed from its beginning.
 */
import type { Alert } from "#domain/alert";
import { deadlineOf } from "#domain/evolve-alert";
import type { TeamRevision } from "#domain/ids";
import { emptyState, keyOf, type State } from "#domain/state";
import type { Swap } from "#domain/swap";
import type { Team } from "#domain/team";

/** Raise it whenever the shape of an alert, a team or this file's format changes. */
const snapshotVersion = 3;

interface Snapshot {
  readonly version: number;
  readonly open: readonly Alert[];
  readonly resolved: readonly Alert[];
  readonly teams: readonly Team[];
  readonly current: TeamRevision | null;
  readonly announced: State["announced"];
  readonly swaps: readonly Swap[];
}

export function writeSnapshot(state: State): string {
  const snapshot: Snapshot = {
    version: snapshotVersion,
    open: [...state.open.values()],
    resolved: [...state.resolved.values()],
    teams: [...state.teams.values()],
    current: state.team?.revision ?? null,
    announced: state.announced,
    swaps: [...state.swaps.values()],
  };
  return JSON.stringify(snapshot);
}

/** Null when the text is of another version or no snapshot at all. */
export function readSnapshot(text: string): State | null {
  let snapshot: Snapshot;
  try {
    snapshot = JSON.parse(text) as Snapshot;
  } catch {
    return null;
  }
  if (snapshot?.version !== snapshotVersion) return null;
  const state = emptyState();
  for (const team of snapshot.teams) state.teams.set(team.revision, team);
  state.team = snapshot.current === null ? null : (state.teams.get(snapshot.current) ?? null);
  state.announced = snapshot.announced;
  for (const swap of snapshot.swaps) state.swaps.set(swap.id, swap);
  for (const alert of snapshot.open) {
    state.open.set(alert.id, alert);
    state.openByKey.set(keyOf(alert.integration, alert.dedupKey), alert.id);
    state.deadlines.set(alert.id, deadlineOf(alert));
  }
  for (const alert of snapshot.resolved) state.resolved.set(alert.id, alert);
  return state;
}
