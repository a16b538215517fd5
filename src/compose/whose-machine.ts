/** Whose machine this is. Used by `compose`. */
import type { MachineId, PersonId } from "#domain/ids";
import type { Team } from "#domain/team";
import type { Engine } from "#engine/ports";

/** As it was started; else as the team's machines are known; else the only person there is. */
export function ownerOf(
  given: string | null,
  { state }: Pick<Engine, "state">,
  self: MachineId,
  team: Team | undefined,
): PersonId | null {
  const people = team?.people ?? [];
  if (given !== null) return people.find(({ id }) => id === given)?.id ?? null;
  const recorded = state.machines.get(self)?.person ?? null;
  return recorded ?? (people.length === 1 ? people[0]!.id : null);
}

/** Why `--person` cannot be meant: null when there is nothing wrong. `refused`: the faults of a team file that does not count. */
export function whyNotTheirs(
  given: string | null,
  owner: PersonId | null,
  { people }: Team,
  refused: string | null,
): string | null {
  if (given === null || owner !== null || people.length === 0) return null;
  const said = `--person ${given} is not in the team; it has: ${people.map(({ id }) => id).join(", ")}.`;
  return refused === null
    ? said
    : `The team file is invalid, so the last good one counts:\n${refused}\n${said}`;
}
