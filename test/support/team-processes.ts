/**
 * A team as its people would set it up, on the loopback: engines and desks as processes with data folders and identities
 * of their own, paired by `tocsin join`, over wires that can be cut. Needs what tocsin-process.ts
 * needs; `endProcesses` in `afterAll` ends what it started.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { MachineRole } from "#domain/machine";
import type { InviteJson, MachinesJson } from "#wire/machines-json";
import { eventually } from "./eventually.ts";
import { StandInDesktop } from "./stand-in-desktop.ts";
import { TeamNetwork } from "./team-network.ts";
import { freshFolder, serve, tocsin, type Ran, type TocsinProcess } from "./tocsin-process.ts";
import { writeTeamFile } from "./team-file.ts";

const agreedWithinMs = 60_000;

export interface TeamOptions {
  readonly teamFile: Record<string, unknown>;
  /** Whose each engine and each desk is; the machines are called after them. The first one has the team file. */
  readonly engines: readonly string[];
  readonly desks: readonly string[];
  /** Folders that exist already, for some of them. */
  readonly folders?: Readonly<Record<string, string>>;
}

export class TeamOfProcesses {
  private constructor(
    readonly network: TeamNetwork,
    private readonly machines: ReadonlyMap<string, TeamMachine>,
  ) {}

  /** Resolves once all are paired, see one another, and agree on who coordinates. */
  static async start({ teamFile, engines, desks, folders = {} }: TeamOptions): Promise<TeamOfProcesses> {
    const listening = new Map<string, number>();
    for (const name of engines) listening.set(name, await peerPort());
    const network = await TeamNetwork.between([...engines, ...desks], listening);
    const machines = new Map<string, TeamMachine>();
    const add = (name: string, role: MachineRole) => {
      const data = folders[name] ?? freshFolder();
      const machine = new TeamMachine(
        name,
        role,
        data,
        listening.get(name) ?? null,
        network.environmentOf(name),
      );
      machines.set(name, machine);
      return machine;
    };
    const [first, ...others] = engines.map((name) => add(name, "engine"));
    await first!.start(["--team", writeTeamFile(freshFolder(), teamFile)]);
    const team = new TeamOfProcesses(network, machines);
    const joining = [...others, ...desks.map((name) => add(name, "desk"))];
    await Promise.all(
      joining.map(async (machine) => {
        await machine.join(first!);
        await machine.start();
      }),
    );
    await team.agree();
    for (const machine of machines.values()) await machine.attachDesktop();
    return team;
  }

  machine(name: string): TeamMachine {
    const machine = this.machines.get(name);
    if (machine === undefined) throw new Error(`there is no machine of ${name}`);
    return machine;
  }

  get engines(): TeamMachine[] {
    return [...this.machines.values()].filter(({ role }) => role === "engine");
  }

  get desks(): TeamMachine[] {
    return [...this.machines.values()].filter(({ role }) => role === "desk");
  }

  /** Every popup of an alert, and at whose desktop. */
  shownOf(alertId: string): { readonly name: string; readonly at: number; readonly actionId: string }[] {
    return [...this.machines.values()].flatMap(({ name, desktop }) =>
      desktop.shownOf(alertId).map(({ at, actionId }) => ({ name, at, actionId })),
    );
  }

  /** Resolves with the one whom all of these follow, once they see one another and have settled. */
  agree(engines: readonly TeamMachine[] = this.engines): Promise<TeamMachine> {
    return this.ofOneMind(
      engines,
      ({ awake, settling }) => awake === engines.length && !settling,
      `${engines.map(({ name }) => name).join(", ")} agree on who coordinates`,
    );
  }

  /** As `agree`, while others are in sight that do not act. */
  agreeWithout(engines: readonly TeamMachine[], idle: TeamMachine): Promise<TeamMachine> {
    return this.ofOneMind(
      engines,
      (seen) => seen.machines.every(({ id, acts }) => id !== idle.id || acts !== true),
      `${engines.map(({ name }) => name).join(", ")} agree on who coordinates without ${idle.name}`,
    );
  }

