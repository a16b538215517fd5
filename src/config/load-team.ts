/**
 * Reads a team file: the team for the engine, the secrets for those who need them, or every fault at once. Called by
 * `tocsin check`, by compose at start, and by `watch-team`. Source: contract §2.
 *
 * Never throws for what a file says. Pure, but for the environment that is handed in.
 */
import type { EpochMs, IntegrationId, ScheduleId } from "#domain/ids";
import type { Integration, Team } from "#domain/team";
import { type CalendarSource, calendarSource } from "./calendars/calendar-source.ts";
import { checkConsistency } from "./check-consistency.ts";
import { checkOverlaps } from "./check-overlaps.ts";
import { checkReachability } from "./check-reachability.ts";
import { checkReferences } from "./check-references.ts";
import {
  checkPort,
  missingPasswordVariable,
  type EmailSettings,
  type Environment,
  resolveEmail,
} from "./email-schema.ts";
import { checkUsage } from "./check-usage.ts";
import { type Fault, type Path, printPath, type Report } from "./fault.ts";
import { fileFault } from "./read-team-file.ts";
import { normaliseTeam } from "./normalise-team.ts";
import { checkReviews, type Review, reviewsOf } from "./review.ts";
import { reportIssues } from "./schema-faults.ts";
import { teamSchema } from "./team-schema.ts";
import { child } from "./written-tree.ts";
import { readYaml } from "./yaml-source.ts";

export type LoadedTeam =
  | {
      readonly ok: true;
      readonly team: Team;
      readonly secrets: TeamSecrets;
      readonly calendars: readonly CalendarSource[];
      /** When the team and its schedules were last looked through, where the file says so. */
      readonly reviews: readonly Review[];
      readonly warnings: readonly Fault[];
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** What the file says and the team must not carry into journals and facts. */
export interface TeamSecrets {
  readonly integrationKeys: readonly {
    readonly id: IntegrationId;
    readonly type: Integration["type"];
    readonly key: string;
  }[];
  /** Null without an `email` section. */
  readonly email: EmailSettings | null;
  /** The environment variable that the mail password should come from and that is not set. */
  readonly missingVariable: string | null;
}

export interface LoadOptions {
  /** Where `{ env: NAME }` is looked up: `process.env`. */
  readonly env: Environment;
  /** What the calculation that is to be used cannot do, asked of that very calculation. */
  readonly findFaults?: (team: Team) => readonly { readonly path: Path; readonly reason: string }[];
  /** Stretches in which nobody is on call; without it the file is not searched for them. */
  readonly findGaps?: (team: Team) => readonly ScheduleGap[];
  /** Without it nobody is reminded to look through the file. */
  readonly now?: () => EpochMs;
  /** What else only the domain can tell; each a warning at its place. */
  readonly findWarnings?: (team: Team) => readonly { readonly path: Path; readonly text: string }[];
}

export interface ScheduleGap {
  readonly schedule: ScheduleId;
  readonly start: EpochMs;
  readonly end: EpochMs;
}

/** `file` is the name that faults are printed with, and what relative paths in the file start from. Faults come sorted by position. */
export function loadTeam(text: string, file: string, options: LoadOptions): LoadedTeam {
  try {
    return load(text, file, options);
  } catch (error) {
    return { ok: false, faults: [fileFault(file, brokenText(error))] };
  }
}

/** For what no check has foreseen. */
export function brokenText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `Tocsin cannot work with this file (${message.replace(/\.$/, "")}); take back the last change, and report this`;
}

function load(
  text: string,
  file: string,
  { env, findFaults, findGaps, findWarnings, now }: LoadOptions,
): LoadedTeam {
  const source = readYaml(text);
  const faults: Fault[] = source.faults.map((fault) => ({
    ...fault,
    file,
    path: printPath(fault.path),
    severity: "error",
  }));
  if (source.value === undefined) return { ok: false, faults: sorted(faults) };

  const reporter =
    (severity: Fault["severity"], into: Fault[]): Report =>
    (path, said, of = "value") => {
      into.push({ file, ...source.position(path, of), path: printPath(path), text: said, severity });
    };
  const report = reporter("error", faults);
  const written = { value: source.value, path: [] };
  const parsed = teamSchema.safeParse(source.value);
  if (!parsed.success) reportIssues(parsed.error.issues, report);
  checkReferences(written, report);
  checkConsistency(written, report);
  if (!parsed.success || faults.length > 0) return { ok: false, faults: sorted(faults) };

  const team = normaliseTeam(parsed.data);
  for (const { path, reason } of findFaults?.(team) ?? [])
    report(path, `cannot be worked out: ${reason}; change its rules, times or time zone`);
  if (faults.length > 0) return { ok: false, faults: sorted(faults) };
  const integrationKeys = parsed.data.integrations.map(({ id, type, key }) => ({
    id: id as IntegrationId,
    type,
    key,
  }));
  const email = parsed.data.email === undefined ? null : resolveEmail(parsed.data.email, file, env);
  const warnings: Fault[] = [];
  const warn = reporter("warning", warnings);
  const missingVariable = missingPasswordVariable(child(written, "email"), env, warn);
  checkReachability(team, warn);
  checkOverlaps(team, warn);
  checkUsage(team, warn);
  if (email !== null) checkPort(email, warn);
  if (findGaps !== undefined) reportGaps(team, findGaps(team), warn);
  for (const { path, text: said } of findWarnings?.(team) ?? []) warn(path, said);
  const reviews = reviewsOf(parsed.data);
  if (now !== undefined) checkReviews(reviews, now(), warn);
  return {
    ok: true,
    team,
    secrets: { integrationKeys, email, missingVariable },
    calendars: parsed.data.calendars.map((calendar) => calendarSource(calendar, file)),
    reviews,
    warnings: sorted(warnings),
  };
}

/** One warning for each schedule: its first gap, and how many more there are. */
function reportGaps(team: Team, gaps: readonly ScheduleGap[], warn: Report): void {
  team.schedules.forEach(({ id }, index) => {
    const [first, ...more] = gaps.filter((gap) => gap.schedule === id);
    if (first === undefined) return;
    const rest = more.length === 0 ? "" : ` (and ${more.length} more ${more.length === 1 ? "gap" : "gaps"})`;
    warn(
      ["schedules", index],
      `nobody is on call from ${utc(first.start)} to ${utc(first.end)}${rest}; tocsin coverage lists every gap`,
    );
  });
}

function utc(at: EpochMs): string {
  return new Date(at).toISOString().replace(".000", "");
}

function sorted(faults: readonly Fault[]): readonly Fault[] {
  const unique = new Map(faults.map((fault) => [JSON.stringify(fault), fault]));
  return [...unique.values()].sort(
    (a, b) => a.line - b.line || a.column - b.column || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
  );
}
