/** `tocsin oncall --team-new FILE`: who would be on call instead, if the team file were edited so. */
import { peopleOf } from "#domain/crew";
import { compareSchedules } from "#domain/reports/compare-schedules";
import type { Team } from "#domain/team";
import { refused, type Output } from "./outcome.ts";
import { tableLines } from "./table.ts";
import { intervalOf, iso } from "./team-argument.ts";
import type { Given } from "./usage.ts";
import { namesOf, zonedText } from "./zoned-time.ts";

/** How far ahead, when no end is given. */
const defaultDays = 30;

/** Times without an offset are the old team's. JSON: `[{schedule, start, end, before, after}]`, null is nobody;
 * with `allBefore` and `allAfter` where several are on call together. */
export function printScheduleChanges(team: Team, newTeam: Team, given: Given, output: Output): void {
  const { from, to } = intervalOf(given, team, defaultDays);
  const wanted = given.text("schedule");
  const known = [...team.schedules, ...newTeam.schedules];
  if (wanted !== undefined && !known.some(({ id }) => id === wanted))
    throw refused(`There is no schedule ${wanted} in either file.`);
  const changes = compareSchedules(team, newTeam, from, to).filter(
    ({ schedule }) => wanted === undefined || schedule === wanted,
  );
  if (given.flag("json")) {
    output.out(
      JSON.stringify(
        changes.map((change) => ({ ...change, start: iso(change.start), end: iso(change.end) })),
      ),
    );
    return;
  }
  const rows = changes.map((change) => {
    const { schedule, start, end, before, after } = change;
    const { timeZone } = known.find(({ id }) => id === schedule)!;
    const now = namesOf(newTeam, peopleOf({ person: after, persons: change.allAfter }));
    const then = namesOf(team, peopleOf({ person: before, persons: change.allBefore }));
    const who = `${now} instead of ${then}`;
    return [schedule, zonedText(timeZone, start), "to", zonedText(timeZone, end), who];
  });
  const interval = `from ${zonedText(team.timeZone, from)} to ${zonedText(team.timeZone, to)}`;
  if (rows.length === 0) output.out(`Nothing changes ${interval}: the same people are on call.`);
  else output.out([`What changes ${interval}:`, ...tableLines(rows, 2)].join("\n"));
}
