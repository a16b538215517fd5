/** `tocsin oncall`: who is on call at a time and why, or the final schedule over an interval (contract §3). */
import { peopleOf } from "#domain/crew";
import type { PersonId, ScheduleId } from "#domain/ids";
import { crewAt, explainOnCall, finalSchedule, onCallJson } from "#domain/oncall/on-call";
import { together } from "#domain/person-names";
import type { Team } from "#domain/team";
import { printExplanations } from "./explain-on-call.ts";
import { exitCodes, wrongUsage, type Output } from "./outcome.ts";
import { printScheduleChanges } from "./schedule-changes.ts";
import { checkedInterval, iso, schedulesOf, teamOf, timeOf } from "./team-argument.ts";
import { usageLine, type Given } from "./usage.ts";

export async function onCall(given: Given, output: Output): Promise<number> {
  const [at, from, to] = [given.text("at"), given.text("from"), given.text("to")];
  const compares = given.text("team-new") !== undefined;
  const moments = (at === undefined ? 0 : 1) + (from === undefined && to === undefined ? 0 : 1);
  if (
    given.text("team") === undefined ||
    (compares ? at !== undefined : moments !== 1 || (from === undefined) !== (to === undefined)) ||
    (given.flag("explain") && at === undefined)
  ) {
    throw wrongUsage(usageLine("oncall"));
  }
  const team = await teamOf(given, output);
  if (compares) {
    printScheduleChanges(team, await teamOf(given, output, "team-new"), given, output);
    return exitCodes.done;
  }
  const schedules = schedulesOf(given, team);
  if (given.flag("explain"))
    printExplanations(team, schedules, timeOf(at!, team), given.flag("json"), output);
  else if (at !== undefined) printMoment(team, schedules, timeOf(at, team), given, output);
  else printInterval(team, schedules, timeOf(from!, team), timeOf(to!, team), given, output);
  return exitCodes.done;
}

function printMoment(
  team: Team,
  schedules: readonly ScheduleId[],
  at: number,
  given: Given,
  output: Output,
): void {
  if (given.flag("json")) {
    output.out(JSON.stringify(onCallJson(team, at, schedules)));
    return;
  }
  for (const id of schedules) {
    const crew = crewAt(team, id, at);
    const { shadow = [] } = explainOnCall(team, id, at).layer ?? {};
    output.out(`${id}  ${idsOf(crew)}${shadow.length === 0 ? "" : `  (shadow: ${together(shadow)})`}`);
  }
}

function printInterval(
  team: Team,
  schedules: readonly ScheduleId[],
  from: number,
  to: number,
  given: Given,
  output: Output,
): void {
  checkedInterval(from, to);
  const found = schedules.map((id) => ({
    id,
    segments: finalSchedule(team, id, from, to).map(({ start, end, ...who }) => ({
      start: iso(start),
      end: iso(end),
      ...who,
    })),
  }));
  if (given.flag("json")) {
    // One schedule: the bare list (contract §3); several: by name.
    const list = given.text("schedule") !== undefined || found.length === 1;
    output.out(
      JSON.stringify(
        list ? found[0]!.segments : Object.fromEntries(found.map(({ id, segments }) => [id, segments])),
      ),
    );
    return;
  }
  for (const { id, segments } of found) {
    output.out(`${id}:`);
    for (const segment of segments)
      output.out(`  ${segment.start}  ${segment.end}  ${idsOf(peopleOf(segment))}`);
  }
}

function idsOf(people: readonly PersonId[]): string {
  return people.length === 0 ? "nobody" : together(people);
}
