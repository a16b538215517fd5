/**
 * Who belongs to the team, as this machine knows it: from the journal, and until that has come, from the membership that
 * the invite has left. Used by `team-machines`.
 */
import { hostname } from "node:os";
import type { Logger } from "pino";
import type { EpochMs, MachineId, PersonId } from "#domain/ids";
import type { Machine } from "#domain/machine";
import type { Engine } from "#engine/ports";
import { machineIdOf } from "#peers/identity/certificate";
import type { MachineIdentity } from "#peers/identity/machine-identity";
import { mostSaidAddresses, writeMembership, type Membership } from "#peers/identity/membership";

export type OtherEngine = Pick<Machine, "id" | "fingerprint" | "addresses">;

export interface TeamRosterOptions {
  readonly data: string;
  readonly identity: MachineIdentity;
  /** Null: this machine is alone. */
  readonly membership: Membership | null;
  readonly engine: Pick<Engine, "state">;
  readonly person: () => PersonId | null;
  readonly startedAt: EpochMs;
  readonly log: Pick<Logger, "warn">;
}

export class TeamRoster {
  private current: Membership | null;
  private readonly revoked = new Set<MachineId>();
  private readonly revocationListeners = new Set<(machine: MachineId) => void>();

  constructor(private readonly options: TeamRosterOptions) {
    this.current = options.membership;
  }

  get membership(): Membership | null {
    return this.current;
  }

  /** As the team knows this machine; before it does, as it would introduce itself. */
  self(addresses: readonly string[]): Machine {
    const { identity, engine, person, startedAt } = this.options;
    const { id, fingerprint } = identity;
    const name = this.current?.name ?? hostname();
    const known = engine.state.machines.get(id);
    const times = { addedAt: startedAt, revokedAt: null };
    return known ?? { id, name, role: "engine", person: person(), fingerprint, addresses, ...times };
  }

  /** Those that are not revoked. */
  otherEngines(): OtherEngine[] {
    if (this.current === null) return [];
    const { engine, identity } = this.options;
    const { machines } = engine.state;
    const known = [...machines.values()].filter((one) => one.role === "engine" && one.revokedAt === null);
    const first = this.current.engines.filter(({ id }) => !machines.has(id as MachineId));
    const all = [...known, ...first.map((one) => ({ ...one, id: one.id as MachineId }))];
    return all.filter(({ id }) => id !== identity.id);
  }

  /** Revoked ones too; null: nobody of this team. */
  machineOf(fingerprint: string): Machine | null {
    const id = machineIdOf(fingerprint);
    const known = this.options.engine.state.machines.get(id);
    if (known !== undefined) return known.fingerprint === fingerprint ? known : null;
    const first = this.otherEngines().find((one) => one.fingerprint === fingerprint);
    if (first === undefined) return null;
    const unnamed = { name: id.slice(0, 8), person: null, addedAt: 0, revokedAt: null };
    return { ...unnamed, id, fingerprint, role: "engine", addresses: first.addresses };
  }

  onRevoked(listener: (machine: MachineId) => void): void {
    this.revocationListeners.add(listener);
  }

  /** Before the first `look`: nobody is told of those who were revoked long ago. */
  begin(): void {
    for (const { id, revokedAt } of this.options.engine.state.machines.values())
      if (revokedAt !== null) this.revoked.add(id);
  }

  /** After facts about machines: tells of those that are revoked now, and remembers the engines. */
  look(): void {
    for (const { id, revokedAt } of this.options.engine.state.machines.values()) {
      // Two revoked one another, and the other one counts.
      if (revokedAt === null) this.revoked.delete(id);
      if (revokedAt === null || this.revoked.has(id)) continue;
      this.revoked.add(id);
      this.options.log.warn({ machine: id }, "a machine was revoked");
      for (const listener of this.revocationListeners) listener(id);
    }
    this.rememberEngines();
  }

  /** @throws when it cannot be written; then it is not kept. */
  become(membership: Membership): void {
    writeMembership(this.options.data, membership);
    this.current = membership;
  }

  /** The same for what can be said again. */
  keep(membership: Membership): void {
    this.current = membership;
    try {
      writeMembership(this.options.data, membership);
    } catch (error) {
      this.options.log.warn({ err: error }, "membership.json could not be written; it is tried again later");
    }
  }

  /** This machine is to be found there too, from now on; in the order in which others are to try. */
  rememberAddresses(said: readonly string[]): void {
    if (this.current === null) return;
    const known = this.current.alsoAt;
    const all = [...new Set([...said, ...known])].slice(0, mostSaidAddresses);
    if (JSON.stringify(all) !== JSON.stringify(known)) this.keep({ ...this.current, alsoAt: all });
  }

  /** To find them again at the next start, should the journal be lost. */
  private rememberEngines(): void {
    if (this.current === null) return;
    const engines = this.otherEngines().map(({ id, fingerprint, addresses }) => ({
      id,
      fingerprint,
      addresses: [...addresses],
    }));
    if (JSON.stringify(engines) !== JSON.stringify(this.current.engines))
      this.keep({ ...this.current, engines });
  }
}
