/**
 * A page's end of the client contract, the same over the desktop's bridge and over a WebSocket: what is known of the
 * engine, and requests with their answers. Made once a page by its `main.tsx`.
 */
import type { AlertJson } from "#wire/alert-json";
import type { ClientMessage, EngineMessage, HealthMessage, TeamMessage } from "#wire/client-contract";
import type { InviteRequest, MachineChangeRequest, MachinesJson } from "#wire/machines-json";

/** Carries messages, in order. After `onClosed` it carries nothing more. */
export interface Transport {
  send(message: ClientMessage): void;
  onMessage(listener: (message: EngineMessage) => void): void;
}

export type Answer = Extract<EngineMessage, { type: "answer" }>;
export type AlertCommand = Extract<ClientMessage, { type: "command" }>["command"];

/** What the engine said last. A new object after every change. */
export interface EngineView {
  /** False until the first welcome. */
  readonly known: boolean;
  /** Whether messages can be exchanged now. */
  readonly connected: boolean;
  readonly engineVersion: string;
  readonly url: string;
  readonly team: TeamMessage | null;
  readonly health: HealthMessage;
  readonly open: ReadonlyMap<string, AlertJson>;
  /** Null: an engine that knows of no other machines. */
  readonly machines: MachinesJson | null;
  /** Counts what the engine said about alerts: whoever shows a timeline asks again when it has grown. */
  readonly revision: number;
}

const nothing: EngineView = {
  known: false,
  connected: false,
  engineVersion: "",
  url: "",
  team: null,
  health: { ready: false, trusted: false, problems: [] },
  open: new Map(),
  machines: null,
  revision: 0,
};

/** Main or the socket gives up earlier; this is for a transport that loses a message. */
const answerWithinMs = 25_000;

/** What comes in together is drawn together: in a flood, drawing each alert's arrival would take seconds. */
const gatherMs = 40;

export class EngineLink {
  view: EngineView = nothing;
  private transport: Transport | null = null;
  private nextRequestId = 1;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private readonly listeners = new Set<() => void>();
  private telling: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: "desktop" | "browser") {}

  attach(transport: Transport): void {
    this.transport = transport;
    transport.onMessage((message) => transport === this.transport && this.receive(message));
    // Version 1 of the contract (`clientContractVersion`); a value import would bring all its schemas into the page.
    transport.send({ type: "hello", version: 1, client: this.client, person: null, available: false });
  }

  detach(): void {
    this.transport = null;
    for (const settle of [...this.waiting.values()])
      settle(unanswered("The connection to the engine is lost; it is tried again."));
    this.change({ connected: false });
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  command(alertId: string, origin: "window" | "console", command: AlertCommand): Promise<Answer> {
    return this.ask((requestId) => ({ type: "command", requestId, alertId, origin, command }));
  }

  raise(title: string, severity: AlertJson["severity"]): Promise<Answer> {
    return this.ask((requestId) => ({ type: "raise", requestId, title, severity }));
  }

  openAlert(alertId: string): Promise<Answer> {
    return this.ask((requestId) => ({ type: "open-alert", requestId, alertId }));
  }

  listResolved(limit: number): Promise<Answer> {
    return this.ask((requestId) => ({ type: "list-resolved", requestId, limit }));
  }

  schedules(): Promise<Answer> {
    return this.ask((requestId) => ({ type: "schedules", requestId }));
  }

  integrations(): Promise<Answer> {
    return this.ask((requestId) => ({ type: "integrations", requestId }));
  }

  invite({ role, person }: Pick<InviteRequest, "role" | "person">): Promise<Answer> {
    return this.ask((requestId) => ({ type: "invite", requestId, role, person }));
  }

  changeMachine(machineId: string, change: MachineChangeRequest): Promise<Answer> {
    return this.ask((requestId) => ({ type: "machine-change", requestId, machineId, change }));
  }

  /** Never rejects: an answer that does not come is an answer that says so. */
  private ask(message: (requestId: number) => ClientMessage): Promise<Answer> {
    const { transport } = this;
    if (transport === null)
      return Promise.resolve(unanswered("There is no connection to the engine; it is tried again."));
    const requestId = this.nextRequestId++;
    return new Promise((resolve) => {
      const settle = (answer: Answer): void => {
        clearTimeout(timer);
        this.waiting.delete(requestId);
        resolve(answer);
      };
      const timer = setTimeout(
        () => settle(unanswered("No answer came in time; see whether it was done.")),
        answerWithinMs,
      );
      this.waiting.set(requestId, settle);
      transport.send(message(requestId));
    });
  }

  private receive(message: EngineMessage): void {
    switch (message.type) {
      case "welcome": {
        const { engineVersion, url, team, health, machines = null } = message;
        this.change({
          known: true,
          connected: true,
          engineVersion,
          url,
          team,
          health,
          open: merged([], message.alerts),
          machines,
          revision: this.view.revision + 1,
        });
        return;
      }
      case "alerts":
        this.change({ open: merged(this.view.open, message.alerts), revision: this.view.revision + 1 });
        return;
      case "team":
        this.change({ team: message.team });
        return;
      case "health":
        this.change({ health: message.health });
        return;
      case "machines":
        this.change({ machines: message.machines });
        return;
      case "answer":
        this.waiting.get(message.requestId)?.(message);
        return;
      // Only main shows alert windows and notifications.
      case "present":
      case "notice":
        return;
    }
  }

  private change(part: Partial<EngineView>): void {
    this.view = { ...this.view, ...part };
    this.telling ??= setTimeout(() => {
      this.telling = undefined;
      for (const listener of this.listeners) listener();
    }, gatherMs);
  }
}

function merged(
  open: Iterable<readonly [string, AlertJson]>,
  alerts: readonly AlertJson[],
): Map<string, AlertJson> {
  const all = new Map(open);
  for (const alert of alerts) {
    if (alert.status === "resolved") all.delete(alert.id);
    else all.set(alert.id, alert);
  }
  return all;
}

function unanswered(text: string): Answer {
  return { type: "answer", requestId: 0, ok: false, reason: "unreachable", text };
}
