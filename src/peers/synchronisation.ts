/**
 * Keeps the journals of all linked machines the same: house rule "journal sync". A `LinkSynchronisation` for each link;
 * here is what concerns several of them: whom to ask, and what to pass on. Driven by `peers.ts`.
 */
import type { EpochMs, MachineId, OriginId } from "#domain/ids";
import type { Vector } from "#domain/place";
import type { Engine } from "#engine/ports";
import { LinkSynchronisation, type SynchronisationContext } from "./link-synchronisation.ts";
import type { PeerLink } from "./peer-link.ts";
import { factsMissing, lastOf } from "./vectors.ts";

export interface SynchronisationDependencies extends Omit<
  SynchronisationContext,
  "quarantined" | "quarantine" | "contradictsNoMore" | "taken"
> {
  readonly engine: Engine;
  /** Whether the first machine hears the second one itself. */
  hears(machine: MachineId, other: MachineId): boolean;
  /** Something has been taken in. */
  changed(): void;
}

export class Synchronisation {
  private readonly links = new Map<MachineId, LinkSynchronisation>();
  /** Origins of which a machine has other facts than we. */
  private readonly quarantine = new Map<MachineId, Set<OriginId>>();
  /** What machines had when their last link closed. */
  private readonly lastKnown = new Map<MachineId, Vector>();
  private pushed: { origin: OriginId; last: number };

  constructor(private readonly dependencies: SynchronisationDependencies) {
    const { engine } = dependencies;
    this.pushed = { origin: engine.origin, last: lastOf(engine.vector(), engine.origin) };
  }

  add(link: PeerLink): LinkSynchronisation {
    const { machine } = link;
    this.remove(machine);
    const synchronisation = new LinkSynchronisation(link, {
      ...this.dependencies,
      quarantined: (other) => this.quarantine.get(other) ?? new Set(),
      quarantine: (other, origin, seq) => this.putInQuarantine(other, origin, seq),
      contradictsNoMore: (other, vector) => this.liftQuarantine(other, vector),
      taken: (from, origins) => this.passOn(from, origins),
    });
    this.links.set(machine, synchronisation);
    return synchronisation;
  }

  remove(machine: MachineId): void {
    const link = this.links.get(machine);
    if (link === undefined) return;
    link.close();
    if (link.theirs !== null) this.lastKnown.set(machine, link.theirs);
    this.links.delete(machine);
  }

  /** After each commit: what this machine has said itself goes out at once. */
  pushOwn(): void {
    const { engine } = this.dependencies;
    const { origin } = engine;
    const last = lastOf(engine.vector(), origin);
    if (this.pushed.origin === origin && this.pushed.last === last) return;
    this.pushed = { origin, last };
    for (const link of this.links.values()) link.push([origin]);
  }

  /** Whatever waits: own facts, others' questions, and ours. */
  goOn(now: EpochMs): void {
    this.pushOwn();
    for (const link of this.links.values()) link.answer();
    this.askAround(now);
  }

  /** Asks where something is to be had. One machine at a time, so that nothing is sent twice; a slow one holds nobody up. */
  private askAround(now: EpochMs): void {
    for (const link of this.links.values()) {
      if ([...this.links.values()].some((other) => other !== link && other.isWaiting(now))) continue;
      if (link.wantsToAsk(now)) link.ask(now);
    }
  }

  isSynced(machine: MachineId): boolean {
    const settling = this.dependencies.settling();
    return settling !== null && this.links.get(machine)?.isProvenFor(settling) === true;
  }

  /** How many facts of ours that machine lacks, and how many of its facts we lack; null: not known. */
  difference(machine: MachineId): { readonly theyLack: number; readonly weLack: number } | null {
    const theirs = this.links.get(machine)?.theirs ?? this.lastKnown.get(machine);
    if (theirs === undefined) return null;
    const ours = this.dependencies.engine.vector();
    return { theyLack: factsMissing(theirs, ours), weLack: factsMissing(ours, theirs) };
  }

  /** Machines whose journals contradict this one's, and how many origins that concerns. */
  get disagreements(): ReadonlyMap<MachineId, number> {
    return new Map([...this.quarantine].map(([machine, origins]) => [machine, origins.size]));
  }

  /** To those that do not hear the machine that it came from: the others get it from there. */
  private passOn(from: MachineId, origins: readonly OriginId[]): void {
    if (origins.length > 0) {
      for (const [machine, link] of this.links)
        if (machine !== from && !this.dependencies.hears(machine, from)) link.push(origins);
    }
    this.dependencies.changed();
  }

  private putInQuarantine(machine: MachineId, origin: OriginId, seq: number): void {
    const origins = this.quarantine.get(machine) ?? new Set();
    this.quarantine.set(machine, origins.add(origin));
    this.dependencies.securityLog("forked-journal", { machine, origin, seq });
    this.dependencies.changed();
  }

  private liftQuarantine(machine: MachineId, vector: Vector): void {
    const origins = this.quarantine.get(machine);
    if (origins === undefined) return;
    const ours = this.dependencies.engine.vector();
    for (const origin of origins) if (lastOf(vector, origin) <= lastOf(ours, origin)) origins.delete(origin);
    if (origins.size === 0) this.quarantine.delete(machine);
  }
}
