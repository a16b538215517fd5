/**
 * Puts into words what this machine sees of its team: the status for whoever shows it, and what is wrong. Kept by
 * `peers.ts`, which says when to look.
 */
import type { EpochMs, MachineId } from "#domain/ids";
import type { RuntimeJson } from "#wire/peer-contract";
import { MachineDifferences } from "./machine-differences.ts";
import type { Membership, Sighting } from "./membership.ts";
import type { Difference } from "./runtime-comparison.ts";
import type { Synchronisation } from "./synchronisation.ts";
import type { MachineStatus, TeamStatus } from "./team-status.ts";
import type { WhoActs } from "./who-acts.ts";

export interface TeamViewDependencies {
  readonly self: MachineId;
  readonly membership: Membership;
  readonly whoActs: WhoActs;
  readonly synchronisation: Synchronisation;
  others(): readonly MachineId[];
  /** As people call it. Hostile text. */
  nameOf(machine: MachineId): string;
}

export class TeamView {
  private readonly differences = new MachineDifferences();
  private isolatedSince: EpochMs | null = null;

  constructor(private readonly dependencies: TeamViewDependencies) {}

  /** Takes note of isolation; call it whenever something may have changed. */
  look(now: EpochMs): void {
    const { membership, whoActs, others } = this.dependencies;
    if (others().length === 0 || membership.heard(now).length > 0) this.isolatedSince = null;
    else if (!whoActs.isSettling && !whoActs.isSuspended) this.isolatedSince ??= now;
  }

  shift(deltaMs: number): void {
    this.differences.shift(deltaMs);
    if (this.isolatedSince !== null) this.isolatedSince += deltaMs;
  }

  status(position: number | null, ours: RuntimeJson, now: EpochMs): TeamStatus {
    const { self, membership, whoActs, others } = this.dependencies;
    const { coordinator } = whoActs;
    return {
      self,
      // Whoever is first without anybody to say so to coordinates, too.
      coordinator: coordinator?.machine ?? (position === 0 ? self : null),
      coordinatorSince: coordinator?.since ?? null,
      epoch: whoActs.epoch,
      position,
      settling: whoActs.isSettling,
      suspended: whoActs.isSuspended,
      isolatedSince: this.isolatedSince,
      awake: membership.acting(now).length + (whoActs.acts ? 1 : 0),
      machines: [...others()].sort().map((machine) => this.machineStatus(machine, ours, now)),
    };
  }

  /** What a person should know and do something about, in sentences; null: nothing. */
  problem(ours: RuntimeJson, now: EpochMs): string | null {
    const texts = [...this.isolation(), ...this.disagreements(), ...this.differencesOf("serious", ours, now)];
    return texts.length === 0 ? null : texts.join(" ");
  }

  /** What will be a problem one day unless somebody puts it right, in sentences; null: nothing. No reason for distrust. */
  note(ours: RuntimeJson, now: EpochMs): string | null {
    const texts = this.differencesOf("coming", ours, now);
    return texts.length === 0 ? null : texts.join(" ");
  }

  private machineStatus(machine: MachineId, ours: RuntimeJson, now: EpochMs): MachineStatus {
    const { membership, synchronisation } = this.dependencies;
    const sighting = membership.find(machine);
    const heard = membership.heard(now).find((one) => one.machine === machine);
    const facts = synchronisation.difference(machine);
    return {
      machine,
      connected: heard !== undefined,
      since: (heard === undefined ? (sighting?.closedAt ?? sighting?.heardAt) : heard.heardSince) ?? null,
      lastHeardAt: sighting?.heardAt ?? null,
      hearsUs: membership.reachable(now).some((one) => one.machine === machine),
      acts: heard?.words?.acts ?? false,
      farewell: sighting?.farewell ?? null,
      people: heard?.words?.people ?? [],
      desks: heard?.words?.desks ?? [],
      clockDifferenceMs: heard?.clockDifferenceMs ?? null,
      differences: heard === undefined ? [] : this.differences.find(heard, ours, now).map(({ text }) => text),
      factsBehind: facts?.theyLack ?? 0,
      factsAhead: facts?.weLack ?? 0,
    };
  }

  private isolation(): string[] {
    if (this.isolatedSince === null) return [];
    const { self, nameOf, membership, others } = this.dependencies;
    // By its name, since desks show this too.
    const name = nameOf(self);
    const sightings = others().map((machine) => membership.find(machine));
    if (sightings.every((sighting) => sighting !== undefined && sighting.farewell !== null))
      return [
        `No other engine of the team is awake: if ${name} goes to sleep as well, nobody is alerted. Keep one of them on.`,
      ];
    return [
      `ISOLATED: ${name} reaches none of the team's other engines and carries out every step itself. Check its network.`,
    ];
  }

  private disagreements(): string[] {
    return [...this.dependencies.synchronisation.disagreements.keys()].map(
      (machine) =>
        `The journal of ${this.dependencies.nameOf(machine)} contradicts this one: one of them was changed or restored by hand. See security.log in the data folder; remove the machine from the team and let it join anew.`,
    );
  }

  private differencesOf(wanted: Difference["kind"], ours: RuntimeJson, now: EpochMs): string[] {
    return this.dependencies.membership.heard(now).flatMap((sighting: Sighting) =>
      this.differences
        .find(sighting, ours, now)
        .filter(({ kind }) => kind === wanted)
        .map(({ text }) => `${this.dependencies.nameOf(sighting.machine)}: ${text}`),
    );
  }
}
