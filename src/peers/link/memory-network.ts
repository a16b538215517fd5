/**
 * A network in memory, for tests and the simulation: the machines on it get a link to each other one and a new one when
 * it breaks, as `TeamLinks` do, and the network can be cut, one way or both ways.
 */
import type { MachineId } from "#domain/ids";
import type { PeerLink } from "../peer-link.ts";
import { defaultLinkLimits } from "./link-limits.ts";
import { memoryLinkPair, type MemoryLinkOptions, type MemoryLinkPair } from "./memory-link.ts";

export interface MemoryNetworkOptions extends Partial<MemoryLinkOptions> {
  readonly scheduler: MemoryLinkOptions["scheduler"];
  /** Between two tries to have a link, in ms. */
  readonly retryMs?: () => number;
}

type OnLink = (link: PeerLink) => void;

export class MemoryNetwork {
  private readonly options: MemoryLinkOptions & { readonly retryMs: () => number };
  private readonly machines = new Map<MachineId, OnLink>();
  private readonly links = new Map<string, MemoryLinkPair>();
  private readonly cuts = new Set<string>();

  constructor(options: MemoryNetworkOptions) {
    this.options = {
      delayMs: () => 1,
      loses: () => false,
      silenceMs: 2 * defaultLinkLimits.pingMs,
      unreadBytes: defaultLinkLimits.unreadBytes,
      retryMs: () => 1_000,
      ...options,
    };
  }

  /** From now on this machine gets its links. Returns how to leave: its process dies, and the others notice at once. */
  join(machine: MachineId, onLink: OnLink): () => void {
    this.machines.set(machine, onLink);
    for (const other of this.machines.keys()) if (other !== machine) this.dial(machine, other, 0);
    return () => {
      if (this.machines.get(machine) !== onLink) return;
      this.machines.delete(machine);
      for (const [key, pair] of [...this.links])
        if (key.split(" ").includes(machine)) pair.sever("The connection was lost.");
    };
  }

  /** One pair of ends, for a test that wants no more. Null when the way is cut. */
  connect(one: MachineId, other: MachineId): MemoryLinkPair | null {
    if (this.cuts.has(`${one} ${other}`) || this.cuts.has(`${other} ${one}`)) return null;
    const pair = memoryLinkPair(one, other, this.options);
    const key = keyOf(one, other);
    this.links.set(key, pair);
    pair.ends[0].onClose(() => {
      if (this.links.get(key) === pair) this.links.delete(key);
    });
    return pair;
  }

  /** What `from` says does not reach `to`. Links that hear nothing for too long close; no new one comes about. */
  cutOneWay(from: MachineId, to: MachineId, isCut = true): void {
    if (isCut) this.cuts.add(`${from} ${to}`);
    else this.cuts.delete(`${from} ${to}`);
    this.links.get(keyOf(from, to))?.cut(from, isCut);
  }

  cut(one: MachineId, other: MachineId, isCut = true): void {
    this.cutOneWay(one, other, isCut);
    this.cutOneWay(other, one, isCut);
  }

  healAll(): void {
    for (const cut of [...this.cuts]) {
      const [from, to] = cut.split(" ") as [MachineId, MachineId];
      this.cutOneWay(from, to, false);
    }
  }

  private dial(one: MachineId, other: MachineId, afterMs: number): void {
    const { scheduler, retryMs } = this.options;
    scheduler.after(afterMs, () => {
      const [onLinkOfOne, onLinkOfOther] = [this.machines.get(one), this.machines.get(other)];
      if (onLinkOfOne === undefined || onLinkOfOther === undefined || this.links.has(keyOf(one, other)))
        return;
      const pair = this.connect(one, other);
      if (pair === null) return this.dial(one, other, retryMs());
      // Only when both ends know that it is over, as the one that knows it later would refuse the new one.
      let open = 2;
      for (const end of pair.ends)
        end.onClose(() => {
          open -= 1;
          if (open === 0) this.dial(one, other, retryMs());
        });
      onLinkOfOne(pair.ends[0]);
      onLinkOfOther(pair.ends[1]);
    });
  }
}

function keyOf(one: MachineId, other: MachineId): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
