/**
 * A value in an exported file together with the way to it, so that whatever is said about it can name the place. Used by
 * every importer. As in `written-tree`, nothing is certain of its type: what is not there is undefined.
 */
import type { Path } from "../fault.ts";

export interface Place {
  /** The file's name, as the user gave it. */
  readonly file: string;
  readonly path: Path;
  readonly value: unknown;
  /** Where it is noted what has been looked at. */
  readonly reads?: ReadLog;
}

/** Which members of which maps have been looked at. */
export class ReadLog {
  private readonly keys = new WeakMap<object, Set<string>>();
  private readonly passed = new WeakSet<object>();

  note(map: Record<string, unknown>, key: string): void {
    const known = this.keys.get(map);
    if (known === undefined) this.keys.set(map, new Set([key]));
    else known.add(key);
  }

  has(map: Record<string, unknown>, key: string): boolean {
    return this.keys.get(map)?.has(key) === true;
  }

  passOver(map: object): void {
    this.passed.add(map);
  }

  isPassedOver(map: object): boolean {
    return this.passed.has(map);
  }
}

/** For what says nothing that has not been said: the same thing once more. */
export function passOver({ value, reads }: Place): void {
  if (typeof value === "object" && value !== null) reads?.passOver(value);
}

/** The member of a map; its value is undefined when there is none. Inherited members do not count. */
export function child(place: Place, ...keys: readonly string[]): Place {
  let { value } = place;
  for (const key of keys) {
    if (isMap(value)) place.reads?.note(value, key);
    value = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return { ...place, path: [...place.path, ...keys], value };
}

/** The entries of a list; none when it is no list. */
export function entries(place: Place): Place[] {
  if (!Array.isArray(place.value)) return [];
  return place.value.map((value: unknown, index) => ({ ...place, path: [...place.path, index], value }));
}

/** Null unless it is a text that shows something. */
export function textOf(place: Place): string | null {
  return typeof place.value === "string" && place.value.trim() !== "" ? place.value : null;
}

/** Null unless it is a finite number. */
export function numberOf(place: Place): number | null {
  return typeof place.value === "number" && Number.isFinite(place.value) ? place.value : null;
}

/** Null and undefined, which exports use alike. */
export function isAbsent(place: Place): boolean {
  return place.value === undefined || place.value === null;
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
