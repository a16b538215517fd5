/**
 * What a team file's check warns of besides the gaps of its schedules: policies and tiers that reach nobody for a while,
 * people who are asked by name while they are away, and shifts whose participant is away without a substitute. One line a
 * place; `tocsin coverage` tells everything.
 */
import type { EpochMs } from "../ids.ts";
import { localText } from "../oncall/wall-clock.ts";
import type { Span } from "../oncall/timeline.ts";
import type { Step, Target, Team } from "../team.ts";
import { policyCoverage, type PolicyCoverage } from "./policy-coverage.ts";
import { awayStretches } from "./reach.ts";
import { unsubstitutedShifts } from "./unsubstituted-shifts.ts";

export interface CoverageWarning {
  /** The keys and indexes that lead to the place in the team, as in the file: `["policies", 0]`. */
  readonly path: readonly (string | number)[];
  /** Times in UTC. */
  readonly text: string;
}

/** Looks at `[from, to)`. */
export function coverageWarnings(team: Team, from: EpochMs, to: EpochMs): CoverageWarning[] {
  const coverage = policyCoverage(team, from, to);
  return [
    ...policyWarnings(team, coverage, from, to),
    ...tierWarnings(team, coverage, from, to),
    ...namedWarnings(team, from, to),
    ...absenceWarnings(team, from, to),
  ];
}

function policyWarnings(
  team: Team,
  coverage: readonly PolicyCoverage[],
  from: EpochMs,
  to: EpochMs,
): CoverageWarning[] {
  return coverage.flatMap(({ policy, holes }, index) => {
    const hasSchedule = team.policies[index]!.steps.some((step) => asks(step, "schedule"));
    return holes.flatMap(({ severities, stretches }) => {
      // Without a schedule it is so at all times, and the check of the file says why.
      if (!hasSchedule && isWhole(stretches, from, to)) return [];
      const alerts = severities.length === 4 ? "any alert" : `${severities.join(", ")} alerts`;
      const text = `${policy} reaches nobody for ${alerts} ${firstOf(stretches)}; tocsin coverage lists every stretch`;
      return [{ path: ["policies", index], text }];
    });
  });
}

/** Tiers that are skipped while everybody whom they could ask is away. Of schedules the gaps tell. */
function tierWarnings(
  team: Team,
  coverage: readonly PolicyCoverage[],
  from: EpochMs,
  to: EpochMs,
): CoverageWarning[] {
  return coverage.flatMap(({ steps }, index) =>
    steps.flatMap((silent, tier) => {
      const step = team.policies[index]!.steps[tier]!;
      if (silent.length === 0 || steps.length === 1 || asks(step, "schedule") || isWhole(silent, from, to))
        return [];
      const text = `everybody whom this step could ask is away ${firstOf(silent)}, so it is skipped then; add somebody who is there`;
      return [{ path: ["policies", index, "steps", tier], text }];
    }),
  );
}

/** Contract §3: who is away is asked by name all the same. */
function namedWarnings(team: Team, from: EpochMs, to: EpochMs): CoverageWarning[] {
  return team.policies.flatMap(({ steps }, index) =>
    steps.flatMap(({ notify }, tier) =>
      notify.flatMap((target, place) => {
        if (target.kind !== "person") return [];
        const away = awayStretches(team, target.id).filter(({ start, end }) => start < to && end > from);
        if (away.length === 0) return [];
        const text = `${target.id} is named here, so is asked although away ${firstOf(away)}; name a schedule or a group instead, or add somebody who is there`;
        return [{ path: ["policies", index, "steps", tier, "notify", place], text }];
      }),
    ),
  );
}

function asks({ notify }: Step, kind: Target["kind"]): boolean {
  return notify.some((target) => target.kind === kind);
}

function isWhole([first]: readonly Span[], from: EpochMs, to: EpochMs): boolean {
  return first !== undefined && first.start <= from && first.end >= to;
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
    const text = `${absence.person} is away for a whole shift of ${first.schedule}, ${firstOf(missed)}, without a substitute who could come; ${standIns} serves it then, so name a substitute, or add an override, if that is not meant`;
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
