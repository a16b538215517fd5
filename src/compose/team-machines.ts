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
import type { MachineIdentity } from "#peers/identity/machine-identity";
import type { Membership } from "#peers/identity/membership";
import type { Address } from "#peers/link/address";
import { helloOf } from "#peers/link/hello";
import type { JsonConnection } from "#peers/link/json-connection";
import { realScheduler } from "#peers/link/scheduler";
import { TeamLinks } from "#peers/link/team-links";
import { PairingDesk } from "#peers/pairing/pairing-desk";
import { Peers } from "#peers/peers";
import type { LocalDesktops } from "#peers/team-desktops";
import type { InviteRequest, MachinesJson } from "#wire/machines-json";
import { defaultPeerPort } from "#wire/peer-contract";
import { admit } from "./admission.ts";
import { AttachedDesks } from "./attached-desks.ts";
import { machinesJsonOf } from "./machines-picture.ts";
import { OwnRuntime } from "./own-runtime.ts";
import { PeersProblem } from "./peers-problem.ts";
import type { SecurityFile } from "./security-file.ts";
import { canTravel } from "./shared-team/team-parcel.ts";
import { ShutOut } from "./shut-out.ts";
import { TeamDoor } from "./team-door.ts";
import { TeamRoster } from "./team-roster.ts";

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
  /** This machine has become part of a team: what engines share is to be sealed with its key from now on. */
  readonly onTeamKey: () => void;
  /** This machine was revoked: whatever it was trusted with is to be forgotten. Called once. */
  readonly onRevoked: () => void;
  /** For an engine that joins; null: there is none that could be given. */
  readonly teamFileText: () => string | null;
}

const tooLarge =
  "The team file is too large to be passed on to other machines. Make it smaller, then invite.";

export class MachinesOfThisTeam implements TeamMachines, Standing {
  readonly peers: Peers;
  private readonly roster: TeamRoster;
  private readonly links: TeamLinks;
  private readonly door: TeamDoor;
  private readonly pairing: PairingDesk;
  private readonly desks: AttachedDesks;
  private readonly listeners = new Set<() => void>();
  private readonly startedAt: EpochMs;
  private isStarted = false;
  private readonly problem: PeersProblem;
  private readonly shutOut: ShutOut;
  private stopListening = () => {};

  constructor(private readonly options: TeamMachinesOptions) {
    const { engine, clock, identity, log, security, version, local, onClient } = options;
    this.startedAt = clock.now();
    this.roster = new TeamRoster({ ...options, startedAt: this.startedAt });
    this.problem = new PeersProblem(engine);
    this.desks = new AttachedDesks(
      () => clock.now(),
      () => this.tell(),
    );
    this.shutOut = new ShutOut({
      ...{ self: identity.id, engine, clock, log, roster: this.roster },
      linked: () => this.peers.linked(),
      onShutOut: () => {
        this.door.close();
        options.onRevoked();
        this.machinesChanged();
      },
    });
    const runtime = new OwnRuntime(version);
    this.peers = new Peers({
      clock,
      self: identity.id,
      engine,
      others: () => this.roster.otherEngines().map(({ id }) => id),
      local: { ...local, desks: () => this.desks.here },
      runtime: () => runtime.now(engine.state.team, clock.now()),
      log: (level, text) => log[level](text),
      securityLog: (event, details) => security.note(event, details),
      able: () => engine.health.ready,
      wake: () => engine.lookAtClock(),
      report: (text) => this.problem.is(text),
      note: (text) => (text === null ? engine.clearProblem("shifts") : engine.reportProblem("shifts", text)),
    });
    const connecting = {
      identity,
      hello: () =>
        helloOf({ machine: identity.id, team: this.roster.membership?.teamId ?? "", tocsin: version }),
      scheduler: realScheduler,
      securityLog: security.write,
    };
    this.links = new TeamLinks({
      ...connecting,
      random: Math.random,
      onLink: (link) => this.peers.attach(link),
      onRevoked: (by) => this.shutOut.toldBy(by),
    });
    this.pairing = new PairingDesk({
      now: () => clock.now(),
      securityLog: security.write,
      self: () => ({
        fingerprint: identity.fingerprint,
        teamId: this.roster.membership?.teamId ?? "",
        teamName: engine.state.team?.name ?? "",
      }),
      admit: (machine) =>
        admit(machine, {
          engine,
          roster: this.roster,
          addresses: this.addresses(),
          teamFileText: options.teamFileText,
          add: (added) => this.change({ kind: "machine-added", machine: added, by: identity.id }),
        }),
    });
    this.door = new TeamDoor({
      log,
      server: {
        ...connecting,
        machineOf: (fingerprint) => this.roster.machineOf(fingerprint),
        whenRevoked: (listener) => this.roster.onRevoked(listener),
        onPeer: (link, hello) => this.links.take(link, hello),
        onClient: (connection, machine) => {
          this.desks.attach(connection, machine.id);
          onClient(connection, machine);
        },
        onStranger: (stranger) => this.pairing.receive(stranger),
      },
    });
  }

