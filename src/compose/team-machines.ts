/**
 * This machine among those of its team: who it is, whom it lets in, whom it calls, and when it acts. Built by `compose`;
 * what people see and do about machines goes through here (`TeamMachines`).
 *
 * A machine that is alone has an identity and nothing else: no port, no timer. The first invite makes it a team.
 */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Logger } from "pino";
import type { TeamMachines } from "#api/machine-commands";
import type { Answer } from "#domain/command";
import type { EpochMs, MachineId, PersonId } from "#domain/ids";
import type { MachineChange } from "#domain/input";
import type { Machine } from "#domain/machine";
import type { LoopEngine } from "#engine/engine";
import type { Clock, Standing } from "#engine/ports";
import { machineIdOf } from "#peers/identity/certificate";
import type { MachineIdentity } from "#peers/identity/machine-identity";
import { writeMembership, type Membership } from "#peers/identity/membership";
import type { Address } from "#peers/link/address";
import { helloOf } from "#peers/link/hello";
import type { JsonConnection } from "#peers/link/json-connection";
import { PeerServer } from "#peers/link/peer-server";
import { realScheduler } from "#peers/link/scheduler";
import { TeamLinks } from "#peers/link/team-links";
import { startDiscovery, type Discovery } from "#peers/pairing/discovery";
import { addressesOf } from "#peers/pairing/lan-addresses";
import { PairingDesk, type Admitted, type NewMachine, type Welcome } from "#peers/pairing/pairing-desk";
import { Peers } from "#peers/peers";
import type { LocalDesktops } from "#peers/team-desktops";
import type { InviteRequest, MachinesJson } from "#wire/machines-json";
import { defaultPeerPort } from "#wire/peer-contract";
import { machinesJsonOf } from "./machines-picture.ts";
import { OwnRuntime } from "./own-runtime.ts";
import type { SecurityFile } from "./security-file.ts";

export interface TeamMachinesOptions {
  readonly data: string;
  readonly identity: MachineIdentity;
  /** Null: this machine is alone. */
  readonly membership: Membership | null;
  readonly engine: LoopEngine;
  readonly clock: Clock;
  readonly local: LocalDesktops;
  readonly person: () => PersonId | null;
  readonly version: string;
  /** Where other machines are to find this one; null: as the membership says, or not at all. */
  readonly listenAt: Address | null;
  /** Whether it says on the local network where it is. */
  readonly isDiscoverable: boolean;
  readonly log: Logger;
  readonly security: SecurityFile;
  /** A desk, or another machine that has no engine of its own, as a client. */
  readonly onClient: (connection: JsonConnection<unknown>, machine: Machine) => void;
  /** This machine has become part of a team: what engines share is to be sealed with this key. */
  readonly onTeamKey: (key: string) => void;
  /** For an engine that joins; null: there is none that could be given. */
  readonly teamFileText: () => string | null;
}

const notNow: Admitted = {
  ok: false,
  reason: "not-now",
  text: "The machine that invites cannot take anybody in now: see there what is wrong, and try again.",
};

export class MachinesOfThisTeam implements TeamMachines, Standing {
  readonly peers: Peers;
  private membership: Membership | null;
  private readonly runtime: OwnRuntime;
  private readonly links: TeamLinks;
  private readonly pairing: PairingDesk;
  private server: PeerServer | null = null;
  private discovery: Discovery | null = null;
  private port: number | null = null;
  private readonly desks = new Map<MachineId, { since: EpochMs; readonly connections: Set<object> }>();
  /** Attached to other engines, and since when as far as this one knows. */
  private readonly desksElsewhere = new Map<MachineId, EpochMs>();
  private readonly revocationListeners = new Set<(machine: MachineId) => void>();
  private readonly listeners = new Set<() => void>();
  private readonly revoked = new Set<MachineId>();
  private readonly startedAt: EpochMs;
  private isStarted = false;
  private stopListening = () => {};

