/**
 * Which machines of the team this one sees now, by their links and heartbeats. Knows no clock: every question comes with
 * `now` (wall clock), so its answers are right whenever it is asked. Kept by `peers.ts`, asked by `who-acts.ts`.
 */
import type { EpochMs, MachineId } from "#domain/ids";
import type { HeartbeatWords } from "./heartbeat.ts";
import { peerTiming } from "./peer-timing.ts";

/** What is known of another machine, and since when. All times by this machine's wall clock. */
export interface Sighting {
  readonly machine: MachineId;
  linkedSince: EpochMs | null;
  /** When its last link closed; null while there is one, or if there never was. */
  closedAt: EpochMs | null;
  /** Its last heartbeat, and the first one after it had not been heard. */
  heardAt: EpochMs | null;
  heardSince: EpochMs | null;
  /** The last sign of life, or the last moment at which we began to wait for one. */
  quietSince: EpochMs;
  /** It has said goodbye, and nothing since. */
  farewell: "sleep" | "stop" | null;
  words: HeartbeatWords | null;
  /** How far its clock was ahead of ours at its last heartbeat. */
  clockDifferenceMs: number;
}

type Moment = "linkedSince" | "closedAt" | "heardAt" | "heardSince";
const moments: readonly Moment[] = ["linkedSince", "closedAt", "heardAt", "heardSince"];

export class Membership {
  private readonly sightings = new Map<MachineId, Sighting>();

  constructor(private readonly self: MachineId) {}

  find(machine: MachineId): Sighting | undefined {
    return this.sightings.get(machine);
  }

  linked(machine: MachineId, now: EpochMs): void {
    const sighting = this.sightings.get(machine) ?? unseen(machine, now);
    this.sightings.set(machine, sighting);
    sighting.linkedSince = now;
    sighting.closedAt = null;
    sighting.quietSince = now;
  }

  unlinked(machine: MachineId, now: EpochMs): void {
    const sighting = this.sightings.get(machine);
    if (sighting === undefined) return;
    sighting.linkedSince = null;
    sighting.closedAt = now;
  }

  /** @returns whether it says anything but that it is still there. */
  heartbeat(machine: MachineId, words: HeartbeatWords, now: EpochMs): boolean {
    const sighting = this.sightings.get(machine);
    if (sighting === undefined) return false;
    const wasHeard = isHeard(sighting, now);
    const isNews = !wasHeard || sighting.words === null || differ(sighting.words, words);
    if (!wasHeard) sighting.heardSince = now;
    sighting.heardAt = now;
    sighting.quietSince = now;
    sighting.farewell = null;
    sighting.words = words;
    sighting.clockDifferenceMs = words.clock - now;
    return isNews;
  }

  goodbye(machine: MachineId, reason: "sleep" | "stop"): void {
    const sighting = this.sightings.get(machine);
    if (sighting !== undefined) sighting.farewell = reason;
  }

  /** We slept: nothing that we have heard holds any more. */
  forgetWhatWasHeard(now: EpochMs): void {
    for (const sighting of this.sightings.values()) {
      sighting.heardAt = null;
      sighting.quietSince = now;
    }
  }

  /** It does not belong to the team any more. */
  remove(machine: MachineId): void {
    this.sightings.delete(machine);
  }

  /** The wall clock was set by so much. */
  shift(deltaMs: number): void {
    for (const sighting of this.sightings.values()) {
      for (const moment of moments) if (sighting[moment] !== null) sighting[moment] += deltaMs;
      sighting.quietSince += deltaMs;
    }
  }

  /** Those whose heartbeats arrive, in order of their ids. */
  heard(now: EpochMs): Sighting[] {
    return [...this.sightings.values()].filter((sighting) => isHeard(sighting, now)).sort(byMachine);
  }

  /** Those that hear us as well: what we ask of them reaches them. One-way links are none. */
  reachable(now: EpochMs): Sighting[] {
    return this.heard(now).filter((sighting) => this.hearsUs(sighting, now));
  }

  /** Those that act on what is due: only they have a place in the order. */
  acting(now: EpochMs): Sighting[] {
    return this.reachable(now).filter(({ words }) => words?.acts === true);
  }

  /** When one of these answers may change by mere silence; null: only by an event. */
  nextChangeAt(now: EpochMs): EpochMs | null {
    let next = Number.POSITIVE_INFINITY;
    for (const { heardAt, closedAt, heardSince, quietSince, linkedSince } of this.sightings.values()) {
      const ends = [
        heardAt === null ? null : heardAt + peerTiming.silentAfterMs,
        closedAt === null ? null : closedAt + peerTiming.closedForMs,
        heardSince === null ? null : heardSince + peerTiming.presumedToHearMs,
        linkedSince === null ? null : quietSince + peerTiming.closeSilentLinkAfterMs,
      ];
      for (const end of ends) if (end !== null && end > now) next = Math.min(next, end);
    }
    return Number.isFinite(next) ? next : null;
  }

  private hearsUs({ words, heardSince }: Sighting, now: EpochMs): boolean {
    if (words?.hears.includes(this.self) === true) return true;
    return heardSince !== null && now - heardSince < peerTiming.presumedToHearMs;
  }
}

function isHeard({ heardAt, closedAt, farewell }: Sighting, now: EpochMs): boolean {
  if (heardAt === null || farewell !== null || now - heardAt >= peerTiming.silentAfterMs) return false;
  return closedAt === null || now - closedAt < peerTiming.closedForMs;
}

/** What was not said again is the very same object. */
function differ(a: HeartbeatWords, b: HeartbeatWords): boolean {
  if (a.epoch !== b.epoch || a.coordinator !== b.coordinator || a.acts !== b.acts) return true;
  return (
    a.hears !== b.hears ||
    a.vector !== b.vector ||
    a.people !== b.people ||
    a.desks !== b.desks ||
    a.runtime !== b.runtime
  );
}

function unseen(machine: MachineId, now: EpochMs): Sighting {
  return {
    machine,
    linkedSince: null,
    closedAt: null,
    heardAt: null,
    heardSince: null,
    quietSince: now,
    farewell: null,
    words: null,
    clockDifferenceMs: 0,
  };
}

function byMachine(a: Sighting, b: Sighting): number {
  return a.machine < b.machine ? -1 : 1;
}