  /** After the engine has read its journal. Resolves with why other machines cannot reach this one, or null. */
  async start(): Promise<string | null> {
    const { engine, identity, listenAt, local } = this.options;
    this.roster.begin();
    if (this.shutOut.look()) return null;
    this.stopListening = engine.onChange(({ facts }) => {
      // After this commit is on its way to the others: whoever is revoked in it is to hear so before it is cut off.
      if (facts.some(({ kind }) => kind.startsWith("machine-"))) queueMicrotask(() => this.machinesChanged());
      // Its own record comes with the journal, and may name the place that was meant when it joined.
      const isOurs = facts.some((fact) => fact.kind === "machine-added" && fact.machine.id === identity.id);
      if (isOurs && this.door.isOpen) void this.sayWhereWeAre();
    });
    local.onPeopleChanged(() => this.tell());
    this.peers.onStatus(({ machines }) => {
      this.desks.heard(machines.flatMap(({ connected, desks }) => (connected ? desks : [])));
      this.tell();
    });
    this.peers.start();
    this.isStarted = true;
    engine.lookAtClock();
    if (this.roster.membership === null && listenAt === null) return null;
    const problem = await this.listen();
    this.machinesChanged();
    if (this.roster.membership !== null) await this.sayWhereWeAre();
    return problem;
  }

  async stop(): Promise<void> {
    this.stopListening();
    await this.peers.stop();
    this.links.close("this machine stops");
    this.door.close();
  }

  /** Not before it is known whose desktops are here: else somebody who is about to attach would count as not there. */
  others(): readonly MachineId[] {
    return this.peers.others();
  }

  position(): number | null {
    return this.isStarted ? this.peers.position() : null;
  }

  /** Null: this machine is alone. */
  get teamKey(): string | null {
    return this.roster.membership?.teamKey ?? null;
  }