  constructor(private readonly options: TeamMachinesOptions) {
    const { engine, clock, identity, log, security, version, local } = options;
    this.membership = options.membership;
    this.runtime = new OwnRuntime(version);
    this.startedAt = clock.now();
    this.peers = new Peers({
      clock,
      self: identity.id,
      engine,
      others: () => this.otherEngines().map(({ id }) => id),
      local: { ...local, desks: () => [...this.desks.keys()] },
      runtime: () => this.runtime.now(engine.state.team, clock.now()),
      log: (level, text) => log[level](text),
      securityLog: (event, details) => security.note(event, details),
      able: () => engine.health.ready,
      wake: () => engine.lookAtClock(),
      report: (text) => (text === null ? engine.clearProblem("peers") : engine.reportProblem("peers", text)),
    });
    this.links = new TeamLinks({
      identity,
      hello: () => this.hello(),
      scheduler: realScheduler,
      random: Math.random,
      securityLog: security.write,
      onLink: (link) => this.peers.attach(link),
    });
    this.pairing = new PairingDesk({
      now: () => clock.now(),
      securityLog: security.write,
      self: () => ({
        fingerprint: identity.fingerprint,
        teamId: this.membership?.teamId ?? "",
        teamName: engine.state.team?.name ?? "",
      }),
      admit: (machine) => this.admit(machine),
    });
  }

  /** After the engine has read its journal. Resolves with why other machines cannot reach this one, or null. */
  async start(): Promise<string | null> {
    const { engine, identity } = this.options;
    for (const machine of engine.state.machines.values())
      if (machine.revokedAt !== null) this.revoked.add(machine.id);
    this.stopListening = engine.onChange(({ facts }) => {
      if (facts.some(({ kind }) => kind.startsWith("machine-"))) this.machinesChanged();
      // Its own record comes with the journal, and may name the place that was meant when it joined.
      const isOurs = facts.some((fact) => fact.kind === "machine-added" && fact.machine.id === identity.id);
      if (isOurs && this.server !== null) void this.sayWhereWeAre();
    });
    this.peers.onStatus(({ machines }) => {
      this.noteDesks(machines.flatMap(({ connected, desks }) => (connected ? desks : [])));
      this.tell();
    });
    this.options.local.onPeopleChanged(() => this.tell());
    this.peers.start();
    this.isStarted = true;
    engine.lookAtClock();
    if (this.membership === null && this.options.listenAt === null) return null;
    const problem = await this.listen();
    this.machinesChanged();
    if (this.membership !== null) await this.sayWhereWeAre();
    return problem;
  }

  async stop(): Promise<void> {
    this.stopListening();
    this.discovery?.stop();
    await this.peers.stop();
    this.links.close("this machine stops");
    this.server?.close();
  }

  /** Not before it is known whose desktops are here: else somebody who is about to attach would count as not there. */
  position(): number | null {
    return this.isStarted ? this.peers.position() : null;
  }

  /** Null: this machine is alone. */
  get teamKey(): string | null {
    return this.membership?.teamKey ?? null;
  }

