/** Engines of a team that listen for desks on real TLS, and a desk's data folder that knows them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { ClientHub } from "#api/client-hub";
import { DeskDoor } from "#api/desk-door";
import type { PersonId } from "#domain/ids";
import type { MachineIdentity } from "#peers/identity/machine-identity";
import { readIdentity, readOrMakeIdentity } from "#peers/identity/machine-identity";
import { readMembership, writeMembership, type Membership } from "#peers/identity/membership";
import { helloOf } from "#peers/link/hello";
import { PeerServer } from "#peers/link/peer-server";
import { realScheduler } from "#peers/link/scheduler";
import { SystemClock } from "#system/system-clock";
import { engineMessage } from "#wire/client-contract";
import type { ClientMessage, EngineMessage } from "#wire/client-contract";
import type { MachinesJson } from "#wire/machines-json";
import { startDesk, type Desk } from "../../../src/compose/start-desk.ts";
import { team } from "../../api/api-server.ts";
import { CountingRandom, FakeEngine } from "../../support/fake-engine.ts";
import { FakeMachines, machine } from "../../support/fake-machines.ts";
import { freshIdentity, Roster, teamId } from "../../support/peer-machines.ts";

const log = { info: () => {}, warn: () => {}, error: () => {} } as never;

export interface TestEngine {
  readonly identity: MachineIdentity;
  readonly engine: FakeEngine;
  readonly machines: FakeMachines;
  readonly hub: ClientHub;
  readonly address: string;
  /** As if its process had died: connections break without a word. */
  die(): void;
}

export class DeskTeam {
  readonly roster = new Roster();
  readonly engines: TestEngine[] = [];
  readonly data = mkdtempSync(join(tmpdir(), "tocsin-desk-"));

  private constructor() {
    onTestFinished(() => {
      for (const engine of this.engines) engine.die();
      rmSync(this.data, { recursive: true, force: true });
    });
  }

  /** A desk of Ana's, and so many engines; the first one coordinates. */
  static async start(engineCount: number): Promise<DeskTeam> {
    const made = new DeskTeam();
    for (let i = 0; i < engineCount; i += 1) await made.addEngine();
    const identity = await readOrMakeIdentity(made.data, 0);
    if (!identity.ok) throw new Error(identity.text);
    made.roster.add(identity.identity, "desk", "ana");
    writeMembership(made.data, made.membership());
    made.tellOfMachines();
    return made;
  }

  membership(): Membership {
    return {
      teamId,
      teamKey: null,
      role: "desk",
      name: "Ana's desk",
      peers: null,
      alsoAt: [],
      engines: this.engines.map(({ identity: { id, fingerprint }, address }) => ({
        id,
        fingerprint,
        addresses: [address],
      })),
    };
  }

  get deskId(): string {
    const read = readIdentity(this.data);
    if (!read.ok || read.identity === null) throw new Error("no identity");
    return read.identity.id;
  }

  /** On that port, where one was before; without: any free one. */
  async addEngine(): Promise<TestEngine> {
    const identity = await freshIdentity();
    this.roster.add(identity);
    const engine = new FakeEngine();
    engine.state.team = team;
    const machines = new FakeMachines();
    const [clock, random] = [new SystemClock(), new CountingRandom()];
    const ana = () => "ana" as PersonId;
    const shared = { engine, random, clock, schedules: () => null, machines, log };
    const hub = new ClientHub({ ...shared, engineVersion: "1.2.3", url: () => "http://engine", person: ana });
    const door = new DeskDoor({
      ...shared,
      hub,
      shadowsAt: () => ({}),
      onCallAt: () => ({ primary: ana() }),
    });
    const server = new PeerServer({
      identity,
      hello: () => helloOf({ machine: identity.id, team: teamId, tocsin: "test" }),
      machineOf: this.roster.machineOf,
      whenRevoked: this.roster.whenRevoked,
      onPeer: () => {},
      onClient: (connection, { fingerprint }) =>
        door.attach(connection, () => this.roster.machineOf(fingerprint)?.person ?? null),
      onStranger: () => {},
      securityLog: () => {},
      scheduler: realScheduler,
    });
    const port = await server.listen("127.0.0.1", 0);
    const made = { identity, engine, machines, hub, address: `127.0.0.1:${port}`, die: () => server.close() };
    this.engines.push(made);
    return made;
  }

  /** All engines tell their clients of the machines as they are now. */
  tellOfMachines(coordinator = 0): void {
    const [first] = this.engines;
    const picture: MachinesJson = {
      self: { id: first!.identity.id, name: "Engine 1", role: "engine" },
      team: { id: teamId },
      coordinator: this.engines[coordinator]!.identity.id,
      since: "2026-03-01T09:00:00.000Z",
      settling: false,
      awake: this.engines.length,
      machines: [
        ...this.engines.map(({ identity: { id, fingerprint }, address }, i) =>
          machine(id, { name: `Engine ${i + 1}`, fingerprint, addresses: [address] }),
        ),
        machine(this.deskId, { name: "Ana's new desk", role: "desk", person: "ana", addresses: [] }),
      ],
    };
    for (const { machines } of this.engines) machines.become(picture);
  }

  async startDesk(desktop: "app" | "system" = "app"): Promise<Desk> {
    const read = readMembership(this.data);
    if (!read.ok || read.membership === null) throw new Error("no membership");
    const started = await startDesk({
      data: this.data,
      host: "127.0.0.1",
      port: 0,
      desktop,
      pages: null,
      version: "1.2.3",
      log,
      membership: read.membership,
    });
    if (!started.ok) throw new Error(started.text);
    onTestFinished(() => started.desk.stop());
    return started.desk;
  }
}

/** The app of the desk, or a browser. Everything it hears must be what the contract says. */
export function attach(desk: Desk, client: "desktop" | "browser" = "desktop") {
  const heard: EngineMessage[] = [];
  let say: (message: unknown) => void = () => {};
  let closed = () => {};
  let closedWith: string | null = null;
  desk.attach({
    send: (message) => heard.push(engineMessage.parse(structuredClone(message))),
    onMessage: (listener) => (say = listener),
    onClose: (listener) => (closed = listener),
    close: (reason) => {
      closedWith = reason;
      closed();
    },
  });
  const ofType = <Type extends EngineMessage["type"]>(type: Type) =>
    heard.filter((message): message is Extract<EngineMessage, { type: Type }> => message.type === type);
  say({ type: "hello", version: 1, client, person: null, available: client === "desktop" });
  return {
    heard,
    ofType,
    say: (message: ClientMessage | object) => say(message),
    leave: () => closed(),
    closedWith: () => closedWith,
  };
}