  machines(): MachinesJson {
    const { engine, local } = this.options;
    return machinesJsonOf({
      self: this.roster.self(this.addresses()),
      teamId: this.roster.membership?.teamId ?? null,
      machines: [...engine.state.machines.values()],
      status: this.peers.status(),
      people: local.people(),
      desks: this.desks.all(),
      troubleWith: (machine) => this.links.troubleWith(machine)?.text ?? null,
      startedAt: this.startedAt,
    });
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async change(change: MachineChange): Promise<Answer> {
    const { engine, identity } = this.options;
    // Before its first invite this machine is shown, and in no fact yet.
    const isOwn = change.kind === "machine-changed" && change.machineId === identity.id;
    if (isOwn && !engine.state.machines.has(identity.id)) await this.introduce();
    return engine.submit({ kind: "machine", change });
  }

  /** The first invite makes this machine the first one of a team. */
  async invite(
    request: InviteRequest,
  ): Promise<{ ok: true; line: string; expiresAt: EpochMs } | { ok: false; text: string }> {
    const { role } = request;
    const person = request.person as PersonId | null;
    if (person !== null && !this.isInTeam(person))
      return { ok: false, text: `${person} is not in the team file: add this person first.` };
    const { team } = this.options.engine.state;
    if (team !== null && !canTravel(team)) return { ok: false, text: tooLarge };
    const problem =
      this.options.engine.revocation.known ?? (await this.becomeTeam()) ?? (await this.listen());
    if (problem !== null) return { ok: false, text: problem };
    this.roster.rememberAddresses(request.addresses ?? []);
    // Whoever joins finds it by the journal later on.
    await this.sayWhereWeAre();
    return { ok: true, ...this.pairing.invite({ role, person }, this.addresses()) };
  }

  suspend(): void {
    this.peers.suspend();
  }

  resume(): void {
    this.links.retryNow();
    this.peers.resume();
  }

  // ---- becoming a team, and taking machines in

  /** @returns why it cannot be, or null. */
  private async becomeTeam(): Promise<string | null> {
    if (this.roster.membership !== null) return null;
    const { listenAt, onTeamKey } = this.options;
    const peers = listenAt ?? { host: "0.0.0.0", port: defaultPeerPort };
    // First the port: without one it would be a team that nobody can join.
    const problem = await this.door.open(peers);
    if (problem !== null) return problem;
    try {
      this.roster.become({
        teamId: randomBytes(8).toString("hex"),
        teamKey: randomBytes(32).toString("base64"),
        role: "engine",
        name: hostname(),
        peers,
        alsoAt: [],
        engines: [],
      });
    } catch (error) {
      return `membership.json cannot be written (${String(error)}): make room or make the folder writable.`;
    }
    onTeamKey();
    this.discover();
    await this.sayWhereWeAre();
    return null;
  }

  private isInTeam(person: PersonId): boolean {
    return this.options.engine.state.team?.people.some(({ id }) => id === person) ?? false;
  }

  // ---- finding one another

  /** @returns why other machines cannot reach this one, or null. */
  private async listen(): Promise<string | null> {
    const { membership } = this.roster;
    const at = this.options.listenAt ?? membership?.peers ?? null;
    if (at === null || this.door.isOpen) return null;
    const problem = await this.door.open(at);
    if (problem !== null) return problem;
    if (membership !== null && membership.peers === null)
      this.roster.keep({ ...membership, peers: this.door.address });
    this.discover();
    return null;
  }

  private discover(): void {
    const { isDiscoverable, identity } = this.options;
    const { membership } = this.roster;
    if (!isDiscoverable || membership === null) return;
    const found = (machine: MachineId, addresses: readonly string[]) =>
      this.links.suggest(machine, addresses);
    void this.door.discover(membership.teamId, identity.id, found);
  }

  /** Where other machines find this one: first where people say, then what it knows itself. */
  private addresses(): readonly string[] {
    return [...new Set([...(this.roster.membership?.alsoAt ?? []), ...this.door.addresses()])];
  }

  /** Other machines learn from the journal where this one is to be found, also when that has changed. */
  private async sayWhereWeAre(): Promise<void> {
    const { engine, identity } = this.options;
    const addresses = this.addresses();
    const known = engine.state.machines.get(identity.id);
    if (known === undefined) {
      // One that has joined is in the journal of those who took it in, which comes to it.
      if (this.roster.membership!.engines.length > 0) return;
      await this.introduce();
    } else if (JSON.stringify(known.addresses) !== JSON.stringify(addresses))
      await this.change({ kind: "machine-changed", machineId: identity.id, addresses });
  }

  private async introduce(): Promise<void> {
    const { addedAt: _, revokedAt: __, ...machine } = this.roster.self(this.addresses());
    await this.change({ kind: "machine-added", machine, by: machine.id });
  }

  private machinesChanged(): void {
    this.roster.look();
    this.links.follow(this.shutOut.look() ? [] : this.roster.otherEngines());
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
