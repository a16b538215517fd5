/**
 * The engine's end of the client contract (`#wire/client-contract`), for however many clients over whatever transport:
 * `compose` attaches the desktop app's MessagePort, `stream.ts` each browser's WebSocket.
 *
 * Everybody hears what changed, at once when it is quiet and at most every 50 ms in a storm.
 */
import type { Logger } from "pino";
import type { Alert } from "#domain/alert";
import type { Tell } from "#domain/command";
import type { AlertId, EpochMs, PersonId } from "#domain/ids";
import type { Clock, Desktops, Engine, EngineChange, Notice, Random } from "#engine/ports";
import type { EngineMessage } from "#wire/client-contract";
import type { IntegrationsJson } from "#wire/integrations-json";
import type { SchedulesJson } from "#wire/schedules-json";
import { isRevoked, toAlertJson, toHealthMessage, toTeamMessage } from "./alert-view.ts";
import { AttachedDesktops } from "./attached-desktops.ts";
import type { DesktopEvents } from "./attached-desktops.ts";
import { ClientSession } from "./client-session.ts";
import type { TeamMachines } from "./machine-commands.ts";
import { MachineNews } from "./machine-news.ts";

/** One client's connection, whatever it is made of. Messages arrive in order; none is sent after it is closed. */
export interface ClientConnection {
  /** Another machine of the team, without an engine: it acts for this person, whatever it says, and changes no machines. */
  readonly desk?: { person(): PersonId | null };
  send(message: EngineMessage): void;
  /** A message for everybody, written as JSON once for all. Absent: it comes by `send`. */
  sendText?(text: string): void;
  /** What comes in is not trusted: any value at all. */
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
  /** `reason` is one sentence for whoever looks at the client's log. */
  close(reason: string): void;
}

export interface HubDependencies {
  readonly engine: Engine;
  readonly random: Random;
  readonly clock: Clock;
  readonly engineVersion: string;
  /** Where a browser finds this engine. */
  readonly url: () => string;
  /** Whose machine this is: in whose name a browser's commands are done. */
  readonly person: () => PersonId | null;
  /** The schedules as they are now; null when there is no team. */
  readonly schedules: () => SchedulesJson | null;
  /** What monitoring tools have sent to this engine; absent: it does not count that. */
  readonly integrations?: () => IntegrationsJson;
  /** The machines of the team; absent: an engine that knows of none but itself. */
  readonly machines?: TeamMachines;
  /**
   * The people with a desktop here, and those of them who are not active, have become others. Absent: the engine is told;
   * with several machines it is to hear of all their desktops together.
   */
  readonly peopleChanged?: DesktopEvents["peopleChanged"];
  readonly log: Pick<Logger, "warn" | "error">;
}

const quietMs = 50;
/** Alerts in one message, so that a storm does not hold up what comes after it. */
const alertsInMessage = 500;

export class ClientHub implements Desktops {
  readonly desktops: AttachedDesktops;
  private readonly sessions = new Set<ClientSession>();
  private readonly changed = new Map<AlertId, Alert>();
  /** As they were told: an alert never changes, another one takes its place. */
  private readonly toldAlerts = new WeakSet<Alert>();
  private flushedAt: EpochMs = -Infinity;
  private cancelFlush: (() => void) | null = null;
  private health: EngineChange["health"];
  private readonly stopListening: () => void;
  private readonly machineNews: MachineNews | null;

  constructor(private readonly dependencies: HubDependencies) {
    const { engine, clock } = dependencies;
    this.health = engine.health;
    this.desktops = new AttachedDesktops(clock, {
      peopleChanged:
        dependencies.peopleChanged ??
        ((people, away) => void engine.submit({ kind: "desktops-changed", people, away })),
      attentionReached: (alertId, actionId, rung) =>
        void engine.submit({ kind: "attention", alertId, actionId, rung }),
    });
    this.stopListening = engine.onChange((change) => this.engineChanged(change));
    const { machines } = dependencies;
    this.machineNews = machines === undefined ? null : new MachineNews(machines, clock, this.sessions);
  }

  attach(connection: ClientConnection): void {
    const session = new ClientSession(connection, this.dependencies, this.desktops);
    this.sessions.add(session);
    connection.onMessage((message) => void session.receive(message));
    connection.onClose(() => {
      this.sessions.delete(session);
      session.closed();
    });
  }

  /** For the start of the desktop app: counts on its person's desktop until it attaches or `until` has come. */
  expectDesktop(person: PersonId | null, until: EpochMs): void {
    if (person !== null) this.desktops.expect(person, until);
  }

  async present(notice: Notice, signal: AbortSignal): ReturnType<Desktops["present"]> {
    // The engine asks in the middle of a turn, and tells of its commit at the end: a flood is then told as a whole.
    await Promise.resolve();
    // In any case a client is to know the alert before it is told to show it.
    if (!this.toldAlerts.has(notice.alert)) this.changed.set(notice.alert.id, notice.alert);
    this.flush();
    return this.desktops.present(notice, signal);
  }

  /** A quiet word to a person's desktops, now or when one attaches. */
  tell(notice: Tell): void {
    this.desktops.quiet.tell(notice);
  }

  /** Says goodbye to everybody. */
  close(): void {
    this.stopListening();
    this.machineNews?.stop();
    this.cancelFlush?.();
    for (const session of [...this.sessions]) session.close("The engine is stopping.");
  }

  private engineChanged({ alerts, facts, health }: EngineChange): void {
    for (const alert of alerts) this.changed.set(alert.id, alert);
    if (this.changed.size > 0) this.planFlush();
    if (facts.some((fact) => fact.kind === "team-adopted")) {
      const { team } = this.dependencies.engine.state;
      if (team !== null) this.tellAll({ type: "team", team: toTeamMessage(team) });
    }
    if (health !== this.health) {
      const wasRevoked = isRevoked(this.health);
      this.health = health;
      // What is on the screens is not its business any more.
      if (isRevoked(health) && !wasRevoked) for (const session of this.sessions) session.startAnew();
      this.tellAll({ type: "health", health: toHealthMessage(health) });
    }
  }

  private planFlush(): void {
    if (this.cancelFlush !== null) return;
    const { clock } = this.dependencies;
    const sinceMs = clock.now() - this.flushedAt;
    // A clock that is set back, now or meanwhile, must not make anybody wait for it to catch up.
    if (sinceMs >= quietMs || sinceMs < 0) this.flush();
    else this.cancelFlush = clock.callAfter(quietMs - sinceMs, () => this.flush());
  }

  private flush(): void {
    this.cancelFlush?.();
    this.cancelFlush = null;
    if (this.changed.size === 0) return;
    this.flushedAt = this.dependencies.clock.now();
    const alerts = [...this.changed.values()];
    this.changed.clear();
    if (isRevoked(this.health)) return;
    for (const alert of alerts) this.toldAlerts.add(alert);
    if (this.sessions.size === 0) return;
    for (let from = 0; from < alerts.length; from += alertsInMessage) {
      const part = alerts.slice(from, from + alertsInMessage);
      this.tellAll({ type: "alerts", alerts: part.map((alert) => toAlertJson(alert)) });
    }
  }

  private tellAll(message: EngineMessage): void {
    // With hundreds of desks, writing it for each of them would be most of the work.
    let text: string | null = null;
    const written = (): string => (text ??= JSON.stringify(message));
    for (const session of [...this.sessions]) session.tell(message, written);
  }
}
