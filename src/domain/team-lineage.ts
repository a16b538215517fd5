/**
 * Which edit of the team file was made from which, and which one is in force. Pure, and the same on every machine that
 * has the same facts.
 *
 * In force is the one with the most edits before it, one upon the other; a machine whose clock is ahead gains nothing by
 * it. Of equally many, made where machines could not hear one another, the canonically last. The others are rivals until
 * a machine merges them (`compose/shared-team`): that is an edit made from both.
 */
import type { TeamFileVersion, TeamRevision } from "./ids.ts";
import { limits } from "./limits.ts";
import type { Adoption, State } from "./state.ts";

type Lineage = Pick<State, "adoption" | "adoptions">;

/** Negative when `a` gives way to `b`. */
export function byStanding(a: Adoption, b: Adoption): number {
  return (a.generation ?? 0) - (b.generation ?? 0) || byPlace(a, b);
}

function byPlace({ latest: a }: Adoption, { latest: b }: Adoption): number {
  return a.hlc - b.hlc || (a.origin < b.origin ? -1 : a.origin > b.origin ? 1 : a.seq - b.seq);
}

/** Each edit once, by its latest fact: one that a calendar has changed since is still the same edit. */
export function withAdoption(adoptions: readonly Adoption[], added: Adoption): readonly Adoption[] {
  const known = adoptions.find(({ version }) => version === added.version);
  if (known !== undefined && byPlace(added, known) < 0) return adoptions;
  const others = adoptions.filter((one) => one !== known);
  return [...others, added].sort(byPlace).slice(-limits.adoptionsKept);
}

/** Of an edit made from these. */
export function generationOf(lineage: Lineage, parents: readonly TeamFileVersion[]): number {
  if (parents.length === 0) return 0;
  const found = parents.map((parent) => lineage.adoptions.find(({ version }) => version === parent));
  return 1 + Math.max(...found.map((one) => (one ?? lineage.adoption)?.generation ?? 0));
}

/**
 * Edits that the one in force was not made from, and no other rival either; the one that gives way first comes first.
 * What happened before the first edit that names its parents is over.
 */
export function rivalsOf({ adoption, adoptions }: Lineage): readonly Adoption[] {
  const first = adoptions.find(({ generation }) => generation !== null);
  if (adoption === null || first === undefined) return [];
  const before = ancestorsOf(adoption, adoptions);
  const rivals = adoptions.filter(
    (one) => !before.has(one.version) && (one.generation !== null || byPlace(one, first) > 0),
  );
  const followed = new Set(
    rivals.flatMap((rival) =>
      [...ancestorsOf(rival, adoptions).keys()].filter((name) => name !== rival.version),
    ),
  );
  return rivals.filter(({ version }) => !followed.has(version)).sort(byStanding);
}

/** The newest edit that both were made from, or one of the two; null: it is not known. */
export function commonAncestor({ adoptions }: Lineage, a: Adoption, b: Adoption): Adoption | null {
  const [ours, theirs] = [ancestorsOf(a, adoptions), ancestorsOf(b, adoptions)];
  const isShared = (one: Adoption) =>
    theirs.has(one.version) ||
    // The first file, said by each of several machines.
    (one.generation === null && [...theirs.values()].some((other) => isSameFirst(one, other)));
  return [...ours.values()].filter(isShared).toSorted(byStanding).at(-1) ?? null;
}

/**
 * Whether both may have been made from a newer edit than `commonAncestor` finds: one of them names an edit that is not
 * here (yet). Facts of different machines come in any order, so an edit may come before the one that it was made from.
 */
export function lacksAncestor(lineage: Lineage, a: Adoption, b: Adoption): boolean {
  const { adoptions } = lineage;
  const known = commonAncestor(lineage, a, b)?.generation ?? 0;
  const all = [...ancestorsOf(a, adoptions).values(), ...ancestorsOf(b, adoptions).values()];
  // What is missing has a generation below its child's: behind the ancestor that is known it does not matter.
  return all.some(
    (child) =>
      (child.generation ?? 0) > known &&
      child.parents.some((name) => parentOf(child, name, adoptions) === undefined),
  );
}

function isSameFirst(one: Adoption, other: Adoption): boolean {
  return other.generation === null && one.revision === other.revision;
}

/** Who made an edit: of a merge, who made the edit that is merged into the one in force. */
export function authorOf({ adoptions }: Pick<Lineage, "adoptions">, merge: Adoption): Adoption {
  let author = merge;
  for (let depth = 0; author.parents.length > 1 && depth < limits.adoptionsKept; depth += 1) {
    const merged = parentOf(author, author.parents[1]!, adoptions);
    if (merged === undefined) break;
    author = merged;
  }
  return author;
}

/** With itself. By name: a state that was kept on disk has several copies of one edit. */
function ancestorsOf(one: Adoption, adoptions: readonly Adoption[]): ReadonlyMap<TeamFileVersion, Adoption> {
  const found = new Map([[one.version, one]]);
  // A map takes in what is added to it while it is walked through.
  for (const child of found.values()) {
    for (const name of child.parents) {
      const parent = parentOf(child, name, adoptions);
      if (parent !== undefined) found.set(parent.version, parent);
    }
  }
  return found;
}

/** An older Tocsin names the team's revision, which comes back when somebody undoes an edit: the latest one before. */
function parentOf(
  child: Adoption,
  name: TeamFileVersion | TeamRevision,
  adoptions: readonly Adoption[],
): Adoption | undefined {
  return (
    adoptions.find(({ version }) => version === name) ??
    adoptions.findLast((one) => one.revision === name && byPlace(one, child) < 0)
  );
}
