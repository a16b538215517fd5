/**
 * One link for each pair of engines. Both dial, since only one of them may be reachable; when both succeed, both keep the
 * same one. Used by `team-links.ts`.
 */
import type { MachineId } from "#domain/ids";
import type { PeerLink } from "../peer-link.ts";
import type { Scheduler } from "./scheduler.ts";

interface Kept {
  readonly link: PeerLink;
  readonly dialledBy: MachineId;
  readonly sinceMs: number;
}

/** Two connections this close to one another were made at the same time; a later one says that the first has died. */
const atOnceMs = 6_000;

export class OneLink {
  private readonly kept = new Map<MachineId, Kept>();

  constructor(
    private readonly me: MachineId,
    private readonly scheduler: Pick<Scheduler, "monotonicMs">,
  ) {}

  has(machine: MachineId): boolean {
    return this.kept.has(machine);
  }

  all(): PeerLink[] {
    return [...this.kept.values()].map(({ link }) => link);
  }

  /** False: the link was closed, there is a better one. True: it is the one now, and another one was closed. */
  keep(link: PeerLink, dialledBy: MachineId): boolean {
    const nowMs = this.scheduler.monotonicMs();
    const before = this.kept.get(link.machine);
    if (before !== undefined && !this.isBetter(dialledBy, before, nowMs)) {
      link.close("Another link is there already.");
      return false;
    }
    this.kept.set(link.machine, { link, dialledBy, sinceMs: nowMs });
    link.onClose(() => {
      if (this.kept.get(link.machine)?.link === link) this.kept.delete(link.machine);
    });
    before?.link.close("A newer link has taken its place.");
    return true;
  }

  private isBetter(dialledBy: MachineId, before: Kept, nowMs: number): boolean {
    // Nobody dials while it has a link, so for the other side the old one is dead.
    if (dialledBy === before.dialledBy || nowMs - before.sinceMs > atOnceMs) return true;
    return dialledBy === smaller(before.link.machine, this.me);
  }
}

function smaller(one: MachineId, other: MachineId): MachineId {
  return one < other ? one : other;
}
