/** People as texts call them, one or several together. */
import type { PersonId } from "./ids.ts";
import type { Team } from "./team.ts";

export function nameOf(team: Team | null, id: PersonId): string {
  return team?.people.find((person) => person.id === id)?.name ?? id;
}

/** `Ana Ruiz`, `Ana Ruiz and Ben`, `Ana Ruiz, Ben and Chi`. */
export function namesOf(team: Team | null, people: readonly PersonId[]): string {
  return together(people.map((person) => nameOf(team, person)));
}

export function together(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)!}`;
}
