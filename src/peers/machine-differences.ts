/**
 * What is not the same on another machine as here, with patience for what is only late. Kept by `team-view.ts`.
 */
import type { EpochMs, MachineId } from "#domain/ids";
import type { RuntimeJson } from "#wire/peer-contract";
import type { Sighting } from "./membership.ts";
import { peerTiming } from "./peer-timing.ts";
import {
  clockDifference,
  revisionDiffers,
  runtimeDifferences,
  type Difference,
} from "./runtime-comparison.ts";

export class MachineDifferences {
  /** Since when the two have had different team revisions. */
  private readonly revisionSince = new Map<MachineId, EpochMs>();

  /** Of a machine that is heard now. */
  find({ machine, words, clockDifferenceMs }: Sighting, ours: RuntimeJson, now: EpochMs): Difference[] {
    if (words === null) return [];
    const differences = runtimeDifferences(ours, words.runtime);
    const clock = clockDifference(clockDifferenceMs);
    if (clock !== null) differences.push(clock);
    if (this.lastsInRevision(machine, ours.revision !== words.runtime.revision, now))
      differences.push(revisionDiffers);
    return differences;
  }

  shift(deltaMs: number): void {
    for (const [machine, since] of this.revisionSince) this.revisionSince.set(machine, since + deltaMs);
  }

  private lastsInRevision(machine: MachineId, differs: boolean, now: EpochMs): boolean {
    const since = this.revisionSince.get(machine) ?? now;
    if (differs) this.revisionSince.set(machine, since);
    else this.revisionSince.delete(machine);
    return differs && now - since >= peerTiming.revisionLagMs;
  }
}
