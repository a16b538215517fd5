/** What this machine sees of its team now, for the tray, the console and `tocsin machines`. Filled by `peers.ts`. */
import type { EpochMs, MachineId } from "#domain/ids";
import type { PersonPresence } from "#domain/presence";

export interface TeamStatus {
  readonly self: MachineId;
  /** Null: nobody in sight coordinates now (they settle, or are about to take over). */
  readonly coordinator: MachineId | null;
  readonly coordinatorSince: EpochMs | null;
  readonly epoch: number;
  /** Null: this machine takes in and does nothing. */
  readonly position: number | null;
  readonly settling: boolean;
  readonly suspended: boolean;
  /** It can reach no other engine since then. */
  readonly isolatedSince: EpochMs | null;
  /** Engines that act and are in sight, itself included if it does. */
  readonly awake: number;
  /** The other engines of the team, in order of their ids. */
  readonly machines: readonly MachineStatus[];
}

export interface MachineStatus {
  readonly machine: MachineId;
  /** Heard now. */
  readonly connected: boolean;
  /** Since when it has been heard, or has not; null: not since this machine's start. */
  readonly since: EpochMs | null;
  readonly lastHeardAt: EpochMs | null;
  /** It hears this machine too. */
  readonly hearsUs: boolean;
  readonly acts: boolean;
  /** How it left; null: without a goodbye, or it is here. */
  readonly farewell: "sleep" | "stop" | null;
  readonly people: readonly PersonPresence[];
  /** The desks that are attached there. */
  readonly desks: readonly MachineId[];
  /** How far its clock is ahead; null: not known. */
  readonly clockDifferenceMs: number | null;
  /** What should be the same there as here, one sentence each. */
  readonly differences: readonly string[];
  /** Facts of this journal that it lacks, and of its journal that are lacking here. */
  readonly factsBehind: number;
  readonly factsAhead: number;
}

/** Tells whoever shows the status, when it reads differently from the last time. */
export class StatusBoard {
  private readonly listeners = new Set<(status: TeamStatus) => void>();
  private shown = "";

  constructor(private readonly look: (now: EpochMs) => TeamStatus) {}

  onStatus(listener: (status: TeamStatus) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  show(now: EpochMs): void {
    if (this.listeners.size === 0) return;
    const status = this.look(now);
    const reads = JSON.stringify(withoutMotion(status));
    if (reads === this.shown) return;
    this.shown = reads;
    for (const listener of this.listeners) listener(status);
  }
}

/** More than are on their way in an alert storm. */
const manyFacts = 1_000;

/** What moves with each heartbeat is left aside. */
function withoutMotion(status: TeamStatus): unknown {
  const machines = status.machines.map((machine) => ({
    ...machine,
    lastHeardAt: null,
    clockDifferenceMs: Math.round((machine.clockDifferenceMs ?? 0) / 60_000),
    factsBehind: machine.factsBehind > manyFacts,
    factsAhead: machine.factsAhead > manyFacts,
  }));
  return { ...status, machines };
}
