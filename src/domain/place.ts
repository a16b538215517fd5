/**
 * Where a fact stands among the facts of all machines. The journal is a union of append-only logs, one for each origin;
 * the canonical order is the same on every machine, whatever order the facts arrived in (invariant 5).
 */
import type { Frontier } from "./alert.ts";
import type { Fact } from "./fact.ts";
import type { OriginId } from "./ids.ts";

export interface Place {
  /** The log that the fact was first written to. */
  readonly origin: OriginId;
  /** Number within the origin: 1, 2, 3 … without a gap. */
  readonly seq: number;
  /** Number on this machine, in order of arrival: 1, 2, 3 … Says nothing to another machine. */
  readonly position: number;
  /** Said by this machine, whichever of its logs it is in: `append`ed here, not merged. */
  readonly own: boolean;
  /**
   * What to add to the fact's times, in ms, to have them by this machine's clock. 0 for its own facts. Another machine's
   * facts arrive with their age, not with a time, so a clock that is wrong over there costs nothing here.
   */
  readonly skewMs: number;
}

/** By how much this machine's clock was set, in ms, after the fact at which position had come; in order. */
export type ClockSteps = readonly { readonly position: number; readonly deltaMs: number }[];

/** A fact as the journal has it: its times are those of the machine that said it. */
export interface JournaledFact {
  readonly fact: Fact;
  readonly place: Place;
}

/** For each origin the number of the last fact that is known; an origin that is missing has none. */
export type Vector = Readonly<Record<OriginId, number>>;

/** Whether `vector` has everything of `other`. */
export function covers(vector: Vector, other: Vector): boolean {
  return (Object.keys(other) as OriginId[]).every((origin) => (vector[origin] ?? 0) >= other[origin]!);
}

/** For each origin the greater number of the two. */
export function joined(a: Vector, b: Vector): Vector {
  const both: Record<OriginId, number> = { ...a };
  for (const origin of Object.keys(b) as OriginId[]) both[origin] = Math.max(both[origin] ?? 0, b[origin]!);
  return both;
}

/** Negative when `a` comes before `b`: by logical clock, then by origin and number, so that no two are equal. */
export function byCanonicalOrder(a: JournaledFact, b: JournaledFact): number {
  return (
    logicalTimeOf(a.fact) - logicalTimeOf(b.fact) ||
    (a.place.origin < b.place.origin ? -1 : a.place.origin > b.place.origin ? 1 : a.place.seq - b.place.seq)
  );
}

/** The place of a fact in the canonical order, for what keeps only the latest of its kind. */
export function frontierOf(fact: Fact, { origin, seq }: Pick<Place, "origin" | "seq">): Frontier {
  return { hlc: logicalTimeOf(fact), origin, seq };
}

export function isLaterThan(a: Frontier, b: Frontier): boolean {
  if (a.hlc !== b.hlc) return a.hlc > b.hlc;
  return a.origin === b.origin ? a.seq > b.seq : a.origin > b.origin;
}

/**
 * The hybrid logical clock: a whole number of ms that is at least the wall clock of its machine and later than every
 * fact that machine knew. Facts from before there were several machines have none and are in order of their time.
 */
export function logicalTimeOf(fact: Fact): number {
  return fact.hlc ?? Math.floor(fact.at);
}
