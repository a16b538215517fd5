/**
 * Tells clients of the team's machines after each change: at once when it is quiet, else once in a while, since with
 * hundreds of desks every one that comes or goes is a change. Made by `client-hub.ts`.
 */
import type { EpochMs, PersonId } from "#domain/ids";
import type { Clock } from "#engine/ports";
import type { MachinesJson } from "#wire/machines-json";
import type { ClientSession } from "./client-session.ts";
import type { TeamMachines } from "./machine-commands.ts";

/** Beyond so many clients, or machines, it is a large team. */
const many = 32;
const restMs = { few: 100, many: 1000 } as const;

export class MachineNews {
  private toldAt: EpochMs = -Infinity;
  private cancel: (() => void) | null = null;
  private readonly stopListening: () => void;

  constructor(
    private readonly machines: TeamMachines,
    private readonly clock: Clock,
    private readonly sessions: ReadonlySet<ClientSession>,
  ) {
    this.stopListening = machines.onChange(() => this.changed());
  }

  stop(): void {
    this.stopListening();
    this.cancel?.();
  }

  private changed(): void {
    if (this.cancel !== null || this.sessions.size === 0) return;
    const sinceMs = this.clock.now() - this.toldAt;
    const quietMs = this.sessions.size > many ? restMs.many : restMs.few;
    // A clock that is set back, now or meanwhile, must not make anybody wait for it to catch up.
    if (sinceMs >= quietMs || sinceMs < 0) this.tell();
    else this.cancel = this.clock.callAfter(quietMs - sinceMs, () => this.tell());
  }

  private tell(): void {
    this.cancel?.();
    this.cancel = null;
    this.toldAt = this.clock.now();
    const machines = this.machines.machines();
    let text: string | null = null;
    const written = (): string => (text ??= JSON.stringify({ type: "machines", machines }));
    for (const session of [...this.sessions]) {
      // A desk may have become another person's.
      session.lookAtPerson();
      const seen = session.machinesSeen(machines);
      if (seen === machines) session.tell({ type: "machines", machines }, written);
      else session.tell({ type: "machines", machines: seen });
    }
  }
}

/** What a desk of a large team needs to know: the engines, and what is its person's. Hundreds of others say nothing to it. */
export function machinesForDesk(machines: MachinesJson, person: PersonId | null): MachinesJson {
  if (machines.machines.length <= many) return machines;
  return {
    ...machines,
    machines: machines.machines.filter(
      (machine) => machine.role === "engine" || (person !== null && machine.person === person),
    ),
  };
}
