/**
 * One client's conversation: hello, then commands and questions, each with its answer. Made by `client-hub.ts`.
 *
 * A message that the contract does not know ends the conversation, with one line in the log: whoever sent it is no
 * client of ours, or another version.
 */
import type { Alert } from "#domain/alert";
import type { AlertId, PersonId, PolicyId } from "#domain/ids";
import type { AlertCommand, Input } from "#domain/input";
import { makeContent } from "#wire/alert-content";
import { clientContractVersion, clientMessage } from "#wire/client-contract";
import type { ClientMessage, DesktopPresence, EngineMessage } from "#wire/client-contract";
import { cleanLine, cleanText } from "#wire/hostile-text";
import type { MachinesJson } from "#wire/machines-json";
import { isRevoked, toAlertJson, toHealthMessage, toTeamMessage } from "./alert-view.ts";
import type { AttachedDesktop, AttachedDesktops } from "./attached-desktops.ts";
import type { ClientConnection, HubDependencies } from "./client-hub.ts";
import { welcomeText } from "./welcome-text.ts";
import { MachineCommands, type MachineReply } from "./machine-commands.ts";
import { machinesForDesk } from "./machine-news.ts";

type Hello = Extract<ClientMessage, { type: "hello" }>;
type Request = Extract<ClientMessage, { requestId: number }>;
type Reply = Omit<Extract<EngineMessage, { type: "answer" }>, "type" | "requestId">;

export class ClientSession implements AttachedDesktop {
  person: PersonId | null = null;
  available = false;
  presence: DesktopPresence = "active";
  private client: Hello["client"] | null = null;
  private isOpen = true;

  constructor(
    private readonly connection: ClientConnection,
    private readonly dependencies: HubDependencies,
    private readonly desktops: AttachedDesktops,
  ) {}

  /** Never rejects. */
  async receive(message: unknown): Promise<void> {
    if (!this.isOpen) return;
    const parsed = clientMessage.safeParse(message);
    if (!parsed.success)
      return this.reject(`not a message of the client contract: ${describe(parsed.error.issues[0])}`);
    const { data } = parsed;
    if (data.type === "hello") return this.greet(data);
    if (this.client === null) return this.reject("the first message must be hello");
    switch (data.type) {
      case "availability":
        return this.moved(data);
      case "presented":
        return this.desktops.presented(this, data.actionId, data.shown);
      case "presence":
        return this.noticed(data.presence);
      case "attention":
        return this.desktops.climbed(this, data.actionId, data.rung);
      default:
        return this.tell({ type: "answer", requestId: data.requestId, ...(await this.answer(data)) });
    }
  }

  /** Nothing before the welcome and nothing after the end. `written`: what everybody hears, as JSON. */
  tell(message: EngineMessage, written?: () => string): void {
    if (!this.isOpen || this.client === null) return;
    if (written === undefined || this.connection.sendText === undefined) this.connection.send(message);
    else this.connection.sendText(written());
  }

  show(notice: { readonly actionId: string; readonly alertId: AlertId; readonly why: string }): void {
    this.tell({ type: "present", ...notice });
  }

  tellQuietly({ title, text }: { readonly title: string; readonly text: string }): void {
    this.tell({ type: "notice", title, text });
  }

  close(reason: string): void {
    if (!this.isOpen) return;
    this.closed();
    this.connection.close(reason);
  }

  /** The connection is gone, whoever ended it. */
  closed(): void {
    this.isOpen = false;
    if (this.client === "desktop") this.desktops.detach(this);
    this.client = null;
  }

  private greet(hello: Hello): void {
    if (this.client !== null) return this.reject("a second hello");
    if (hello.version !== clientContractVersion) {
      return this.reject(
        `the client speaks version ${hello.version} of the contract, this engine ${clientContractVersion}; install them together`,
      );
    }
    this.client = this.connection.desk === undefined ? hello.client : "desktop";
    this.startAnew();
    if (this.client !== "desktop") return;
    this.person = this.personOf(hello);
    this.available = hello.available;
    this.presence = hello.presence ?? "active";
    this.desktops.attach(this);
  }

  /** Says all of it, as at the beginning; before the hello, nothing. */
  startAnew(): void {
    if (!this.isOpen || this.client === null) return;
    const { engine, engineVersion, url, machines, integrations } = this.dependencies;
    const { team } = engine.state;
    const open = isRevoked(engine.health) ? [] : [...engine.state.open.values()];
    const welcome = {
      type: "welcome" as const,
      version: clientContractVersion,
      engineVersion,
      url: url(),
      team: team === null ? null : toTeamMessage(team),
      health: toHealthMessage(engine.health),
      ...(machines !== undefined && { machines: this.machinesSeen(machines.machines()) }),
      ...(integrations !== undefined && { answers: ["integrations"] }),
    };
    if (this.connection.sendText !== undefined) this.connection.sendText(welcomeText(welcome, open));
    else this.tell({ ...welcome, alerts: open.map((alert) => toAlertJson(alert)) });
  }

