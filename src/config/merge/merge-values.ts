/**
 * Two edits of one team file made into one, as plain data: what only one side has changed is as that side has it. Used by
 * `merge-team-texts`, which reads and writes the texts and checks what comes out. Pure.
 *
 * By person, schedule, step, and field by field of a thing. What means something only as a whole (a rotation's people, a
 * route's match, where the mail server is) counts as one field. Of the same field `theirs` stays.
 */
import { isDeepStrictEqual as isSame } from "node:util";
import { listNames } from "./list-names.ts";

/** Keys, and of lists the name of the entry. */
export type PlacePath = readonly string[];

/** A change of `ours` that is not in the result. `undefined`: not there. */
export interface LostChange {
  readonly path: PlacePath;
  readonly ours: unknown;
  readonly theirs: unknown;
}

export interface MergedValues {
  readonly value: unknown;
  readonly lost: readonly LostChange[];
  /** Each change of `ours` that is in the result and not in `theirs`. */
  readonly taken: readonly string[];
}

/** `without`: changes of `ours`, as `taken` names them, that are to be left out. */
export function mergeValues(
  base: unknown,
  theirs: unknown,
  ours: unknown,
  without: ReadonlySet<string> = new Set(),
): MergedValues {
  const merging = new Merging(without);
  const value = merging.merge({ base, theirs, ours }, []);
  return { value, lost: merging.lost, taken: merging.taken };
}

interface Three<Value> {
  readonly base: Value;
  readonly theirs: Value;
  readonly ours: Value;
}

type Dictionary = Readonly<Record<string, unknown>>;

/** Where the mail server is and how to log in there: half of one and half of another would reach neither. */
const mailServer = ["host", "port", "secure", "user", "password", "caFile", "tlsFingerprint"];
/** What is said by all of it together. */
const wholes: ReadonlySet<string> = new Set(["participants", "match", "password", "location", "windows"]);
/** Lists of which the order says something. */
const ordered: ReadonlySet<string> = new Set(["routes", "layers", "steps"]);

class Merging {
  readonly lost: LostChange[] = [];
  readonly taken: string[] = [];

  constructor(private readonly without: ReadonlySet<string>) {}

  merge(three: Three<unknown>, path: PlacePath): unknown {
    const { base, theirs, ours } = three;
    if (isSame(ours, base) || isSame(ours, theirs)) return theirs;
    if (wholes.has(path.at(-1) ?? "")) return this.mergeWhole(three, path);
    if (isMap(theirs) && isMap(ours) && (base === undefined || isMap(base)))
      return this.mergeMaps({ base: base ?? {}, theirs, ours }, path);
    if (Array.isArray(theirs) && Array.isArray(ours) && (base === undefined || Array.isArray(base)))
      return this.mergeLists({ base: (base as unknown[] | undefined) ?? [], theirs, ours }, path);
    return this.mergeWhole(three, path);
  }

  /** `ours` differs from both. */
  private mergeWhole({ base, theirs, ours }: Three<unknown>, path: PlacePath): unknown {
    if (isSame(theirs, base) && this.takes(path)) return ours;
    this.lost.push({ path, ours, theirs });
    return theirs;
  }

  /** A change that nothing stands in the way of; it may still be one to be left out. */
  private takes(path: PlacePath): boolean {
    const name = JSON.stringify(path);
    if (this.without.has(name)) return false;
    this.taken.push(name);
    return true;
  }

