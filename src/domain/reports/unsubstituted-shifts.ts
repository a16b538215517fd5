/**
 * Shifts whose people are away from beginning to end while no substitute is named who could come. Somebody steps in all the
 * same (the next in the rotation, if there is one), but nobody has asked them. While one of a turn of several is there, the
 * shift goes on as it was meant. Used by `coverage-proof`.
 */
import { membersOf, turnsOf } from "../crew.ts";
import type { EpochMs, PersonId, ScheduleId } from "../ids.ts";
import { serviceAt } from "../oncall/absence.ts";
import type { Replacement, Service } from "../oncall/absence.ts";
import { scheduleFault } from "../oncall/on-call.ts";
import { rotationOf } from "../oncall/rotation.ts";
import type { Rotation, Shift } from "../oncall/rotation.ts";
import { intersect, overlay, union } from "../oncall/timeline.ts";
import type { Claim, Span } from "../oncall/timeline.ts";
import { dutyWindowsOf } from "../oncall/window.ts";
import { zoneClock } from "../oncall/zone-clock.ts";
import type { Absence, Layer, Schedule, Team } from "../team.ts";

export interface UnsubstitutedShift extends Span {
  readonly schedule: ScheduleId;
  readonly layer: string;
  /** Counted from 0. */
  readonly shift: number;
  readonly participant: PersonId;
  /** Who serves it unasked; null is nobody. */
  readonly standIns: readonly (PersonId | null)[];
}

/** The shifts that touch `[from, to)`, in the order of the file. What an override covers is arranged, and left out. */
export function unsubstitutedShifts(team: Team, from: EpochMs, to: EpochMs): UnsubstitutedShift[] {
  return team.schedules.flatMap((schedule) =>
    from < to && scheduleFault(team, schedule.id, from, to) !== null
      ? []
      : schedule.layers.flatMap((layer) => ofLayer(schedule, layer, team.absences, from, to)),
  );
}

function ofLayer(
  schedule: Schedule,
  layer: Layer,
  absences: readonly Absence[],
  from: EpochMs,
  to: EpochMs,
): UnsubstitutedShift[] {
  const away = new Set(
    absences.filter(({ start, end }) => start < to && end > from).map(({ person }) => person),
  );
  const concerned = membersOf(layer).filter((participant) => away.has(participant));
  // Most layers have nobody away: they cost nothing.
  if (concerned.length === 0) return [];
  const clock = zoneClock(schedule.timeZone);
  const rotation = rotationOf(layer, clock);
  const windows = dutyWindowsOf(layer, clock);
  const overrides = union(schedule.overrides).map((span): Claim<Service | null> => ({
    ...span,
    owner: null,
  }));

  return concerned.flatMap((participant) => {
    const spans = union(absences.filter(({ person }) => person === participant));
    return spans.flatMap((span) =>
      wholeShifts(rotation, span, Math.max(from, span.start), Math.min(to, span.end))
        .filter((shift) => shift.turn.includes(participant))
        .flatMap((shift) => {
          const served = services(shift, layer, absences);
          const onDuty =
            windows === null ? served : intersect(served, windows.between(shift.start, shift.end));
          const unasked = overlay<Service | null>(onDuty, within(overrides, shift))
            .flatMap(({ owner }) => (owner === null ? [] : [owner]))
            .filter(({ replacements }) => isUnasked(replacements, participant));
          if (unasked.length === 0) return [];
          const comes = unasked.flatMap(({ crew }): readonly (PersonId | null)[] =>
            crew.length === 0 ? [null] : crew,
          );
          const standIns = [...new Set(comes)];
          const { number, start, end } = shift;
          return [
            { schedule: schedule.id, layer: layer.id, shift: number, start, end, participant, standIns },
          ];
        }),
    );
  });
}

/** Whether this absence has brought in somebody who was not asked, or left nobody. */
function isUnasked(replacements: readonly Replacement[], participant: PersonId): boolean {
  const one = replacements.find(({ absence }) => absence.person === participant);
  return one !== undefined && (one.by === "next-participant" || one.by === null);
}

/** The shifts that touch `[low, high)` and lie in `span` from beginning to end. */
function wholeShifts(rotation: Rotation, span: Span, low: EpochMs, high: EpochMs): Shift[] {
  return rotation
    .shiftsBetween(low, high)
    .map((shift) => (shift.start > low && shift.end < high ? shift : rotation.shiftAt(shift.start)))
    .filter(({ start, end }) => start >= span.start && end <= span.end);
}

/** Who serves a shift from one change of anybody's presence to the next. */
function services(shift: Shift, layer: Layer, absences: readonly Absence[]): Claim<Service | null>[] {
  const changes = absences
    .flatMap(({ start, end }) => [start, end])
    .filter((at) => at > shift.start && at < shift.end);
  const starts = [...new Set([shift.start, ...changes])].sort((a, b) => a - b);
  return starts.map((start, index) => ({
    start,
    end: starts[index + 1] ?? shift.end,
    owner: serviceAt(shift, turnsOf(layer), absences, start),
  }));
}

function within<Owner>(claims: readonly Claim<Owner>[], span: Span): Claim<Owner>[] {
  return claims
    .filter(({ start, end }) => start < span.end && end > span.start)
    .map((claim) => ({
      ...claim,
      start: Math.max(claim.start, span.start),
      end: Math.min(claim.end, span.end),
    }));
}