  private moved(message: { person: string | null; available: boolean }): void {
    if (this.client !== "desktop") return;
    this.person = this.personOf(message);
    this.available = message.available;
    this.desktops.update(this);
  }

  private noticed(presence: DesktopPresence): void {
    if (this.client !== "desktop") return;
    this.presence = presence;
    this.desktops.update(this);
  }

  /** A desk's person is what the team's record says, and may change at any time. */
  lookAtPerson(): void {
    const { desk } = this.connection;
    if (this.client !== "desktop" || desk === undefined || desk.person() === this.person) return;
    this.person = desk.person();
    this.desktops.update(this);
  }

  /** What of the machines is this client's business. */
  machinesSeen(machines: MachinesJson): MachinesJson {
    const { desk } = this.connection;
    return desk === undefined ? machines : machinesForDesk(machines, desk.person());
  }

  private personOf(message: { readonly person: string | null }): PersonId | null {
    const { desk } = this.connection;
    return desk === undefined ? (message.person as PersonId | null) : desk.person();
  }

  private async answer(request: Request): Promise<Reply> {
    const { engine } = this.dependencies;
    try {
      switch (request.type) {
        case "command":
          return await this.submit({
            kind: "command",
            alertId: request.alertId as AlertId,
            by: this.by(),
            origin: request.origin,
            command: commandOf(request.command),
          });
        case "raise":
          return await this.submit(this.raised(request));
        case "open-alert": {
          const alert = engine.findAlert(request.alertId as AlertId);
          if (alert === null) return { ok: false, reason: "not-found", text: "There is no such alert." };
          return { ok: true, alerts: [this.withTimeline(alert)] };
        }
        case "list-resolved":
          return { ok: true, alerts: engine.listResolved(request.limit).map((alert) => toAlertJson(alert)) };
        case "schedules": {
          const schedules = this.dependencies.schedules();
          if (schedules === null) return { ok: false, reason: "no-team", text: "There is no team yet." };
          return { ok: true, schedules };
        }
        case "integrations":
          return this.integrations();
        case "ping":
          return { ok: true };
        case "invite":
          return await this.commandMachines((commands) =>
            commands.invite({ role: request.role, person: request.person }),
          );
        case "machine-change":
          return await this.commandMachines((commands) =>
            commands.change(request.machineId, request.change, this.by()),
          );
      }
    } catch (error) {
      this.dependencies.log.error({ err: error }, `a client's ${request.type} failed`);
      return { ok: false, reason: "internal", text: "An internal error; the engine's log has it." };
    }
  }

  private integrations(): Reply {
    const { integrations } = this.dependencies;
    if (integrations !== undefined) return { ok: true, integrations: integrations() };
    return { ok: false, reason: "not-here", text: "This engine does not count what it is sent." };
  }

  /** Who lets machines in has the keys: a desk, which is given none, may not. */
  private commandMachines(command: (commands: MachineCommands) => Promise<MachineReply>): Promise<Reply> {
    const { machines, engine } = this.dependencies;
    if (machines === undefined || this.connection.desk !== undefined) {
      const text = "Machines are managed on a machine that runs an engine; this one does not.";
      return Promise.resolve({ ok: false, reason: "not-here", text });
    }
    return command(new MachineCommands(machines, () => engine.state.team));
  }

  private async submit(input: Input): Promise<Reply> {
    const answer = await this.dependencies.engine.submit(input);
    if (!answer.ok) return answer;
    const alert = answer.alertId === null ? null : this.dependencies.engine.findAlert(answer.alertId);
    return { ok: true, ...(alert !== null && { alerts: [this.withTimeline(alert)] }) };
  }

  private raised({ title, severity }: Extract<Request, { type: "raise" }>): Input {
    const freshId = this.dependencies.random.alertId();
    return {
      kind: "signal",
      freshId,
      integration: null,
      dedupKey: freshId,
      status: "firing",
      content: makeContent({ severity, titles: [title], sources: ["by hand"] }),
      silentAfterMs: null,
      repetition: "report",
      by: this.by(),
    };
  }

  private withTimeline(alert: Alert) {
    const { engine } = this.dependencies;
    return toAlertJson(alert, engine.factsOf(alert.id), engine.state);
  }

  private by(): PersonId | null {
    const { desk } = this.connection;
    if (desk !== undefined) return desk.person();
    return this.client === "desktop" ? this.person : this.dependencies.person();
  }

  private reject(why: string): void {
    const line = cleanLine(why, 200);
    this.dependencies.log.warn({ client: this.client }, `closed a client's connection: ${line}`);
    this.close(line);
  }
}

function commandOf(command: Extract<ClientMessage, { type: "command" }>["command"]): AlertCommand {
  switch (command.kind) {
    case "transfer":
      return { kind: "transfer", policy: command.policy as PolicyId };
    case "note":
      return { kind: "note", text: cleanText(command.text, 4000) };
    default:
      return command;
  }
}

function describe(
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
): string {
  return issue === undefined ? "invalid" : `${issue.path.map(String).join(".")} ${issue.message}`.trim();
}
