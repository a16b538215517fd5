/**
 * The state as text and back, so that start-up does not grow with history. Only a cache of the journal: a snapshot of
 * another version, or one that does not parse, is left aside and the journal is replayed from its beginning.
 */
import type { Alert } from "#domain/alert";
import { deadlineOf } from "#domain/acting";
import type { OriginId, PersonId } from "#domain/ids";
import type { Machine } from "#domain/machine";
import type { LastMail } from "#domain/refused-mail";
import { emptyState, keyOf, type BeforeBoot, type State } from "#domain/state";
import type { Swap } from "#domain/swap";
import type { Team } from "#domain/team";

/** Raise it whenever the shape of an alert, a team or this file's format changes. */
const snapshotVersion = 11;

interface Snapshot {
  readonly version: number;
  readonly open: readonly Alert[];
  readonly resolved: readonly Alert[];
  readonly teams: readonly Team[];
  readonly unopened: readonly Alert["id"][];
  readonly resolvedLately: readonly (readonly [string, { ends: readonly number[]; at: number }])[];
  readonly swaps: readonly Swap[];
  readonly machines: readonly Machine[];
  readonly beforeBoot: (Omit<BeforeBoot, "alerts"> & { readonly alerts: readonly Alert["id"][] }) | null;
  readonly lastMails: readonly [PersonId, LastMail][];
  readonly rest: Pick<State, (typeof plain)[number]>;
}

/** What is plain data and kept as it is. */
const plain = [
  "adoption",
  "adoptions",
  "teamFile",
  "announced",
  "swapFacts",
  "machineFacts",
  "ownSeq",
  "position",
  "hlc",
  "heardHlc",
  "clockSteps",
  "newestAt",
  "boot",
] as const satisfies readonly (keyof State)[];

export function writeSnapshot(state: State): string {
  const snapshot: Snapshot = {
    version: snapshotVersion,
    open: [...state.open.values()],
    resolved: [...state.resolved.values()],
    teams: [...state.teams.values()],
    unopened: [...state.unopened],
    resolvedLately: [...state.resolvedLately],
    swaps: [...state.swaps.values()],
    machines: [...state.machines.values()],
    beforeBoot: state.beforeBoot && { ...state.beforeBoot, alerts: [...state.beforeBoot.alerts] },
    lastMails: [...state.lastMails],
    rest: Object.fromEntries(plain.map((name) => [name, state[name]])) as unknown as Snapshot["rest"],
  };
  return JSON.stringify(snapshot);
}

/** Null when the text is of another version or no snapshot at all. `origin`: the log that this machine writes to now. */
export function readSnapshot(text: string, origin: OriginId): State | null {
  let snapshot: Snapshot;
  try {
    snapshot = JSON.parse(text) as Snapshot;
  } catch {
    return null;
  }
  if (snapshot?.version !== snapshotVersion) return null;
  const state: State = { ...emptyState(), ...snapshot.rest, origin };
  const { beforeBoot } = snapshot;
  state.beforeBoot = beforeBoot && { ...beforeBoot, alerts: new Set(beforeBoot.alerts) };
  for (const team of snapshot.teams) state.teams.set(team.revision, team);
  state.team = state.adoption === null ? null : (state.teams.get(state.adoption.revision) ?? null);
  for (const id of snapshot.unopened) state.unopened.add(id);
  for (const [key, ended] of snapshot.resolvedLately) state.resolvedLately.set(key, ended);
  for (const swap of snapshot.swaps) state.swaps.set(swap.id, swap);
  for (const machine of snapshot.machines) state.machines.set(machine.id, machine);
  for (const [person, last] of snapshot.lastMails) state.lastMails.set(person, last);
  for (const alert of snapshot.open) {
    state.open.set(alert.id, alert);
    const key = keyOf(alert.integration, alert.dedupKey);
    state.openByKey.set(key, [...(state.openByKey.get(key) ?? []), alert.id]);
    state.openOf.set(alert.integration, (state.openOf.get(alert.integration) ?? 0) + 1);
    state.deadlines.set(alert.id, deadlineOf(alert, state.acting));
  }
  for (const alert of snapshot.resolved) state.resolved.set(alert.id, alert);
  return state;
}
