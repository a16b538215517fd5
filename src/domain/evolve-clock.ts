/**
 * This machine's clock was set, or its engine has started or stopped: what waits moves with the clock, and what is known of
 * the computer's run is kept for the next start (`boot.ts`). Called by `evolve` for own facts.
 */
import type { KnownBoot } from "./boot.ts";
import { shiftDeadlines } from "./evolve-alert.ts";
import type { Fact, OfBoot } from "./fact.ts";
import type { EpochMs } from "./ids.ts";
import { limits } from "./limits.ts";
import type { Place } from "./place.ts";
import { putOpen } from "./place-alert.ts";
import type { BeforeBoot, State } from "./state.ts";

type EngineStarted = Extract<Fact, { kind: "engine-started" }>;
type EngineStopped = Extract<Fact, { kind: "engine-stopped" }>;
type ClockStepped = Extract<Fact, { kind: "clock-stepped" }>;

export function clockStepped(state: State, { deltaMs, boots }: ClockStepped, { position }: Place): State {
  // What an earlier start left in doubt does not count again: too little makes early, too much would make late.
  if (boots === true) state.beforeBoot = null;
  stepClock(state, deltaMs, position);
  if (boots === true)
    state.beforeBoot = {
      position,
      behindMs: Math.max(0, -deltaMs),
      alerts: new Set(state.open.keys()),
    };
  return state;
}

export function engineStarted(
  state: State,
  fact: EngineStarted,
  { position }: Place,
  newestAt: EpochMs | null,
): State {
  const { uptimeMs, at } = fact;
  // From before a start looked at the clock: whatever the journal says was set right without a word of it.
  if (uptimeMs === undefined && newestAt !== null && at < newestAt) stepClock(state, at - newestAt, position);
  state.boot = bootOf(fact);
  return state;
}

/** The last that is known of this run of the computer. */
export function engineStopped(state: State, fact: EngineStopped): State {
  state.boot = bootOf(fact) ?? state.boot;
  return state;
}

function stepClock(state: State, deltaMs: number, position: number): State {
  const { beforeBoot } = state;
  // Set right after a start of the computer: what was planned before it is due by the clock of then.
  const beforeMs = beforeBoot !== null && deltaMs > 0 ? Math.min(deltaMs, beforeBoot.behindMs) : deltaMs;
  noteStep(state, { position, deltaMs });
  if (beforeBoot !== null && beforeMs !== deltaMs)
    noteStep(state, { position: beforeBoot.position, deltaMs: beforeMs - deltaMs });
  if (state.boot !== null) {
    const { startedAt, notedAt, boot } = state.boot;
    state.boot = { startedAt: startedAt + deltaMs, notedAt: notedAt + deltaMs, boot };
  }
  const { queueMovedAt } = state.acting;
  const moved = Object.entries(queueMovedAt).map(([severity, at]) => [severity, at + deltaMs]);
  state.acting = { ...state.acting, queueMovedAt: Object.fromEntries(moved) as typeof queueMovedAt };
  // The alerts are the same, only shifted: none of them has been planned anew.
  state.beforeBoot = null;
  for (const alert of state.open.values()) {
    const isFromBefore = beforeBoot !== null && beforeBoot.alerts.has(alert.id);
    putOpen(state, shiftDeadlines(alert, isFromBefore ? beforeMs : deltaMs));
  }
  state.beforeBoot = beforeBoot === null ? null : stillDoubted(beforeBoot, deltaMs);
  for (const [key, { ends, at }] of state.resolvedLately)
    state.resolvedLately.set(key, { ends, at: at + deltaMs });
  return state;
}

function noteStep(state: State, step: State["clockSteps"][number]): void {
  state.clockSteps = [...state.clockSteps.slice(1 - limits.clockStepsKept), step];
}

/** Null: the clock was set forward as far as it was behind, or further; it is taken to be right from then on. */
function stillDoubted(beforeBoot: BeforeBoot, deltaMs: number): BeforeBoot | null {
  const behindMs = beforeBoot.behindMs - deltaMs;
  return deltaMs > 0 && behindMs <= 0 ? null : { ...beforeBoot, behindMs };
}

function bootOf({ uptimeMs, boot, at }: OfBoot & { readonly at: EpochMs }): KnownBoot | null {
  return uptimeMs === undefined ? null : { startedAt: at - uptimeMs, boot: boot ?? null, notedAt: at };
}