  private ofOneMind(
    engines: readonly TeamMachine[],
    isSettled: (seen: MachinesJson) => boolean,
    what: string,
  ): Promise<TeamMachine> {
    return eventually(
      what,
      async () => {
        const seen = await Promise.all(engines.map((machine) => machine.seesMachines()));
        const leader = engines.find(({ id }) => id === seen[0]!.coordinator);
        if (leader !== undefined && seen.every((one) => one.coordinator === leader.id && isSettled(one)))
          return leader;
        throw new Error(engines.map(({ name }, index) => `${name}: ${inShort(seen[index]!)}`).join("\n"));
      },
      agreedWithinMs,
    );
  }

  close(): void {
    for (const { desktop } of this.machines.values()) desktop.detach();
    this.network.close();
  }
}

export class TeamMachine {
  readonly desktop = new StandInDesktop();
  private running: TocsinProcess | null = null;
  private ownId = "";

  constructor(
    /** Whose it is, too. */
    readonly name: string,
    readonly role: MachineRole,
    readonly data: string,
    private readonly peerPort: number | null,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** The one that runs, or ran last. */
  get process(): TocsinProcess {
    if (this.running === null) throw new Error(`the machine of ${this.name} has never run`);
    return this.running;
  }

  async start(more: readonly string[] = []): Promise<void> {
    const person = this.role === "engine" ? ["--person", this.name] : [];
    this.running = await serve({
      data: this.data,
      args: [...this.peers(), ...person, ...more],
      env: this.env,
    });
    if (this.role === "engine") this.ownId = (await this.seesMachines()).self.id;
  }

  /** The machine's own; known once it has run. */
  get id(): string {
    return this.ownId;
  }

  async restart(): Promise<void> {
    await this.start();
    await this.attachDesktop();
  }

  /** An invite there, as the console asks for one, and `tocsin join` here. */
  async join(first: TeamMachine): Promise<void> {
    const offer = { person: this.name, role: this.role };
    const { line } = await first.process.api<InviteJson>("POST", "/api/v1/machines/invites", offer);
    const name = `Machine of ${this.name}`;
    expectDone(
      "join",
      await tocsin(["join", line, "--name", name, ...this.peers(), "--data", this.data], { env: this.env }),
    );
  }

  private peers(): string[] {
    return this.peerPort === null ? [] : ["--peers", `127.0.0.1:${this.peerPort}`];
  }

  attachDesktop(): Promise<void> {
    const token = readFileSync(join(this.data, "token"), "utf8").trim();
    return this.desktop.attach(this.process.url, token, this.name);
  }

  /** As a monitoring tool does. Returns the alert's id. */
  async post(path: string, body: unknown): Promise<string> {
    const answer = await this.process.post(path, body);
    if (answer.status !== 202) throw new Error(`${this.name} answered ${answer.status}: ${answer.text}`);
    return (answer.json() as { alert: string }).alert;
  }

  acknowledge(alertId: string): Promise<unknown> {
    return this.process.api("POST", `/api/v1/alerts/${alertId}/acknowledge`, {});
  }

  seesMachines(): Promise<MachinesJson> {
    return this.process.api("GET", "/api/v1/machines");
  }

  /** SIGSTOP: a machine that hangs, and knows nothing of it. */
  freeze(): void {
    this.process.child.kill("SIGSTOP");
  }

  thaw(): void {
    this.process.child.kill("SIGCONT");
  }
}

/** Below those that the system gives to whoever asks for any: it stays free while its machine is down. */
async function peerPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

/** For when a test fails. */
function inShort({ coordinator, awake, settling, machines }: MachinesJson): string {
  const seen = machines.map(({ name, connected, acts }) => `${name} ${connected} ${acts}`);
  return JSON.stringify({ coordinator, awake, settling, seen });
}

function expectDone(command: string, { code, stdout, stderr }: Ran): string {
  if (code !== 0) throw new Error(`tocsin ${command} exited with ${code}: ${stderr}`);
  return stdout;
}
