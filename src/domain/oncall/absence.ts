/**
 * Who is away, and who stands in for a rotation's person who is. Used by `layer`, and wherever people are asked as members
 * of something (rules/ask). Source: contract §3, "Absence". Overrides, and people asked by name, are explicit and never
 * come here.
 */
import type { EpochMs, PersonId } from "../ids.ts";
import type { Absence } from "../team.ts";
import type { Shift } from "./rotation.ts";

/** Who serves a shift at some moment. */
export interface Service {
  /** Null: everyone who could is away. */
  readonly person: PersonId | null;
  /** The absence that keeps the shift's own participant away, and who came in. Null when it changed nothing. */
  readonly replacement: {
    readonly absence: Absence;
    readonly by: "substitute" | "next-participant" | null;
  } | null;
}

/**
 * The shift's participant; or the substitute; or the next participant in rotation order who is present; or nobody. Of
 * several absences at once the last listed one names the substitute, as with overrides.
 */
export function serviceAt(
  shift: Shift,
  participants: readonly PersonId[],
  absences: readonly Absence[],
  at: EpochMs,
): Service {
  const absence = absenceOf(shift.participant, absences, at);
  if (absence === null) return { person: shift.participant, replacement: null };
  const { substitute } = absence;
  if (substitute !== undefined && absenceOf(substitute, absences, at) === null) {
    return { person: substitute, replacement: { absence, by: "substitute" } };
  }
  for (let step = 1; step < participants.length; step += 1) {
    const next = participants[(shift.number + step) % participants.length]!;
    if (absenceOf(next, absences, at) === null)
      return { person: next, replacement: { absence, by: "next-participant" } };
  }
  return { person: null, replacement: { absence, by: null } };
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
