/** The state as the journal has it: the newest snapshot and the facts after it. Called at the start and after a failed commit. */
import { mayBeAnotherBoot, setWhileDown } from "#domain/boot";
import { observe } from "#domain/evolve";
import type { ActionId, MachineId } from "#domain/ids";
import type { Input } from "#domain/input";
import { emptyState, type State } from "#domain/state";
import { foldIn } from "./fold.ts";
import type { Clock, Journal, Standing } from "./ports.ts";
import { readSnapshot } from "./snapshot.ts";
import { standingOf } from "./standing.ts";

export interface Recovered {
  readonly state: State;
  /** The facts up to this one are in the snapshot; 0 when there was none to use. */
  readonly snapshotSeq: number;
}

/** @throws JournalError when the journal cannot be read. */
export function recoverState(journal: Journal): Recovered {
  const kept = journal.loadSnapshot();
  const restored = kept === null ? null : readSnapshot(kept.snapshot, journal.origin);
  const snapshotSeq = kept !== null && restored !== null ? kept.seq : 0;
  const state = restored ?? emptyState();
  state.origin = journal.origin;
  // Not the snapshot's: that may be of the log before, when the journal was copied or salvaged since.
  state.ownSeq = journal.vector()[journal.origin] ?? 0;
  foldIn(state, journal.replay(snapshotSeq), journal);
  return { state, snapshotSeq };
}

/** What a start puts in. That the clock was set meanwhile comes first, before anything else is decided: all go by it. */
export function inputsOfStart(state: State, clock: Clock, version: string): readonly Input[] {
  const uptime = clock.uptime?.() ?? null;
  const deltaMs = setWhileDown(state, clock.now(), uptime);
  const boots = uptime !== null && mayBeAnotherBoot(state, uptime, deltaMs);
  const started: Input = { kind: "engine-started", version, uptime };
  return deltaMs === 0 && !boots ? [started] : [{ kind: "clock-stepped", deltaMs, boots }, started];
}

/** A state as the journal has it, with what only this process knows: what `before` had, and its attempts that go on. */
export function asOfNow(
  state: State,
  before: State,
  self: MachineId | null,
  underWay: ReadonlySet<ActionId>,
  standing: Standing,
): State {
  state.desktops = before.desktops;
  state.away = before.away;
  state.acting = { ...before.acting, self, underWay: new Set(underWay) };
  return observe(state, standingOf(standing));
}
