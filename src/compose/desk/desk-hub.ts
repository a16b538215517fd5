/**
 * A desk in the middle: what the app, browsers and the command line of this machine ask goes to an engine of the team,
 * what the engine says goes to all of them. To them it looks like an engine's own hub. Built by `desk.ts`.
 *
 * When the engine changes, everybody gets the new one's welcome; requests under way are answered `unreachable`.
 */
import type { Logger } from "pino";
import type { ClientConnection } from "#api/client-hub";
import type { Scheduler } from "#peers/link/scheduler";
import { clientContractVersion, engineMessage } from "#wire/client-contract";
import type { ClientMessage, EngineMessage, HealthMessage } from "#wire/client-contract";
import { deskAnswer, longestDeskBody, type DeskAnswer, type DeskRequest } from "#wire/desk-contract";
import type { MachinesJson } from "#wire/machines-json";
import { DeskClient } from "./desk-client.ts";
import { EngineMirror, type Welcome } from "./engine-mirror.ts";
import { PendingRequests } from "./pending-requests.ts";

type Request = Extract<ClientMessage, { requestId: number }>;
type Reply = Extract<EngineMessage, { type: "answer" }>;
export type HttpReply = Pick<DeskAnswer, "status" | "body">;

export interface DeskHubOptions {
  readonly self: { readonly id: string; readonly name: string };
  readonly version: string;
  /** Where a browser finds this desk. */
  readonly url: () => string;
  readonly line: { send(message: unknown): boolean; welcomed(): void };
  /** The team's engines, who may have become others. */
  readonly onMachines: (machines: MachinesJson) => void;
  readonly now: () => number;
  readonly scheduler: Scheduler;
  readonly log: Pick<Logger, "warn">;
}

const httpAtOnce = 32;

export class DeskHub {
  readonly mirror = new EngineMirror();
  private readonly clients = new Set<DeskClient>();
  private readonly requests: PendingRequests<Reply>;
  private readonly httpRequests: PendingRequests<HttpReply | null>;
  private welcomed = false;
  private problem: HealthMessage["problems"][number];
  private told = { available: false, presence: "" };
  /** Of messages that this version does not know, one line a connection. */
  private complained = false;

  constructor(private readonly options: DeskHubOptions) {
    this.requests = new PendingRequests(options.scheduler, unanswered(lostText));
    this.httpRequests = new PendingRequests(options.scheduler, null);
    this.problem = problemSince(options.now(), "Tocsin has just started here.");
  }

  /** As of an engine's `ClientHub`. */
  attach(connection: ClientConnection): void {
    const client = new DeskClient(connection, {
      onHello: () => this.greet(client),
      onStanding: () => this.tellStanding(),
      onRequest: (request) => this.passOn(client, request),
      onWord: (word) => this.welcomed && this.options.line.send(word),
      onGone: () => {
        this.clients.delete(client);
        this.tellStanding();
      },
      log: this.options.log,
    });
    this.clients.add(client);
  }

  /** What the team thinks of itself, or that it cannot be reached. */
  get health(): HealthMessage {
    const health = this.mirror.welcome()?.health;
    if (this.welcomed && health !== undefined) return health;
    return { ready: false, trusted: false, problems: [this.problem] };
  }

  lineUp(): void {
    this.complained = false;
    this.told = this.standing();
    const { available, presence } = this.told;
    this.options.line.send({
      type: "hello",
      version: clientContractVersion,
      client: "desktop",
      // The engine knows whose this machine is.
      person: null,
      available,
      presence,
    });
  }

  lineDown(why: string): void {
    if (this.welcomed) this.problem = problemSince(this.options.now(), why);
    else this.problem = { ...this.problem, text: problemText(why) };
    this.welcomed = false;
    this.requests.settleAll(unanswered(lostText));
    this.httpRequests.settleAll(null);
    this.tellAll({ type: "health", health: this.health });
    const { machines } = this.mirror;
    if (machines !== null) this.tellAll({ type: "machines", machines: this.asSeenHere(machines) });
  }

  /** This desk does not belong to the team any more: what is on its screens is not its business. */
  revoked(): void {
    if (this.mirror.forgetAlerts()) for (const client of this.clients) this.greet(client);
  }

  /** Any value at all: what this version does not know is left aside. */
  hear(message: unknown): void {
    const http = deskAnswer.safeParse(message);
    if (http.success) return this.httpRequests.settle(http.data.id, http.data);
    const parsed = engineMessage.safeParse(message);
    if (!parsed.success) {
      if (!this.complained) this.options.log.warn("the engine says things that this version does not know");
      this.complained = true;
      return;
    }
    const { data } = parsed;
    if (data.type === "answer") return this.requests.settle(data.requestId, data);
    this.mirror.hear(data);
    switch (data.type) {
      case "welcome":
        this.welcomed = true;
        this.options.line.welcomed();
        if (data.machines !== undefined) this.options.onMachines(data.machines);
        for (const client of this.clients) this.greet(client);
        return this.tellStanding();
      case "machines":
        this.options.onMachines(data.machines);
        return this.tellAll({ ...data, machines: this.asSeenHere(data.machines) });
      case "present":
      case "notice":
        for (const client of [...this.clients]) if (client.kind === "desktop") client.tell(data);
        return;
      default:
        return this.tellAll(data);
    }
  }

