/**
 * Those who are on duty together: the people of a turn, or of a moment. Nearly always one. Used wherever it is said who is
 * on call, and by whoever asks for all of them.
 */
import type { PersonId } from "./ids.ts";
import type { Layer } from "./team.ts";

/** In the order of the turn, each once. Of a turn it may be empty; of a claim or a segment it never is. */
export type Crew = readonly PersonId[];

/** The turns of a layer's rotation: shift k belongs to turn k mod n. */
export function turnsOf({ participants, turns }: Pick<Layer, "participants" | "turns">): readonly Crew[] {
  return turns ?? participants.map((person) => [person]);
}

/** Everybody who takes part in a layer, each once. */
export function membersOf(layer: Pick<Layer, "participants" | "turns">): PersonId[] {
  return [...new Set(turnsOf(layer).flat())];
}

/** Whoever is on duty in a segment, as `finalSchedule` gives it; nobody is an empty list. */
export function peopleOf({ person, persons }: OnDuty): Crew {
  return persons ?? (person === null ? [] : [person]);
}

/** As it is shown: `persons` holds all where there are several, and `person` the first; null is nobody. */
export interface OnDuty {
  readonly person: PersonId | null;
  readonly persons?: Crew | undefined;
}

export function onDuty(crew: Crew | null): OnDuty {
  if (crew === null || crew.length < 2) return { person: crew?.[0] ?? null };
  return { person: crew[0]!, persons: crew };
}

/** The same people, in whatever order. */
export function isSameCrew(one: Crew, other: Crew): boolean {
  return one.length === other.length && one.every((person) => other.includes(person));
}
