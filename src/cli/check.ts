/** `tocsin check FILE`: every fault and warning of a team file, one a line. */
import { printFault } from "#config/fault";
import { loadTeam, type LoadedTeam } from "#config/load-team";
import { readTeamFile } from "#config/read-team-file";
import { loadOptions } from "#compose/team-file";
import { exitCodes, type Output } from "./outcome.ts";
import type { Given } from "./usage.ts";
import { counted } from "./zoned-time.ts";

export async function check(given: Given, output: Output): Promise<number> {
  const file = given.words[0]!;
  const loaded = await readTeam(file);
  const faults = loaded.ok ? loaded.warnings : loaded.faults;
  if (given.flag("json")) {
    output.out(JSON.stringify({ ok: loaded.ok, faults }));
  } else {
    for (const fault of faults) (fault.severity === "error" ? output.error : output.out)(printFault(fault));
    if (loaded.ok) {
      const { people, schedules, policies } = loaded.team;
      output.out(
        `${file}: valid. ${people.length} people, ${schedules.length} schedules, ${policies.length} policies.`,
      );
      if (loaded.calendars.length > 0)
        output.out(
          `${counted(loaded.calendars.length, "calendar")} not read, here only the file counts; tocsin coverage --team ${file} reads all.`,
        );
    }
  }
  return loaded.ok ? exitCodes.done : exitCodes.wrongUsage;
}

/** A file that cannot be read is a fault like any other. */
export async function readTeam(file: string): Promise<LoadedTeam> {
  const read = await readTeamFile(file);
  return read.ok ? loadTeam(read.text, file, loadOptions(Date.now)) : read;
}
