/** Whom an event concerns: its attendees, or whoever its title names. Used by `read-calendar`. */
import type { Person } from "#domain/team";
import type { CalendarEvent } from "./read-event.ts";

/**
 * The surest sign that leads to anybody is taken: an attendee's address; a title that is nothing but a name or an id; an
 * address, a whole name or an id somewhere in the title, in this order. Empty for nobody.
 */
export function matchPeople(
  { attendees, summary }: Pick<CalendarEvent, "attendees" | "summary">,
  people: readonly Person[],
): readonly Person[] {
  const title = plain(summary);
  const padded = ` ${title} `;
  const holds = (text: string): boolean => text !== "" && padded.includes(` ${text} `);
  const signs: readonly ((person: Person) => boolean)[] = [
    ({ email }) => email !== undefined && attendees.includes(email.toLowerCase()),
    ({ id, name }) => title !== "" && (title === plain(name) || title === plain(id)),
    ({ email }) => email !== undefined && summary.toLowerCase().includes(email.toLowerCase()),
    ({ name }) => holds(plain(name)),
    ({ id }) => holds(plain(id)),
  ];
  for (const sign of signs) {
    const found = people.filter(sign);
    if (found.length > 0) return found;
  }
  return [];
}

/** Words in lower case with single blanks between them, so that `Urlaub: Ana  RUIZ` has `ana ruiz`. */
function plain(text: string): string {
  return text
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, " ")
    .trim();
}
