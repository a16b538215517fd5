/** `tocsin oncall`: who is on call at a time and why, or the final schedule over an interval (contract §3). */
import type { ScheduleId } from "#domain/ids";
import { finalSchedule, onCallAt } from "#domain/oncall/on-call";
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
  const found = Object.fromEntries(schedules.map((id) => [id, onCallAt(team, id, at)]));
  if (given.flag("json")) output.out(JSON.stringify(found));
  else for (const [id, person] of Object.entries(found)) output.out(`${id}  ${person ?? "nobody"}`);
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
    segments: finalSchedule(team, id, from, to).map(({ start, end, person }) => ({
      start: iso(start),
      end: iso(end),
      person,
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
    for (const { start, end, person } of segments) output.out(`  ${start}  ${end}  ${person ?? "nobody"}`);
  }
}
