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
import type { Crew } from "../crew.ts";
import { explainAt } from "./explain.ts";
import type { OnCallExplanation } from "./explain.ts";
import { scheduleOf } from "./schedule.ts";
import type { Segment } from "./schedule.ts";

export type { Gap } from "./coverage.ts";
export type { LayerExplanation, OnCallExplanation } from "./explain.ts";
export type { Segment } from "./schedule.ts";

/** Everybody who is on call at an instant; empty for nobody. A binary search once the team is compiled. */
export function crewAt(team: Team, scheduleId: ScheduleId, at: EpochMs): Crew {
  return scheduleOf(team, scheduleId).crewAt(at) ?? nobody;
}

/** The first of them, or null for nobody: for where one is enough. */
export function onCallAt(team: Team, scheduleId: ScheduleId, at: EpochMs): PersonId | null {
  return crewAt(team, scheduleId, at)[0] ?? null;
}

const nobody: Crew = [];

/** As `tocsin oncall --at` and the API print a moment (contract §3): a list where several are on duty together. */
export type OnCallJson = Readonly<Record<ScheduleId, PersonId | Crew | null>>;

export function onCallJson(
  team: Team,
  at: EpochMs,
  schedules: readonly ScheduleId[] = team.schedules.map(({ id }) => id),
): OnCallJson {
  const crews = schedules.map((id) => crewAt(team, id, at));
  return Object.fromEntries(
    schedules.map((id, index) => [id, crews[index]!.length > 1 ? crews[index]! : (crews[index]![0] ?? null)]),
  );
}

/** Who looks on at an instant, in each schedule, without being asked. Slower than who is on call. */
export function shadowsJson(team: Team, at: EpochMs): Readonly<Record<ScheduleId, Crew>> {
  return Object.fromEntries(
    team.schedules.map(({ id }) => [id, explainOnCall(team, id, at).layer?.shadow ?? nobody]),
  );
}

/**
 * The final schedule: it covers `[from, to)` exactly, adjacent segments differ, nobody is null. The same people in another
 * order are another segment, since `person` is the first. Empty when `from >= to`.
 */
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

/** Why this person, or these, or nobody, is on call: layer, shift, handoff, window, and the override or absence that changed it. */
export function explainOnCall(team: Team, scheduleId: ScheduleId, at: EpochMs): OnCallExplanation {
  return explainAt(team, scheduleOf(team, scheduleId), at);
}
