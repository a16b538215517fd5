/** Whose duty an override or a swap takes: of the asker, and of those beside. Pure. Used by `override-routes`. */
import { peopleOf } from "#domain/crew";
import type { Duty } from "#domain/duty-command";
import type { PersonId } from "#domain/ids";
import type { Segment } from "#domain/oncall/on-call";
import { together } from "#domain/person-names";

/**
 * What of these segments is the asker's: nobody gives away what is another's. `beside`: who is on duty together with the
 * asker and `person` somewhere in it; an override would send them home too.
 */
export function partsOf(
  segments: readonly Segment[],
  { schedule, person }: Pick<Duty, "schedule" | "person">,
  askedBy: PersonId,
): { readonly parts: readonly Duty[]; readonly beside: readonly PersonId[] } {
  const own = segments.filter((segment) => peopleOf(segment).includes(askedBy));
  return {
    parts: own.map(({ start, end }) => ({ schedule, start, end, person })),
    beside: [...new Set(own.flatMap(peopleOf))].filter((other) => other !== askedBy && other !== person),
  };
}

/** Whom an override sends home where several are on duty together: it puts `person` on call alone. */
export function sentHomeBy(segments: readonly Segment[], person: PersonId): PersonId[] {
  const several = segments.map(peopleOf).filter((crew) => crew.length > 1);
  return [...new Set(several.flat())].filter((other) => other !== person);
}

export function noDuty(person: PersonId, { schedule, start, end }: Omit<Duty, "person">): string {
  const [from, to] = [start, end].map((at) => new Date(at).toISOString());
  return `${person} has no duty in ${schedule} from ${from} to ${to} that is still to come.`;
}

/** Contract §3: an override beats every layer. An absence replaces one of several. */
export function notAlone(person: PersonId, beside: readonly PersonId[], duty: Duty): string {
  const [from, to] = [duty.start, duty.end].map((at) => new Date(at).toISOString());
  return (
    `${person} is on duty in ${duty.schedule} together with ${together(beside)} then, and an override puts one person on ` +
    `call alone. To replace only ${person}, add to the team file under absences: ` +
    `{ person: ${person}, start: ${from}, end: ${to}, substitute: ${duty.person} }.`
  );
}
