/**
 * What becomes of an edit that another one, made at the same time, has overtaken. Used by `shared-team-file`; pure.
 * Which one is in force is the domain's to say (`state.adoption`, `state.teamRivals`).
 */
import type { MachineId, TeamRevision } from "#domain/ids";
import type { Adoption } from "#domain/state";

export type RivalVerdict =
  /** Its text has yet to arrive. */
  | "wait"
  /** What is in force says the same, was made from it, or it was only a calendar that had changed. */
  | "nothing-lost"
  /** What is in force is only a calendar's change: the machine that the edit was made on puts it on top. */
  | "make-again"
  | "conflict";

export interface RivalContext {
  readonly inForce: Adoption;
  readonly self: MachineId;
  /** The text of the team file at a revision; null: not known here. */
  readonly textOf: (revision: TeamRevision | null) => string | null;
  readonly parents: ReadonlyMap<TeamRevision, ReadonlySet<TeamRevision>>;
}

export function judgeRival(rival: Adoption, { inForce, self, textOf, parents }: RivalContext): RivalVerdict {
  const [text, winner, before] = [textOf(rival.revision), textOf(inForce.revision), textOf(rival.parent)];
  if (text === null || winner === null) return "wait";
  if (text === winner || text === before || wasFollowed(rival.revision, inForce, parents))
    return "nothing-lost";
  if (winner !== before) return "conflict";
  return rival.machine === self ? "make-again" : "nothing-lost";
}

/** Whether what is in force was made from this revision, maybe by way of others. */
function wasFollowed(
  revision: TeamRevision,
  { parent }: Adoption,
  parents: RivalContext["parents"],
): boolean {
  const before = new Set<TeamRevision>();
  const left = parent === null ? [] : [parent];
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    if (one === revision) return true;
    if (before.has(one)) continue;
    before.add(one);
    left.push(...(parents.get(one) ?? []));
  }
  return false;
}

/** One adoption, the same on every machine. */
export function nameOfRival({ revision, latest }: Adoption): string {
  return `${revision.slice(0, 16)}-${latest.hlc}`;
}
