/**
 * What a team file's check warns of besides the gaps of its schedules: policies that reach nobody for a while, and
 * shifts whose participant is away without a substitute. One line a place; `tocsin coverage` tells everything.
 */
import type { EpochMs } from "../ids.ts";
import { localText } from "../oncall/wall-clock.ts";
import type { Span } from "../oncall/timeline.ts";
import type { Team } from "../team.ts";
import { policyCoverage } from "./policy-coverage.ts";
import { unsubstitutedShifts } from "./unsubstituted-shifts.ts";

export interface CoverageWarning {
  /** The keys and indexes that lead to the place in the team, as in the file: `["policies", 0]`. */
  readonly path: readonly (string | number)[];
  /** Times in UTC. */
  readonly text: string;
}

/** Looks at `[from, to)`. */
export function coverageWarnings(team: Team, from: EpochMs, to: EpochMs): CoverageWarning[] {
  return [...policyWarnings(team, from, to), ...absenceWarnings(team, from, to)];
}

function policyWarnings(team: Team, from: EpochMs, to: EpochMs): CoverageWarning[] {
  return policyCoverage(team, from, to).flatMap(({ policy, holes }, index) => {
    const hasSchedule = team.policies[index]!.steps.some(({ notify }) =>
      notify.some(({ kind }) => kind === "schedule"),
    );
    // Without a schedule it is so at all times, and the check of the file says why.
    if (!hasSchedule) return [];
    return holes.map(({ severities, stretches }) => {
      const alerts = severities.length === 4 ? "any alert" : `${severities.join(", ")} alerts`;
      const text = `${policy} reaches nobody for ${alerts} ${firstOf(stretches)}; tocsin coverage lists every stretch`;
      return { path: ["policies", index], text };
    });
  });
}

function absenceWarnings(team: Team, from: EpochMs, to: EpochMs): CoverageWarning[] {
  const shifts = unsubstitutedShifts(team, from, to);
  return team.absences.flatMap((absence, index) => {
    const missed = shifts.filter(
      ({ participant, start }) =>
        participant === absence.person && absence.start <= start && start < absence.end,
    );
    const [first] = missed;
    if (first === undefined) return [];
    const standIns = first.standIns.map((person) => person ?? "nobody").join(", then ");
    const text = `${absence.person} is away for a whole shift of ${first.schedule}, ${firstOf(missed)}, without a substitute who could come; ${standIns} serves it unasked`;
    return [{ path: ["absences", index], text }];
  });
}

function firstOf(spans: readonly Span[]): string {
  const { start, end } = spans[0]!;
  const more = spans.length === 1 ? "" : ` (and ${spans.length - 1} more)`;
  return `from ${utc(start)} to ${utc(end)}${more}`;
}

function utc(at: EpochMs): string {
  const [date, time] = localText(Math.floor(at / 1000) * 1000).split(" ");
  return `${date}T${time!.length === 5 ? `${time}:00` : time}Z`;
}
