/** The machines of a team as a test says they are; what is asked of them is recorded. */
import type { TeamMachines } from "#api/machine-commands";
import type { Answer } from "#domain/command";
import type { MachineChange } from "#domain/input";
import type { InviteRequest, MachineJson, MachinesJson } from "#wire/machines-json";

export class FakeMachines implements TeamMachines {
  readonly invited: InviteRequest[] = [];
  readonly changes: MachineChange[] = [];
  answer: Answer = { ok: true, alertId: null, effect: "done" };
  invitation: Awaited<ReturnType<TeamMachines["invite"]>> = {
    ok: true,
    line: `tocsin://192.168.1.10:8744/?f=${"ab".repeat(32)}&s=MDEyMzQ1Njc4OWFiY2RlZg&t=0011223344556677&n=Platform`,
    expiresAt: Date.parse("2026-03-01T12:15:00Z"),
  };
  private readonly listeners = new Set<() => void>();

  constructor(private picture: MachinesJson = machinesOfThree()) {}

  machines(): MachinesJson {
    return this.picture;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async invite(request: InviteRequest): ReturnType<TeamMachines["invite"]> {
    this.invited.push(request);
    return this.invitation;
  }

  async change(change: MachineChange): Promise<Answer> {
    this.changes.push(change);
    return this.answer;
  }

  become(picture: MachinesJson): void {
    this.picture = picture;
    for (const listener of this.listeners) listener();
  }
}

export function machine(id: string, changes: Partial<MachineJson> = {}): MachineJson {
  return {
    id,
    name: id,
    role: "engine",
    person: null,
    fingerprint: "0f".repeat(32),
    addresses: ["192.168.1.10:8744"],
    addedAt: "2026-02-01T09:00:00.000Z",
    connected: true,
    since: "2026-03-01T09:00:00.000Z",
    acts: true,
    people: [],
    differences: [],
    behind: 0,
    ...changes,
  };
}

/** Ana's laptop (this one) coordinates, Ben's stands by, and Ben has a desk that is off. */
export function machinesOfThree(changes: Partial<MachinesJson> = {}): MachinesJson {
  return {
    self: { id: "analaptop", name: "Ana's laptop", role: "engine" },
    team: { id: "0011223344556677" },
    coordinator: "analaptop",
    since: "2026-03-01T09:00:00.000Z",
    settling: false,
    awake: 2,
    machines: [
      machine("analaptop", {
        name: "Ana's laptop",
        person: "ana",
        people: [{ person: "ana", presence: "active" }],
      }),
      machine("benlaptop", {
        name: "Ben's laptop",
        person: "ben",
        people: [{ person: "ben", presence: "locked" }],
        clockDifferenceMs: -1200,
      }),
      machine("bendesk", {
        name: "Ben's desk",
        person: "ben",
        role: "desk",
        connected: false,
        addresses: [],
      }),
    ],
    ...changes,
  };
}

/** Nobody has been invited yet. */
export function machineAlone(): MachinesJson {
  const { self, machines } = machinesOfThree();
  return { ...machinesOfThree(), self, team: null, awake: 1, machines: machines.slice(0, 1) };
}
