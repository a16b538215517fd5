/** `tocsin roster import FILE.csv --team team.yaml`: takes people over from a spreadsheet, keeping the file's comments. */
import { readFile, stat } from "node:fs/promises";
import { editTeamText, upsertPerson, type WrittenPerson } from "#config/edit-team-file";
import { printFault } from "#config/fault";
import { loadTeam } from "#config/load-team";
import { readTeamFile } from "#config/read-team-file";
import { maxRosterBytes, readRoster, type Roster } from "#config/roster/read-roster";
import { writeTeamFile } from "#config/write-team-file";
import type { Team } from "#domain/team";
import { loadOptions } from "#compose/team-file";
import { CommandFailure, exitCodes, refused, wrongUsage, type Output } from "./outcome.ts";
import { usageLine, type Given } from "./usage.ts";

export async function roster(given: Given, output: Output): Promise<number> {
  const [action, csv] = given.words;
  const file = given.text("team");
  if (action !== "import" || csv === undefined || file === undefined) throw wrongUsage(usageLine("roster"));
  const options = loadOptions(Date.now);
  const read = await readTeamFile(file);
  const loaded = read.ok ? loadTeam(read.text, file, options) : read;
  if (!read.ok || !loaded.ok) throw faulty(file, loaded.ok ? [] : loaded.faults);
  const reading = readRoster(await bytesOf(csv), csv, loaded.team.people);
  if (!reading.ok) throw faulty(csv, reading.faults);
  const { people, warnings } = reading.roster;
  const edited = editTeamText(read.text, people.map(upsertPerson), file, options);
  if (!edited.ok) throw faulty(file, edited.faults);

  const isDry = given.flag("dry-run");
  const changes = compare(loaded.team, edited.loaded.team, people);
  if (!isDry && edited.text !== read.text) {
    const written = await writeTeamFile(file, read.text, edited.text);
    if (!written.ok) throw refused(written.text);
  }
  if (given.flag("json"))
    output.out(JSON.stringify({ ...changes, warnings, written: !isDry && edited.text !== read.text }));
  else print(changes, reading.roster, file, isDry, output);
  return exitCodes.done;
}

interface Changes {
  readonly added: readonly string[];
  readonly changed: readonly { readonly id: string; readonly keys: readonly string[] }[];
  readonly unchanged: readonly string[];
  /** In the team and not in the roster: left as they are. */
  readonly missing: readonly string[];
}

function compare(before: Team, after: Team, people: readonly WrittenPerson[]): Changes {
  const [was, is] = [before, after].map(
    (team) => new Map<string, object>(team.people.map((each) => [each.id, each])),
  );
  const differing = people.map(({ id, ...keys }) => ({
    id,
    keys: Object.keys(keys).filter((key) => valueOf(was!.get(id), key) !== valueOf(is!.get(id), key)),
  }));
  const known = differing.filter(({ id }) => was!.has(id));
  const listed = new Set(people.map(({ id }) => id));
  return {
    added: people.map(({ id }) => id).filter((id) => !was!.has(id)),
    changed: known.filter(({ keys }) => keys.length > 0),
    unchanged: known.filter(({ keys }) => keys.length === 0).map(({ id }) => id),
    missing: [...was!.keys()].filter((id) => !listed.has(id)),
  };
}

function valueOf(person: object | undefined, key: string): unknown {
  return (person as Record<string, unknown> | undefined)?.[key];
}

function print(
  changes: Changes,
  { encoding, warnings }: Roster,
  file: string,
  isDry: boolean,
  output: Output,
): void {
  for (const warning of warnings) output.out(printFault(warning));
  for (const id of changes.added) output.out(`+ ${id}`);
  for (const { id, keys } of changes.changed) output.out(`~ ${id}: ${keys.join(", ")}`);
  for (const id of changes.missing) output.out(`? ${id} is not in the roster, and stays in the team`);
  const { added, changed, unchanged } = changes;
  const count = `${added.length} added, ${changed.length} changed, ${unchanged.length} as they were`;
  output.out(
    `${file}: ${count}${isDry ? " (nothing written: --dry-run)" : ""}. The roster was read as ${encoding}.`,
  );
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > maxRosterBytes)
      throw wrongUsage(`${file} is larger than 10 MiB, which no roster needs to be.`);
    return await readFile(file);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw wrongUsage(`${file} cannot be read: ${(error as Error).message}.`);
  }
}

function faulty(file: string, faults: readonly Parameters<typeof printFault>[0][]): CommandFailure {
  return wrongUsage(`${file} is not taken over, nothing was written:\n${faults.map(printFault).join("\n")}`);
}