  machines(): MachinesJson {
    const { engine, local } = this.options;
    return machinesJsonOf({
      self: this.self(),
      teamId: this.membership?.teamId ?? null,
      machines: [...engine.state.machines.values()],
      status: this.peers.status(),
      people: local.people(),
      desks: new Map([
        ...this.desksElsewhere,
        ...[...this.desks].map(([id, { since }]) => [id, since] as const),
      ]),
      troubleWith: (machine) => this.links.troubleWith(machine)?.text ?? null,
      startedAt: this.startedAt,
    });
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  change(change: MachineChange): Promise<Answer> {
    return this.options.engine.submit({ kind: "machine", change });
  }

  suspend(): void {
    this.peers.suspend();
  }

  resume(): void {
    this.links.retryNow();
    this.peers.resume();
  }

  /** The first invite makes this machine the first one of a team. */
  async invite(
    request: InviteRequest,
  ): Promise<{ ok: true; line: string; expiresAt: EpochMs } | { ok: false; text: string }> {
    const { engine } = this.options;
    if (request.person !== null && !engine.state.team?.people.some(({ id }) => id === request.person))
      return { ok: false, text: `${request.person} is not in the team file: add this person first.` };
    const problem = (await this.becomeTeam()) ?? (await this.listen());
    if (problem !== null) return { ok: false, text: problem };
    const { role, person } = request;
    const addresses = [...(request.addresses ?? []), ...this.addresses()];
    return { ok: true, ...this.pairing.invite({ role, person: person as PersonId | null }, addresses) };
  }

  // ---- becoming a team, and taking machines in

  /** @returns why it cannot be, or null. */
  private async becomeTeam(): Promise<string | null> {
    if (this.membership !== null) return null;
    const { data, listenAt, onTeamKey } = this.options;
    const teamKey = randomBytes(32).toString("base64");
    const membership: Membership = {
      teamId: randomBytes(8).toString("hex"),
      teamKey,
      role: "engine",
      name: hostname(),
      peers: listenAt ?? { host: "0.0.0.0", port: defaultPeerPort },
      engines: [],
    };
    try {
      writeMembership(data, membership);
    } catch (error) {
      return `membership.json cannot be written (${String(error)}): make room or make the folder writable.`;
    }
    this.membership = membership;
    onTeamKey(teamKey);
    const problem = await this.listen();
    if (problem !== null) return problem;
    await this.sayWhereWeAre();
    return null;
  }

  private async admit(machine: NewMachine): Promise<Admitted> {
    const { engine, identity, teamFileText } = this.options;
    const { team } = engine.state;
    if (this.membership === null || team === null) return notNow;
    if (machine.person !== null && !team.people.some(({ id }) => id === machine.person)) {
      const known = team.people.map(({ id }) => id).join(", ");
      const text = `${machine.person} is not in the team; it has: ${known}.`;
      return { ok: false, reason: "other-person", text };
    }
    const known = engine.state.machines.get(machine.id);
    if (known === undefined) {
      const change = { kind: "machine-added", machine, by: identity.id } as const;
      const answer = await engine.submit({ kind: "machine", change });
      if (!answer.ok) return notNow;
    } else if (known.revokedAt !== null) return notNow;
    const engines = [this.self(), ...this.otherEngines()].filter(({ id }) => id !== machine.id);
    const welcome: Welcome = {
      team: { id: this.membership.teamId, name: team.name },
      teamKey: this.membership.teamKey,
      engines: engines.map(({ id, fingerprint, addresses }) => ({
        id,
        fingerprint,
        addresses: [...addresses],
      })),
      teamFile: machine.role === "engine" ? teamFileText() : null,
    };
    return { ok: true, welcome };
  }

  /** Other machines learn from the journal where this one is to be found, also when that has changed. */
  private async sayWhereWeAre(): Promise<void> {
    const { engine, identity } = this.options;
    const addresses = this.addresses();
    const known = engine.state.machines.get(identity.id);
    if (known === undefined) {
      // One that has joined is in the journal of those who took it in.
      if (this.membership!.engines.length > 0) return;
      const { addedAt: _, revokedAt: __, ...machine } = this.self();
      const change = { kind: "machine-added", machine: { ...machine, addresses }, by: identity.id } as const;
      await engine.submit({ kind: "machine", change });
    } else if (JSON.stringify(known.addresses) !== JSON.stringify(addresses)) {
      const change = { kind: "machine-changed", machineId: identity.id, addresses } as const;
      await engine.submit({ kind: "machine", change });
    }
  }

  private addresses(): readonly string[] {
    const at = this.options.listenAt ?? this.membership?.peers;
    return at === null || at === undefined || this.port === null
      ? []
      : addressesOf({ host: at.host, port: this.port });
  }

  // ---- the server for other machines

  /** @returns why other machines cannot reach this one, or null. */
  private async listen(): Promise<string | null> {
    const at = this.options.listenAt ?? this.membership?.peers ?? null;
    if (at === null || this.server !== null) return null;
    const server = this.makeServer();
    try {
      this.port = await server.listen(at.host, at.port);
    } catch (error) {
      server.close();
      const why = (error as NodeJS.ErrnoException).code ?? String(error);
      return `Other machines cannot reach this one: port ${at.port} of ${at.host} cannot be opened (${why}). Give another one with --peers HOST:PORT.`;
    }
    this.server = server;
    this.options.log.info({ host: at.host, port: this.port }, "other machines are let in here");
    if (this.membership !== null && this.membership.peers === null)
      this.keep({ ...this.membership, peers: { host: at.host, port: this.port } });
    void this.discover();
    return null;
  }

  /** A convenience: machines whose addresses have changed are found on the local network. */
  private async discover(): Promise<void> {
    const { identity, log, isDiscoverable } = this.options;
    if (!isDiscoverable || this.membership === null || this.port === null || this.discovery !== null) return;
    this.discovery = await startDiscovery({
      self: identity.id,
      teamId: this.membership.teamId,
      port: this.port,
      onFound: (machine, addresses) => this.links.suggest(machine, addresses),
      onTrouble: (text) => log.info(text),
    });
  }

  private makeServer(): PeerServer {
    const { identity, security } = this.options;
    return new PeerServer({
      identity,
      hello: () => this.hello(),
      machineOf: (fingerprint) => this.machineOf(fingerprint),
      whenRevoked: (listener) => void this.revocationListeners.add(listener),
      onPeer: (link, hello) => this.links.take(link, hello),
      onClient: (connection, machine) => this.welcome(connection, machine),
      onStranger: (stranger) => this.pairing.receive(stranger),
      securityLog: security.write,
      scheduler: realScheduler,
    });
  }

  private hello() {
    const { identity, version } = this.options;
    return helloOf({ machine: identity.id, team: this.membership?.teamId ?? "", tocsin: version });
  }

  private welcome(connection: JsonConnection<unknown>, machine: Machine): void {
    const { clock, onClient } = this.options;
    const desk = this.desks.get(machine.id) ?? { since: clock.now(), connections: new Set() };
    this.desks.set(machine.id, desk);
    desk.connections.add(connection);
    connection.onClose(() => {
      desk.connections.delete(connection);
      if (desk.connections.size === 0) this.desks.delete(machine.id);
      this.tell();
    });
    onClient(connection, machine);
    this.tell();
  }

  private noteDesks(there: readonly MachineId[]): void {
    for (const id of this.desksElsewhere.keys()) if (!there.includes(id)) this.desksElsewhere.delete(id);
    for (const id of there)
      if (!this.desksElsewhere.has(id)) this.desksElsewhere.set(id, this.options.clock.now());
  }

  // ---- who is in the team

  private self(): Machine {
    const { identity, engine, person } = this.options;
    const known = engine.state.machines.get(identity.id);
    return (
      known ?? {
        id: identity.id,
        name: this.membership?.name ?? hostname(),
        role: "engine",
        person: person(),
        fingerprint: identity.fingerprint,
        addresses: this.addresses(),
        addedAt: this.startedAt,
        revokedAt: null,
      }
    );
  }

  /** As the journal knows them; until it has come, those that the invite named. */
  private otherEngines(): Pick<Machine, "id" | "fingerprint" | "addresses">[] {
    if (this.membership === null) return [];
    const { engine, identity } = this.options;
    const known = [...engine.state.machines.values()];
    const engines = known.filter(({ role, revokedAt }) => role === "engine" && revokedAt === null);
    const first = this.membership.engines.filter(({ id }) => !engine.state.machines.has(id as MachineId));
    return [...engines, ...first.map((one) => ({ ...one, id: one.id as MachineId }))].filter(
      ({ id }) => id !== identity.id,
    );
  }

  private machineOf(fingerprint: string): Machine | null {
    const { engine } = this.options;
    const id = machineIdOf(fingerprint);
    const known = engine.state.machines.get(id);
    if (known !== undefined) return known.fingerprint === fingerprint ? known : null;
    const first = this.otherEngines().find((one) => one.fingerprint === fingerprint);
    if (first === undefined) return null;
    const { addresses } = first;
    const unnamed = {
      name: id.slice(0, 8),
      role: "engine",
      person: null,
      addedAt: 0,
      revokedAt: null,
    } as const;
    return { id, fingerprint, addresses, ...unnamed };
  }

  private machinesChanged(): void {
    const { engine, identity, log } = this.options;
    for (const { id, revokedAt } of engine.state.machines.values()) {
      if (revokedAt === null || this.revoked.has(id)) continue;
      this.revoked.add(id);
      log.warn({ machine: id }, "a machine was revoked");
      for (const listener of this.revocationListeners) listener(id);
    }
    if (this.revoked.has(identity.id)) this.links.follow([]);
    else this.links.follow(this.otherEngines());
    this.rememberEngines();
    this.tell();
  }

  /** To find them again at the next start, should the journal be lost. */
  private rememberEngines(): void {
    if (this.membership === null) return;
    const engines = this.otherEngines().map(({ id, fingerprint, addresses }) => ({
      id,
      fingerprint,
      addresses: [...addresses],
    }));
    if (JSON.stringify(engines) !== JSON.stringify(this.membership.engines))
      this.keep({ ...this.membership, engines });
  }

  private keep(membership: Membership): void {
    this.membership = membership;
    try {
      writeMembership(this.options.data, membership);
    } catch (error) {
      this.options.log.warn({ err: error }, "membership.json could not be written; it is tried again later");
    }
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
