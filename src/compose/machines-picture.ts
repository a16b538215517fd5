/** The machines of the team as people see them: what the journal knows of them, and what this machine sees of them now. */
import type { EpochMs, MachineId } from "#domain/ids";
import type { Machine } from "#domain/machine";
import type { PersonPresence } from "#domain/presence";
import type { MachineStatus, TeamStatus } from "#peers/team-status";
import type { MachineJson, MachinesJson } from "#wire/machines-json";

export interface Picture {
  readonly self: Machine;
  /** Null: this machine is alone. */
  readonly teamId: string | null;
  readonly machines: readonly Machine[];
  readonly status: TeamStatus;
  /** Whose desktops are attached here. */
  readonly people: readonly PersonPresence[];
  /** The desks that are attached to an engine in sight, and since when. */
  readonly desks: ReadonlyMap<MachineId, EpochMs>;
  readonly startedAt: EpochMs;
  /** Why there is no connection to it, in a sentence; null: not known, or there is one. */
  readonly troubleWith: (machine: MachineId) => string | null;
}

export function machinesJsonOf(picture: Picture): MachinesJson {
  const { self, teamId, machines, status } = picture;
  const { coordinator, coordinatorSince, isolatedSince, settling, awake } = status;
  const known = new Map(machines.map((machine) => [machine.id, machine]));
  if (!known.has(self.id)) known.set(self.id, self);
  return {
    self: { id: self.id, name: known.get(self.id)!.name, role: self.role },
    team: teamId === null ? null : { id: teamId },
    coordinator,
    since: orNull(coordinatorSince),
    ...(isolatedSince === null ? {} : { isolatedSince: instant(isolatedSince) }),
    settling,
    awake,
    machines: [...known.values()].map((machine) => jsonOf(machine, picture)),
  };
}

function jsonOf(machine: Machine, picture: Picture): MachineJson {
  const { id, name, role, person, fingerprint, addresses, addedAt, revokedAt } = machine;
  return {
    id,
    name,
    role,
    person,
    fingerprint,
    addresses: [...addresses],
    addedAt: instant(addedAt),
    ...(revokedAt === null ? {} : { revokedAt: instant(revokedAt) }),
    ...nowOf(machine, picture),
  };
}

type Now = Pick<MachineJson, "connected" | "since" | "people" | "differences" | "behind"> &
  Partial<MachineJson>;

function nowOf({ id, role, person }: Machine, picture: Picture): Now {
  const { self, status, people, desks, startedAt, troubleWith } = picture;
  const nothing = { differences: [], behind: 0 };
  if (id === self.id) {
    const acts = status.position !== null;
    return { ...nothing, connected: true, since: instant(startedAt), acts, people: [...people] };
  }
  if (role === "desk") {
    const since = desks.get(id) ?? null;
    const everybody = [people, ...status.machines.map((machine) => machine.people)].flat();
    const theirs = since === null ? [] : everybody.filter((one) => one.person === person).slice(0, 1);
    return { ...nothing, connected: since !== null, since: orNull(since), people: theirs };
  }
  const seen = status.machines.find((one) => one.machine === id);
  const now = seen === undefined ? { ...nothing, connected: false, since: null, people: [] } : seenOf(seen);
  const trouble = now.connected ? null : troubleWith(id);
  return trouble === null ? now : { ...now, differences: [trouble, ...now.differences] };
}

function seenOf(seen: MachineStatus): Now {
  const { connected, since, lastHeardAt, acts, people, clockDifferenceMs, differences, factsBehind } = seen;
  return {
    connected,
    since: orNull(since),
    ...(lastHeardAt === null ? {} : { lastHeardAt: instant(lastHeardAt) }),
    acts,
    people: connected ? [...people] : [],
    ...(clockDifferenceMs === null ? {} : { clockDifferenceMs }),
    differences: [...differences],
    behind: factsBehind,
  };
}

function instant(at: EpochMs): string {
  return new Date(at).toISOString();
}

function orNull(at: EpochMs | null): string | null {
  return at === null ? null : instant(at);
}
