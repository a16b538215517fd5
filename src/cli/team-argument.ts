/**
 * What the commands about a team file have in common: the file, times, intervals, schedules and people by id. Used by
 * `oncall`, `coverage`, `duty`, `fairness` and `simulate`. Every function throws a CommandFailure with the remedy.
 */
import { withCalendars } from "#compose/calendars-once";
import { printFault } from "#config/fault";
import { loadTeam } from "#config/load-team";
import { readTeamFile } from "#config/read-team-file";
import { instantOf, parseWrittenTime } from "#config/written-time";
import type { EpochMs, ScheduleId } from "#domain/ids";
import { scheduleFaults } from "#domain/reports/schedule-faults";
import type { Person, Team } from "#domain/team";
import { visible } from "./alert-text.ts";
import { refused, wrongUsage, type Output } from "./outcome.ts";
import { usageLine, type Given } from "./usage.ts";

export const dayMs = 86_400_000;
/** Ten years. Schedules are exact, so a longer interval costs time and lines for nothing that anybody plans. */
export const longestDays = 3660;

/**
 * The team of `--team`, or of another option that names a file, with what its calendars say now. One that cannot be read
 * is told on stderr: the answer is right without it, and is not the whole one.
 */
export async function teamOf(given: Given, output: Output, option = "team"): Promise<Team> {
  const file = given.text(option);
  if (file === undefined) throw wrongUsage(usageLine(given.command));
  const read = await readTeamFile(file);
  // Warnings are the business of `tocsin check`.
  const loaded = read.ok
    ? loadTeam(read.text, file, {
        env: process.env,
        findFaults: (team) => scheduleFaults(team, Date.now()),
      })
    : read;
  if (!loaded.ok) throw wrongUsage(`${file} is invalid:\n${loaded.faults.map(printFault).join("\n")}`);
  const { team, problems } = await withCalendars(loaded.team, loaded.calendars, Date.now());
  for (const problem of problems) output.error(`tocsin: ${visible(problem)}`);
  return team;
}

/** An instant, or a wall-clock time in the team's zone. */
export function timeOf(text: string, team: Team): EpochMs {
  const parsed = parseWrittenTime(text);
  if (!parsed.ok) throw wrongUsage(`"${text}": ${parsed.text}`);
  return instantOf(parsed.value, team.timeZone);
}

export interface Interval {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** `--from` and `--to`: from now on, and for `days`, unless told otherwise. */
export function intervalOf(given: Given, team: Team, days: number): Interval {
  const [from, to] = [given.text("from"), given.text("to")];
  const start = from === undefined ? wholeSecond(Date.now()) : timeOf(from, team);
  const end = to === undefined ? start + days * dayMs : timeOf(to, team);
  return checkedInterval(start, end);
}

export function checkedInterval(from: EpochMs, to: EpochMs): Interval {
  if (to <= from) throw wrongUsage("--to must be later than --from.");
  if (to - from > longestDays * dayMs)
    throw wrongUsage(
      `--from and --to are more than ${longestDays} days (10 years) apart; ask for a part of it.`,
    );
  return { from, to };
}

/** `--schedule`, or all of them. */
export function schedulesOf(given: Given, team: Team): readonly ScheduleId[] {
  const wanted = given.text("schedule");
  const ids = team.schedules.map(({ id }) => id);
  if (wanted === undefined) return ids;
  const found = ids.find((id) => id === wanted);
  if (found === undefined)
    throw refused(`There is no schedule ${wanted}; the team has: ${ids.join(", ") || "none"}.`);
  return [found];
}

export function personOf(id: string, team: Team): Person {
  const found = team.people.find((person) => person.id === id);
  if (found !== undefined) return found;
  throw refused(`There is no person ${id}; the team has: ${team.people.map((one) => one.id).join(", ")}.`);
}

/** Contract §3 prints whole seconds, in UTC. */
export function iso(at: EpochMs): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

function wholeSecond(at: EpochMs): EpochMs {
  return Math.floor(at / 1000) * 1000;
}
