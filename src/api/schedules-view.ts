/**
 * The schedules at a glance, as JSON. Built by `compose`, which hands in the domain's reports; asked by the client
 * contract's sessions and by `GET /api/v1/schedules`.
 *
 * The proof of coverage can cost a large team a second, so it is kept for a day and a team; everything else is worked
 * out for each question.
 */
import type { EpochMs } from "#domain/ids";
import { gapWords } from "#domain/gap-words";
import type { CoverageProof } from "#domain/reports/coverage-proof";
import type { SchedulesOverview, Shift } from "#domain/reports/schedules-overview";
import type { Team } from "#domain/team";
import { gapsAtMost, shiftsAtMost, warningsAtMost } from "#wire/schedules-json";
import type { SchedulesJson, ShiftJson } from "#wire/schedules-json";
import { iso } from "./alert-view.ts";

export interface ScheduleReports {
  proveCoverage(team: Team, from: EpochMs, to: EpochMs): CoverageProof;
  schedulesOverview(team: Team, proof: CoverageProof, now: EpochMs): SchedulesOverview;
}

const dayMs = 86_400_000;
/** A day more than is shown, so that a proof serves until its day is over. */
const provedDays = 367;

export class SchedulesView {
  private kept: { readonly team: Team; readonly proof: CoverageProof } | null = null;

  constructor(private readonly reports: ScheduleReports) {}

  /** Null when there is no team yet. */
  at(team: Team | null, now: EpochMs): SchedulesJson | null {
    return team === null ? null : jsonOf(this.reports.schedulesOverview(team, this.proofOf(team, now), now));
  }

  /** A team never changes: another revision is another object. */
  private proofOf(team: Team, now: EpochMs): CoverageProof {
    const from = Math.floor(now / dayMs) * dayMs;
    if (this.kept?.team !== team || this.kept.proof.from !== from)
      this.kept = { team, proof: this.reports.proveCoverage(team, from, from + provedDays * dayMs) };
    return this.kept.proof;
  }
}

function jsonOf({ now, shiftsUntil, coveredUntil, schedules, warnings }: SchedulesOverview): SchedulesJson {
  return {
    now: iso(now),
    shiftsUntil: iso(shiftsUntil),
    coveredUntil: iso(coveredUntil),
    schedules: schedules.map(({ schedule, timeZone, onCall, why, next, shifts, gaps, shadow }) => ({
      id: schedule,
      timeZone,
      onCall: shiftJson(onCall),
      ...(shadow.length > 0 && { shadow: [...shadow] }),
      why,
      next: next === null ? null : shiftJson(next),
      shifts: shifts.slice(0, shiftsAtMost).map(shiftJson),
      shiftCount: shifts.length,
      gaps: gaps.slice(0, gapsAtMost).map(({ start, end, reason }) => ({
        start: iso(start),
        end: iso(end),
        reason,
        text: gapWords[reason],
      })),
      gapCount: gaps.length,
    })),
    warnings: warnings.slice(0, warningsAtMost).map(({ kind, text, stretches }) => ({
      kind,
      text,
      start: iso(stretches[0]!.start),
      end: iso(stretches[0]!.end),
      times: stretches.length,
    })),
    warningCount: warnings.length,
  };
}

function shiftJson({ start, end, person, persons }: Shift): ShiftJson {
  return {
    ...(start !== null && { start: iso(start) }),
    ...(end !== null && { end: iso(end) }),
    person,
    ...(persons !== undefined && { persons: [...persons] }),
  };
}
