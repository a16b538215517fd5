/**
 * Which entries of three versions of one list are the same thing: by id where they have one, else by what they say, else
 * by how much of it. Used by `merge-values`. Pure.
 */
import { isDeepStrictEqual as isSame } from "node:util";
import { wordsOf } from "./words-of.ts";

export interface ListNames {
  readonly base: readonly string[];
  readonly theirs: readonly string[];
  readonly ours: readonly string[];
}

const mostLikened = 200;

/** Lists of plain words of which each counts for itself. */
const sets: ReadonlySet<string> = new Set(["people", "shadow", "keys", "severity"]);

/** A name for each entry; the same name is the same thing. Null: the list means something only as a whole. */
export function listNames(
  base: readonly unknown[],
  theirs: readonly unknown[],
  ours: readonly unknown[],
  key: string,
): ListNames | null {
  const all = [base, theirs, ours];
  const ids = all.map((list) => list.map(idOf));
  if (ids.every(isComplete)) return { base: ids[0]!, theirs: ids[1]!, ours: ids[2]! } as ListNames;
  if (all.every((list) => list.every((entry) => typeof entry === "string"))) {
    const isSet = sets.has(key) && all.every((list) => new Set(list).size === list.length);
    return isSet ? ({ base, theirs, ours } as ListNames) : null;
  }
  if (!all.every((list) => list.every(isMap))) return null;
  const names = base.map((_, index) => `${index + 1}.`);
  const namesOf = (side: readonly unknown[]) => matched(base, side, names, key === "steps");
  return { base: names, theirs: namesOf(theirs), ours: namesOf(ours) };
}

function isComplete(ids: readonly (string | null)[]): boolean {
  return ids.every((id) => id !== null) && new Set(ids).size === ids.length;
}

/** `byPlace`: what stands in the place of something is a change of it, whatever it says. */
function matched(
  base: readonly unknown[],
  side: readonly unknown[],
  names: readonly string[],
  byPlace: boolean,
): string[] {
  const found: (string | null)[] = side.map(() => null);
  const left = new Set(base.keys());
  const take = (index: number, of: number) => {
    found[index] = names[of]!;
    left.delete(of);
  };
  const places = new Map<string, number[]>();
  base.forEach((entry, of) => places.set(wordsOf(entry), [...(places.get(wordsOf(entry)) ?? []), of]));
  side.forEach((entry, index) => {
    const same = (places.get(wordsOf(entry)) ?? []).filter((of) => left.has(of));
    if (same.length > 0) take(index, same.includes(index) ? index : same[0]!);
  });
  side.forEach((entry, index) => {
    // Nobody changes so many by hand.
    if (found[index] !== null || left.size > mostLikened) return;
    const [best] = [...left]
      .map((of) => ({ of, likeness: likeness(base[of], entry) }))
      .filter(({ likeness: much }) => much >= 0.5)
      .sort((a, b) => b.likeness - a.likeness || Math.abs(a.of - index) - Math.abs(b.of - index));
    if (best !== undefined) take(index, best.of);
  });
  if (byPlace) side.forEach((_, index) => found[index] === null && left.has(index) && take(index, index));
  const times = new Map<string, number>();
  return side.map((entry, index) => {
    const of = found[index];
    if (typeof of === "string") return of;
    const words = wordsOf(entry);
    times.set(words, (times.get(words) ?? 0) + 1);
    // The same addition on both sides is one.
    return times.get(words) === 1 ? words : `${words} ${times.get(words)}`;
  });
}

/** From 0 to 1: which part of their fields is equal. */
function likeness(one: unknown, other: unknown): number {
  const [a, b] = [one as Record<string, unknown>, other as Record<string, unknown>];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].filter((key) => isSame(a[key], b[key])).length / Math.max(1, keys.size);
}

function idOf(entry: unknown): string | null {
  const id = isMap(entry) ? entry["id"] : null;
  return typeof id === "string" ? id : null;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
