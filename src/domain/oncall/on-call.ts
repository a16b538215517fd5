/**
 * Who is on call. The only file of this room that others need: rules ask it whom to notify, clients and the command line
 * show its answers.
 *
 * Pure: the same team and instant give the same answer, on every machine with the same time zone data. A team is
 * compiled when it is first asked about and kept as long as it is; the `Team` object must not change.
 * Source: contract §3. Every function throws a RangeError for a schedule that the team does not have.
 */
import type { EpochMs, PersonId, ScheduleId } from "../ids.ts";
import type { Team } from "../team.ts";
import { gapsIn } from "./coverage.ts";
import type { Gap } from "./coverage.ts";
import { explainAt } from "./explain.ts";
import type { OnCallExplanation } from "./explain.ts";
import { scheduleOf } from "./schedule.ts";
import type { Segment } from "./schedule.ts";

export type { Gap, GapReason } from "./coverage.ts";
export type { LayerExplanation, OnCallExplanation } from "./explain.ts";
export type { Segment } from "./schedule.ts";

/** The person on call at an instant, or null for nobody. A binary search once the team is compiled. */
export function onCallAt(team: Team, scheduleId: ScheduleId, at: EpochMs): PersonId | null {
  return scheduleOf(team, scheduleId).personAt(at);
}

/** The final schedule: it covers `[from, to)` exactly, adjacent segments differ, nobody is null. Empty when `from >= to`. */
export function finalSchedule(team: Team, scheduleId: ScheduleId, from: EpochMs, to: EpochMs): Segment[] {
  return scheduleOf(team, scheduleId).segmentsBetween(from, to);
}

/** Every stretch of `[from, to)` in which nobody is on call, with the reason at its beginning. */
export function gapsOf(team: Team, scheduleId: ScheduleId, from: EpochMs, to: EpochMs): Gap[] {
  return gapsIn(scheduleOf(team, scheduleId), from, to);
}

/**
 * Why this machine cannot tell who is on call somewhere in `[from, to)`, without a full stop; null: it can. Only of teams
 * that come from elsewhere (another machine, an older Tocsin): the team file's check refuses what it finds here.
 */
export function scheduleFault(team: Team, scheduleId: ScheduleId, from: EpochMs, to: EpochMs): string | null {
  return scheduleOf(team, scheduleId).faultBetween(from, to);
}

/** Why this person, or nobody, is on call: layer, shift, handoff, window, and the override or absence that changed it. */
export function explainOnCall(team: Team, scheduleId: ScheduleId, at: EpochMs): OnCallExplanation {
  return explainAt(team, scheduleOf(team, scheduleId), at);
}
