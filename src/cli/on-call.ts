/** `tocsin oncall`: who is on call at a time, or the final schedule over an interval (contract §3). */
import { printFault } from "#config/fault";
import type { ScheduleId } from "#domain/ids";
import { finalSchedule, onCallAt } from "#domain/oncall/on-call";
import type { Team } from "#domain/team";
import { instantOf, parseWrittenTime } from "#config/written-time";
import { readTeam } from "./check.ts";
import { exitCodes, refused, wrongUsage, type Output } from "./outcome.ts";
import { usageLine, type Given } from "./usage.ts";

export async function onCall(given: Given, output: Output): Promise<number> {
  const file = given.text("team");
  const [at, from, to] = [given.text("at"), given.text("from"), given.text("to")];
  if (
    file === undefined ||
    (at === undefined) === (from === undefined) ||
    (from === undefined) !== (to === undefined)
  ) {
    throw wrongUsage(usageLine("oncall"));
  }
  const team = await validTeam(file);
  const schedules = schedulesOf(team, given.text("schedule"));
  if (at !== undefined) printMoment(team, schedules, timeOf(at, team), given, output);
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
  if (to <= from) throw wrongUsage("--to must be later than --from.");
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

function schedulesOf(team: Team, wanted: string | undefined): readonly ScheduleId[] {
  const ids = team.schedules.map(({ id }) => id);
  if (wanted === undefined) return ids;
  const found = ids.find((id) => id === wanted);
  if (found === undefined)
    throw refused(`There is no schedule ${wanted}; the team has: ${ids.join(", ") || "none"}.`);
  return [found];
}

async function validTeam(file: string): Promise<Team> {
  const loaded = await readTeam(file);
  if (loaded.ok) return loaded.team;
  throw wrongUsage(`${file} is invalid:\n${loaded.faults.map(printFault).join("\n")}`);
}

/** An instant, or a wall-clock time in the team's zone. */
function timeOf(text: string, team: Team): number {
  const parsed = parseWrittenTime(text);
  if (!parsed.ok) throw wrongUsage(`"${text}": ${parsed.text}`);
  return instantOf(parsed.value, team.timeZone);
}

/** Contract §3 prints whole seconds. */
const iso = (at: number) => new Date(at).toISOString().replace(".000Z", "Z");
