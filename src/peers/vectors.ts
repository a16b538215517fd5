/** Counting in version vectors. Origins come from other machines, so a name is looked up as an own property only. */
import type { OriginId } from "#domain/ids";
import type { Vector } from "#domain/place";
import type { TravellingFact } from "#engine/ports";

/** 0: nothing of it is known. */
export function lastOf(vector: Vector, origin: OriginId): number {
  return Object.hasOwn(vector, origin) ? (vector[origin] ?? 0) : 0;
}

/** How many facts `theirs` has that `ours` lacks. */
export function factsMissing(ours: Vector, theirs: Vector): number {
  let missing = 0;
  for (const origin of originsOf(theirs))
    missing += Math.max(0, lastOf(theirs, origin) - lastOf(ours, origin));
  return missing;
}

/** The vector after these facts were added to it. */
export function advance(vector: Vector, facts: readonly TravellingFact[]): Vector {
  const advanced: Record<OriginId, number> = { ...vector };
  for (const { origin, seq } of facts) advanced[origin] = Math.max(seq, lastOf(advanced, origin));
  return advanced;
}

/** As `vector`, but of this origin only so much; 0: nothing. */
export function withLast(vector: Vector, origin: OriginId, last: number): Vector {
  const { [origin]: _, ...rest } = vector;
  return last === 0 ? rest : { ...rest, [origin]: last };
}

export function originsOf(vector: Vector): OriginId[] {
  return Object.keys(vector) as OriginId[];
}
