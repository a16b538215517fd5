/**
 * Where a schedule has nobody, and why. Used by `on-call`; the team file's check and `tocsin coverage` show it.
 */
import type { GapReason } from "../gap-words.ts";
import type { EpochMs } from "../ids.ts";
import { overrideAt } from "./override.ts";
import type { CompiledSchedule } from "./schedule.ts";

const nearestFirst: readonly GapReason[] = [
  "everyone-away",
  "turn-of-nobody",
  "outside-windows",
  "ended",
  "not-started",
  "no-participants",
];

export interface Gap {
  readonly start: EpochMs;
  readonly end: EpochMs;
  /** At the beginning of the gap. */
  readonly reason: GapReason;
}

export function gapsIn(schedule: CompiledSchedule, from: EpochMs, to: EpochMs): Gap[] {
  return schedule
    .segmentsBetween(from, to)
    .filter((segment) => segment.person === null)
    .map(({ start, end }) => ({ start, end, reason: gapReasonAt(schedule, start) }));
}

/** Throws when somebody is on call. */
export function gapReasonAt(schedule: CompiledSchedule, at: EpochMs): GapReason {
  if (schedule.faultBetween(at, at + 1) !== null) return "cannot-be-worked-out";
  if (overrideAt(schedule.schedule.overrides, at) !== null)
    throw new Error(`no gap at ${at}: an override is in force`);
  if (schedule.layers.length === 0) return "no-layers";
  const reasons = schedule.layers.map((layer): GapReason => {
    const standing = layer.standingAt(at);
    if (standing.kind !== "on-duty") return standing.kind;
    if (standing.crew.length > 0)
      throw new Error(`no gap at ${at}: layer ${layer.id} has ${standing.crew.join(", ")}`);
    return standing.shift.turn.length === 0 ? "turn-of-nobody" : "everyone-away";
  });
  return nearestFirst.find((reason) => reasons.includes(reason))!;
}
