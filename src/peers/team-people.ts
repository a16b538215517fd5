/**
 * Whose desktops are attached anywhere in the team, and whether somebody is there: the engine is told whenever that
 * changes. Fed by `round.ts`.
 */
import type { PersonId } from "#domain/ids";
import type { Input } from "#domain/input";
import { bestPresence, isAway, type PersonPresence, type Presence } from "#domain/presence";

type DesktopsChanged = Extract<Input, { kind: "desktops-changed" }>;
type PeopleOfMachines = readonly (readonly PersonPresence[])[];

export class TeamPeople {
  private known: PeopleOfMachines = [];
  /** An engine begins with nobody. */
  private told = JSON.stringify(everybody([]));

  constructor(private readonly tell: (change: DesktopsChanged) => void) {}

  /** Of each machine that is reached now. What has not changed is the very same list: then there is nothing to do. */
  are(machines: PeopleOfMachines): void {
    if (machines.length === this.known.length && machines.every((list, index) => list === this.known[index]))
      return;
    this.known = machines;
    const change = everybody(machines);
    const written = JSON.stringify(change);
    if (written === this.told) return;
    this.told = written;
    this.tell(change);
  }
}

/** Everybody once, at the best of their machines, sorted. */
function everybody(machines: PeopleOfMachines): DesktopsChanged {
  const presences = new Map<PersonId, Presence[]>();
  for (const { person, presence } of machines.flat())
    presences.set(person, [...(presences.get(person) ?? []), presence]);
  const all = [...presences]
    .map(([person, ofOne]) => ({ person, presence: bestPresence(ofOne) }))
    .sort((a, b) => (a.person < b.person ? -1 : 1));
  return {
    kind: "desktops-changed",
    people: all.map(({ person }) => person),
    away: all.filter(({ presence }) => isAway(presence)),
  };
}
