/** Machines of a team with real keys and real TLS on the loopback, for the tests of `peers`. */
import { setImmediate as turn } from "node:timers/promises";
import type { MachineId, PersonId } from "#domain/ids";
import type { Machine, MachineRole } from "#domain/machine";
import { makeIdentity, type MachineIdentity } from "#peers/identity/machine-identity";
import { helloOf, type Hello } from "#peers/link/hello";
import type { JsonConnection } from "#peers/link/json-connection";
import type { LinkLimits } from "#peers/link/link-limits";
import { PeerServer } from "#peers/link/peer-server";
import { realScheduler, type Scheduler } from "#peers/link/scheduler";
import type { SecurityDetails, SecurityEvent } from "#peers/link/security-log";
import type { Stranger } from "#peers/link/stranger";
import type { PeerLink } from "#peers/peer-link";

export const teamId = "0123456789abcdef";

/** The list that all machines of a test share, as the journal would. */
export class Roster {
  private readonly machines = new Map<string, Machine>();
  private readonly listeners: ((machine: MachineId) => void)[] = [];

  add(identity: MachineIdentity, role: MachineRole = "engine", person: string | null = null): Machine {
    const { id, fingerprint } = identity;
    const machine = {
      id,
      fingerprint,
      role,
      name: `Machine ${this.machines.size + 1}`,
      person: person as PersonId | null,
      addresses: [],
      addedAt: 0,
      revokedAt: null,
    };
    this.machines.set(fingerprint, machine);
    return machine;
  }

  revoke(id: MachineId): void {
    for (const machine of this.machines.values())
      if (machine.id === id) this.machines.set(machine.fingerprint, { ...machine, revokedAt: 1 });
    for (const listener of this.listeners) listener(id);
  }

  readonly machineOf = (fingerprint: string): Machine | null => this.machines.get(fingerprint) ?? null;
  readonly whenRevoked = (listener: (machine: MachineId) => void): void => void this.listeners.push(listener);
}

export interface ListeningMachine {
  readonly identity: MachineIdentity;
  readonly server: PeerServer;
  readonly port: number;
  readonly address: string;
  readonly links: PeerLink[];
  readonly clients: { readonly connection: JsonConnection<unknown>; readonly machine: Machine }[];
  readonly strangers: Stranger[];
  /** The security log. */
  readonly log: (SecurityDetails & { readonly event: SecurityEvent })[];
  readonly hello: () => Hello;
}

export interface ListenOptions {
  readonly limits?: Partial<LinkLimits>;
  readonly hello?: Partial<Hello>;
  readonly scheduler?: Scheduler;
  readonly identity?: MachineIdentity;
  readonly onLink?: (link: PeerLink, hello: Hello) => void;
  readonly onStranger?: (stranger: Stranger) => void;
}

const servers: PeerServer[] = [];

/** An engine of the roster that listens on a free port. Call `closeServers` in `afterEach`. */
export async function listen(roster: Roster, options: ListenOptions = {}): Promise<ListeningMachine> {
  const identity = options.identity ?? (await freshIdentity());
  if (roster.machineOf(identity.fingerprint) === null) roster.add(identity);
  const [links, clients, strangers, log]: [
    PeerLink[],
    ListeningMachine["clients"],
    Stranger[],
    ListeningMachine["log"],
  ] = [[], [], [], []];
  const hello = () => helloFor(identity, options.hello);
  const server = new PeerServer({
    identity,
    hello,
    machineOf: roster.machineOf,
    whenRevoked: roster.whenRevoked,
    onPeer: options.onLink ?? ((link) => void links.push(link)),
    onClient: (connection, machine) => void clients.push({ connection, machine }),
    onStranger: options.onStranger ?? ((stranger) => void strangers.push(stranger)),
    securityLog: (event, details) => void log.push({ event, ...details }),
    scheduler: options.scheduler ?? realScheduler,
    ...(options.limits !== undefined && { limits: options.limits }),
  });
  servers.push(server);
  const port = await server.listen("127.0.0.1", 0);
  return { identity, server, port, address: `127.0.0.1:${port}`, links, clients, strangers, log, hello };
}

export function closeServers(): void {
  for (const server of servers.splice(0)) server.close();
}

export function helloFor(identity: MachineIdentity, other: Partial<Hello> = {}): Hello {
  return { ...helloOf({ machine: identity.id, team: teamId, tocsin: "test" }), ...other };
}

export function freshIdentity(): Promise<MachineIdentity> {
  return makeIdentity(0);
}

/** Lets real sockets do their work until it is so. */
export async function until(what: string, isSo: () => boolean, timeoutMs = 15_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await turn();
  }
}
