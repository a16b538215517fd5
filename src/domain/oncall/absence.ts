/**
 * Who is away, and who stands in for a rotation's person who is. Used by `layer`, and wherever people are asked as members
 * of something (rules/ask). Source: contract §3, "Absence". Overrides, and people asked by name, are explicit and never
 * come here.
 */
import type { EpochMs, PersonId } from "../ids.ts";
import type { Absence } from "../team.ts";
import type { Crew } from "../crew.ts";
import type { Shift } from "./rotation.ts";

/** Who serves a shift at some moment. */
export interface Service {
  /** Empty: everyone who could is away, or the turn is nobody's. */
  readonly crew: Crew;
  /** What each absence from the shift's own turn came to, in the turn's order. */
  readonly replacements: readonly Replacement[];
}

export interface Replacement {
  /** It keeps one of the shift's turn away. */
  readonly absence: Absence;
  /**
   * Who came in: the substitute; nobody for this one, since the others of the turn go on; those of the next turn, when the
   * whole turn is away; null: nobody is left.
   */
  readonly by: "substitute" | "others" | "next-participant" | null;
}

const none: readonly Replacement[] = [];

/**
 * The shift's turn, of which each who is away is replaced by the substitute; should nobody come in that way, the others go
 * on. When none is left: the next turn in rotation order of which somebody is present, those who are; or nobody. A turn
 * with nobody stays so: it is no turn to fall back on either. Of several absences of one person at once the last listed
 * one names the substitute, as with overrides.
 */
export function serviceAt(
  shift: Shift,
  turns: readonly Crew[],
  absences: readonly Absence[],
  at: EpochMs,
): Service {
  const { turn } = shift;
  const away = turn.flatMap((person) => absenceOf(person, absences, at) ?? []);
  if (away.length === 0) return { crew: turn, replacements: none };
  const serving = new Set(turn.filter((person) => !away.some((absence) => absence.person === person)));
  const standIns = new Map<PersonId, PersonId>();
  for (const { person, substitute } of away) {
    if (substitute === undefined || serving.has(substitute)) continue;
    if (absenceOf(substitute, absences, at) !== null) continue;
    serving.add(substitute);
    standIns.set(person, substitute);
  }
  if (serving.size > 0) {
    const crew = turn.flatMap((person) => standIns.get(person) ?? (serving.has(person) ? person : []));
    const by = ({ person }: Absence) => (standIns.has(person) ? "substitute" : "others");
    return { crew, replacements: away.map((absence) => ({ absence, by: by(absence) })) };
  }
  for (let step = 1; step < turns.length; step += 1) {
    const next = turns[(shift.number + step) % turns.length]!;
    const crew = next.filter((person) => absenceOf(person, absences, at) === null);
    if (crew.length > 0)
      return { crew, replacements: away.map((absence) => ({ absence, by: "next-participant" })) };
  }
  return { crew: [], replacements: away.map((absence) => ({ absence, by: null })) };
}

/** Not to be asked through a group or `everyone`. */
export function isAway(person: PersonId, absences: readonly Absence[], at: EpochMs): boolean {
  return absenceOf(person, absences, at) !== null;
}

function absenceOf(person: PersonId, absences: readonly Absence[], at: EpochMs): Absence | null {
  return (
    absences.findLast((absence) => absence.person === person && absence.start <= at && at < absence.end) ??
    null
  );
}
