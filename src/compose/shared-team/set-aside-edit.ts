/**
 * An edit of the team file that is not in force, or not all of it, since somebody else had changed the same thing: it is
 * kept in a file for its author, who is told of it quietly and nobody else at all. Used by `team-merges`.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { LostChange } from "#config/merge/merge-values";
import type { EpochMs, MachineId, PersonId } from "#domain/ids";
import type { Adoption, State } from "#domain/state";
import { writePrivately } from "#system/data-directory";
import { secretHider, withoutSecrets } from "./hidden-secrets.ts";

/** For people and the log. */
export interface TeamConflict {
  readonly title: string;
  /** What of it is not in force, without secrets. */
  readonly lost: readonly string[];
  /** Null: the disk does not take it. */
  readonly keptAs: string | null;
}

export interface LostEdit {
  readonly text: string;
  readonly by: PersonId | null;
  readonly machine: MachineId | null;
  readonly at: EpochMs;
  readonly lost: readonly LostChange[];
}

export interface SetAsideOptions {
  readonly data: string;
  /** The team file. */
  readonly file: string;
  readonly state: Pick<State, "machines" | "team">;
}

export function setAsideEdit(
  edit: LostEdit,
  inForce: { readonly text: string; readonly adoption: Adoption | null },
  { data, file, state }: SetAsideOptions,
): TeamConflict {
  const named = (person: PersonId | null, machine: MachineId | null) => {
    const name = state.team?.people.find(({ id }) => id === person)?.name;
    const place = machine === null ? "this machine" : (state.machines.get(machine)?.name ?? machine);
    return withoutSecrets(name === undefined ? `somebody on ${place}` : `${name} on ${place}`);
  };
  const author = named(edit.by, edit.machine);
  const hide = secretHider(inForce.text, edit.text);
  const lost = edit.lost.map((change) => wordsOf(change, hide));
  const other = named(inForce.adoption?.by ?? null, inForce.adoption?.machine ?? null);
  const note = [
    `An edit of the team file by ${author}, ${minute(edit.at)}, is not in force, or not all of it:`,
    `it was made from an older one than that of ${other}, which stays. Not in force:`,
    ...lost.slice(0, mostShown).map((line) => `  ${line}`),
    ...(lost.length > mostShown ? [`  … and ${lost.length - mostShown} more`] : []),
    `What you still want of it, write into ${file} and save that. Then remove this file.`,
    "The whole edit, as it was made:",
  ];
  const text = `${note.map((line) => `# ${line}\n`).join("")}\n${edit.text}`;
  return {
    title: `The edit of the team file by ${author} is not in force, or not all of it`,
    lost,
    keptAs: keep(edit, text, data),
  };
}

const mostShown = 40;

function wordsOf({ path, ours, theirs }: LostChange, hide: ((line: string) => string) | null): string {
  if (path.length === 0) return "all of it: it is not valid, or nobody knows what it was made from";
  const place = withoutSecrets(path.join(" › "));
  if (path[0] === "comments") return "its comments, in which alone it differs";
  // As the file has it, so that what is a secret there is hidden here.
  const word = (value: unknown) =>
    value === undefined ? "not there" : (hide?.(JSON.stringify({ [path.at(-1)!]: value })) ?? "…");
  return `${place}: ${word(ours)}; in force: ${word(theirs)}`;
}

/** DATA/team-conflicts/20260301T120000Z-MACHINE.yaml; never over another one. */
function keep({ at, machine }: LostEdit, text: string, data: string): string | null {
  const folder = conflictsFolder(data);
  const time = new Date(at).toISOString().replace(/\.\d+|[-:]/g, "");
  const name = `${time}-${/^[a-z0-9]{1,40}$/.exec(machine ?? "")?.[0] ?? "here"}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    let file = join(folder, `${name}.yaml`);
    for (let nth = 2; existsSync(file); nth += 1) file = join(folder, `${name}-${nth}.yaml`);
    writePrivately(file, text);
    return file;
  } catch {
    return null;
  }
}

function minute(at: EpochMs): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

export const conflictsFolder = (data: string) => join(data, "team-conflicts");
