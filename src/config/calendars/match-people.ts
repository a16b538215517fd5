/** Whom an event concerns: its attendees, or whoever its title names. Used by `read-calendar`. */
import type { Person } from "#domain/team";
import type { CalendarEvent } from "./read-event.ts";

/**
 * The surest sign that leads to anybody is taken: an attendee's address, or name where the address is nobody's; then the
 * title. Empty for nobody.
 *
 * Programs add whoever makes an event to its attendees. So the organiser counts like any attendee, unless the title names
 * somebody else: then it is about them. `isForOne`: so it is where it names one of several attendees, or where besides
 * the organiser there is one.
 */
export function matchPeople(
  event: Pick<CalendarEvent, "attendees" | "organiser" | "summary">,
  people: readonly Person[],
  isForOne: boolean,
): readonly Person[] {
  const attending = attendingOf(event, people);
  const others = attending.filter((person) => addressOf(person) !== event.organiser);
  // The title costs more, and a single guest is as sure as can be.
  if (attending.length === 1 && others.length === 1) return attending;
  const named = namedBy(event.summary, people);
  const both = attending.filter((person) => named.includes(person));
  if (attending.length === 0 || (others.length === 0 && both.length === 0 && named.length > 0)) return named;
  if (isForOne && both.length > 0) return both;
  const isAboutOthers = both.length > 0 && both.every((person) => others.includes(person));
  return isAboutOthers || (isForOne && others.length > 0) ? others : attending;
}

function attendingOf(
  { attendees }: Pick<CalendarEvent, "attendees">,
  people: readonly Person[],
): readonly Person[] {
  if (attendees.length === 0) return [];
  const known = new Set(people.map(addressOf));
  const addresses = new Set<string | null>();
  const names = new Set<string>();
  for (const { address, name } of attendees) {
    if (address !== null && known.has(address)) addresses.add(address);
    else if (plain(name) !== "") names.add(plain(name));
  }
  return people.filter((person) => {
    const address = addressOf(person);
    return (address !== null && addresses.has(address)) || (names.size > 0 && names.has(plain(person.name)));
  });
}

function addressOf({ email }: Person): string | null {
  return email?.toLowerCase() ?? null;
}

/** A title that is nothing but a name or an id; an address, a whole name or an id somewhere in it, in this order. */
function namedBy(summary: string, people: readonly Person[]): readonly Person[] {
  const title = plain(summary);
  const padded = ` ${title} `;
  const holds = (text: string): boolean => text !== "" && padded.includes(` ${text} `);
  const signs: readonly ((person: Person) => boolean)[] = [
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