  /** Null: no engine is there, or it went before it answered. */
  http(request: Omit<DeskRequest, "type" | "id">): Promise<HttpReply | null> {
    if (!this.welcomed) return Promise.resolve(null);
    if ((request.body?.length ?? 0) > longestDeskBody) return Promise.resolve(tooLarge);
    if (this.httpRequests.size >= httpAtOnce) return Promise.resolve(tooMany);
    return new Promise((resolve) => {
      const id = this.httpRequests.add(resolve);
      this.options.line.send({ type: "http", id, ...request } satisfies DeskRequest);
    });
  }

  /** As they are now; null while no engine says so. */
  get machines(): MachinesJson | null {
    const { machines } = this.mirror;
    return this.welcomed && machines !== null ? this.asSeenHere(machines) : null;
  }

  close(): void {
    for (const client of [...this.clients]) client.close("This desk is stopping.");
  }

  private greet(client: DeskClient): void {
    client.tell(this.welcome());
  }

  private welcome(): Welcome {
    const { version, url } = this.options;
    const last = this.mirror.welcome();
    const health = this.health;
    if (last === null) {
      const engineVersion = version;
      return {
        type: "welcome",
        version: clientContractVersion,
        engineVersion,
        url: url(),
        team: null,
        health,
        alerts: [],
      };
    }
    const { machines } = last;
    return {
      ...last,
      url: url(),
      health,
      ...(machines !== undefined && { machines: this.asSeenHere(machines) }),
    };
  }

  private asSeenHere(machines: MachinesJson): MachinesJson {
    const { id, name } = this.options.self;
    const seen: MachinesJson = {
      ...machines,
      self: { id, name: this.mirror.machine(id)?.name ?? name, role: "desk" },
    };
    return this.welcomed ? seen : withNobodyInSight(seen, this.problem.since);
  }

  private passOn(client: DeskClient, request: Request): void {
    const { requestId } = request;
    const settle = (answer: Reply) => client.tell({ ...answer, requestId });
    // About this process, not about the engine behind it: else the app would restart a desk that waits for an engine.
    if (request.type === "ping") return settle({ type: "answer", requestId, ok: true });
    if (!this.welcomed) return settle(unanswered(this.problem.text));
    if (request.type === "integrations" && !this.engineAnswers(request.type))
      return settle({ ...unanswered(olderText), reason: "not-here" });
    this.options.line.send({ ...request, requestId: this.requests.add(settle) });
  }

  private engineAnswers(request: string): boolean {
    return this.mirror.welcome()?.answers?.includes(request) === true;
  }

  /** Whether this machine's person can be reached here, for the engine. */
  private tellStanding(): void {
    const now = this.standing();
    if (!this.welcomed) return;
    const { available, presence } = now;
    if (available !== this.told.available)
      this.options.line.send({ type: "availability", available, person: null });
    if (presence !== this.told.presence) this.options.line.send({ type: "presence", presence });
    this.told = now;
  }

  private standing() {
    const desktops = [...this.clients].filter(({ kind }) => kind === "desktop");
    const reachable = desktops.filter((client) => client.available);
    return {
      available: reachable.length > 0,
      presence: (reachable[0] ?? desktops[0])?.presence ?? "active",
    };
  }

  private tellAll(message: EngineMessage): void {
    for (const client of [...this.clients]) client.tell(message);
  }
}

/** What an engine said last is not what is so now. */
function withNobodyInSight(machines: MachinesJson, since: string): MachinesJson {
  return {
    ...machines,
    coordinator: null,
    since: null,
    awake: 0,
    machines: machines.machines.map((machine) =>
      machine.id === machines.self.id || !machine.connected
        ? machine
        : { ...machine, connected: false, since, people: [] },
    ),
  };
}

const olderText =
  "The engine that this desk is linked with is of an older version, which does not count that. Update Tocsin there.";
const lostText = "The engine was lost before it answered; see whether it was done.";

const tooLarge = refusal(
  413,
  "too-large",
  `On a desk a body may have ${longestDeskBody} characters at most.`,
);
const tooMany = refusal(503, "busy", "Too many requests at once; come back a little later.");

function refusal(status: number, reason: string, text: string): HttpReply {
  return { status, body: JSON.stringify({ error: { reason, text } }) };
}

function problemSince(at: number, why: string): HealthMessage["problems"][number] {
  return { kind: "engine", text: problemText(why), since: new Date(at).toISOString() };
}

/** Since when, the problem itself says. */
function problemText(why: string): string {
  return `No engine of the team can be reached, so no alert comes here. ${why} Start Tocsin on a machine that is an engine, or see to this machine's network.`;
}

function unanswered(text: string): Reply {
  return { type: "answer", requestId: 0, ok: false, reason: "unreachable", text };
}
