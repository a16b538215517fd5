/** Whose desktops are attached anywhere in the team, and whether somebody is there. Used by `peers.ts`. */
import type { PersonId } from "#domain/ids";
import { bestPresence, isAway, type PersonPresence, type Presence } from "#domain/presence";

export interface TeamPeople {
  readonly people: readonly PersonId[];
  readonly away: readonly PersonPresence[];
}

/** Everybody once, at the best of their machines, sorted. */
export function teamPeople(machines: readonly (readonly PersonPresence[])[]): TeamPeople {
  const presences = new Map<PersonId, Presence[]>();
  for (const { person, presence } of machines.flat())
    presences.set(person, [...(presences.get(person) ?? []), presence]);
  const everybody = [...presences]
    .map(([person, ofOne]) => ({ person, presence: bestPresence(ofOne) }))
    .sort((a, b) => (a.person < b.person ? -1 : 1));
  return {
    people: everybody.map(({ person }) => person),
    away: everybody.filter(({ presence }) => isAway(presence)),
  };
}