  private mergeMaps({ base, theirs, ours }: Three<Dictionary>, path: PlacePath): Dictionary {
    const keys = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
    const together = path.length === 1 && path[0] === "email" ? mailServer : [];
    const merged = new Map<string, unknown>();
    if (together.length > 0) {
      const [before, there, here] = [base, theirs, ours].map((side) => pick(side, together));
      const three = { base: before, theirs: there, ours: here };
      const isOurs = !isSame(here, before) && !isSame(here, there);
      const server = isOurs ? this.mergeWhole(three, [...path, "server"]) : there;
      for (const [key, value] of Object.entries(server as Dictionary)) merged.set(key, value);
    }
    for (const key of keys) {
      if (together.includes(key)) continue;
      const three = { base: own(base, key), theirs: own(theirs, key), ours: own(ours, key) };
      const value = this.merge(three, [...path, key]);
      if (value !== undefined) merged.set(key, value);
    }
    // In the order of `theirs`; what is new comes last.
    return Object.fromEntries(keys.flatMap((key) => (merged.has(key) ? [[key, merged.get(key)]] : [])));
  }

  private mergeLists(three: Three<readonly unknown[]>, path: PlacePath): unknown {
    const names = listNames(three.base, three.theirs, three.ours, path.at(-1) ?? "");
    if (names === null) return this.mergeWhole(three, path);
    const at = (side: keyof Three<unknown>) =>
      new Map(names[side].map((name, index) => [name, three[side][index]]));
    const [base, theirs, ours] = [at("base"), at("theirs"), at("ours")];
    const merged = new Map<string, unknown>();
    for (const name of new Set([...names.theirs, ...names.ours])) {
      const value = this.mergeEntry(
        { base: base.get(name), theirs: theirs.get(name), ours: ours.get(name) },
        [...path, name],
      );
      if (value !== undefined) merged.set(name, value);
    }
    return this.inOrder(names, merged, path).map((name) => merged.get(name));
  }

  private mergeEntry(three: Three<unknown>, path: PlacePath): unknown {
    const { base, theirs, ours } = three;
    if (theirs !== undefined && ours !== undefined) return this.merge(three, path);
    // Added, removed, or removed there and changed here (or the other way round).
    return isSame(ours, base) || isSame(ours, theirs) ? theirs : this.mergeWhole(three, path);
  }

  /** The names of the result: one side's order, and behind its predecessor what only the other side has. */
  private inOrder(
    names: Three<readonly string[]>,
    merged: ReadonlyMap<string, unknown>,
    path: PlacePath,
  ): readonly string[] {
    const [isTheirs, isHere] = [new Set(names.theirs), new Set(names.ours)];
    const everywhere = names.base.filter((name) => isTheirs.has(name) && isHere.has(name));
    const isEverywhere = new Set(everywhere);
    const orderOf = (side: readonly string[]) => side.filter((name) => isEverywhere.has(name));
    const [theirs, ours] = [orderOf(names.theirs), orderOf(names.ours)];
    let isOurs = false;
    if (!isSame(ours, everywhere) && !isSame(ours, theirs)) {
      const order = [...path, "order"];
      isOurs = isSame(theirs, everywhere) && this.takes(order);
      if (!isOurs && ordered.has(path.at(-1) ?? "")) this.lost.push({ path: order, ours, theirs });
    }
    const [first, second] = isOurs ? [names.ours, names.theirs] : [names.theirs, names.ours];
    const known = new Set(names.base);
    const isFirst = new Set(first);
    /** What only the second side has, behind which of the first side's. */
    const added = new Map<string | null, string[]>();
    let after: string | null = null;
    for (const name of second) {
      if (!merged.has(name)) continue;
      if (isFirst.has(name)) after = name;
      else added.set(after, [...(added.get(after) ?? []), name]);
    }
    const result: string[] = [];
    let held = added.get(null) ?? [];
    for (const name of first.filter((one) => merged.has(one))) {
      // Both added something here: what is in force comes first.
      if (known.has(name)) result.push(...held.splice(0));
      result.push(name);
      held = [...held, ...(added.get(name) ?? [])];
    }
    result.push(...held);
    return result;
  }
}

function isMap(value: unknown): value is Dictionary {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(map: Dictionary, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function pick(map: Dictionary, keys: readonly string[]): Dictionary {
  return Object.fromEntries(keys.flatMap((key) => (Object.hasOwn(map, key) ? [[key, map[key]]] : [])));
}
