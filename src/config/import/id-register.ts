/** Ids of the team file out of names that people gave: short, unique, and the same in every run. Used by the importers. */

const longest = 63;

export class IdRegister {
  private readonly taken = new Set<string>();
  /** The next number for a name that several have, so that a thousand of them take no million tries. */
  private readonly next = new Map<string, number>();

  /** The first of `names` that has a letter or digit to offer; `fallback` when none has. */
  take(names: readonly (string | null)[], fallback: string): string {
    const base = names.map((name) => slug(name ?? "")).find((id) => id !== "") ?? fallback;
    let id = base;
    let number = this.next.get(base) ?? 2;
    for (; this.taken.has(id); number += 1) {
      const suffix = `-${number}`;
      id = base.slice(0, longest - suffix.length).replace(/-+$/, "") + suffix;
    }
    this.next.set(base, number);
    this.taken.add(id);
    return id;
  }
}

/** `Zoë's  Team (EU)` is `zoe-s-team-eu`; empty when nothing is left. */
export function slug(name: string): string {
  return name
    .slice(0, 500)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, longest)
    .replace(/^-+|-+$/g, "");
}
