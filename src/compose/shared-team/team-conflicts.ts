/**
 * Two people changed the team file while their machines could not hear each other: one of the two texts is in force, the
 * other one is kept beside it, and somebody is told. Used by `shared-team-file`; `team-rivals` says when.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { EpochMs, MachineId, PersonId } from "#domain/ids";
import type { State } from "#domain/state";
import { writePrivately } from "#system/data-directory";
import { secretHider, withoutSecrets } from "./hidden-secrets.ts";
import { lineDifference } from "./line-difference.ts";

/** For people: what the alert about it says. */
export interface TeamConflict {
  /** The same on every machine, so that all of them raise one alert. */
  readonly key: string;
  readonly title: string;
  readonly details: Readonly<Record<string, string>>;
}

export interface LostEdit {
  readonly key: string;
  readonly text: string;
  readonly by: PersonId | null;
  readonly machine: MachineId | null;
  readonly at: EpochMs;
}

/** Keeps the text that is not in force, and words it. `keptAs` is left out where the disk does not take it. */
export function tellOfConflict(
  lost: LostEdit,
  inForce: { readonly text: string; readonly by: PersonId | null; readonly machine: MachineId | null },
  data: string,
  { machines, team }: Pick<State, "machines" | "team">,
): TeamConflict {
  const keptAs = keep(lost, data);
  const named = (person: PersonId | null, machine: MachineId | null) => {
    const name = team?.people.find(({ id }) => id === person)?.name;
    const place = machine === null ? "this machine" : (machines.get(machine)?.name ?? machine);
    return withoutSecrets(name === undefined ? `somebody on ${place}` : `${name} on ${place}`);
  };
  return {
    key: `team-conflict-${lost.key}`,
    title: `Two changes of the team file at once: the one by ${named(lost.by, lost.machine)} is not in force`,
    details: {
      "not in force": `${named(lost.by, lost.machine)}, ${minute(lost.at)}`,
      "in force": named(inForce.by, inForce.machine),
      difference: shownDifference(inForce.text, lost.text),
      ...(keptAs !== null && { "kept as": keptAs }),
      remedy: "Look at both, and write what is missing into the team file.",
    },
  };
}

function shownDifference(inForce: string, lost: string): string {
  const { lines, leftOut, added, removed } = lineDifference(inForce, lost);
  const shown = secretHider(inForce, lost);
  if (shown === null) return `${added} lines more and ${removed} lines less than what is in force`;
  const more = leftOut === 0 ? [] : [`… and ${leftOut} more lines`];
  return [...lines.map((line) => line.slice(0, 2) + shown(line.slice(2))), ...more].join("\n");
}

/** DATA/team-conflicts/20260301T120000Z-MACHINE.yaml; never over another one. */
function keep({ at, machine, text }: LostEdit, data: string): string | null {
  const folder = join(data, "team-conflicts");
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
