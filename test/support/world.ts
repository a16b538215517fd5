/**
 * One machine of a team in virtual time: the engine that ships, a journal in memory, channels that record. Words are
 * GoAlert's: `fire`, `fastForward`, `expectSent`.
 */
import { expect } from "vitest";
import type { Answer, Tell } from "#domain/command";
import type { Fact } from "#domain/fact";
import type { AlertId, IntegrationId, MachineId, PersonId } from "#domain/ids";
import type { AlertCommand, Outcome, Signal } from "#domain/input";
import type { Severity } from "#domain/severity";
import type { Team, Via } from "#domain/team";
import { timelineOf } from "#domain/timeline";
import { LoopEngine } from "#engine/engine";
import type { Channel, Journal, Notice, Random } from "#engine/ports";
import { MemoryJournal } from "#journal/memory";
import { SystemClock } from "#system/system-clock";
import { idOfText } from "#system/system-random";
import { team as buildTeam } from "./team-builder.ts";
import { VirtualTime } from "./virtual-time.ts";

export interface Sent {
  readonly at: number;
  readonly person: string;
  readonly via: Via;
  readonly alertId: AlertId;
  readonly actionId: string;
}

export interface WorldOptions {
  readonly team?: Team;
  readonly start?: string;
  /** People with a desktop attached. */
  readonly desktops?: readonly string[];
  readonly journal?: Journal;
  /** One of several machines: its id, where it stands (0 unless it says otherwise), and the time they share. */
  readonly self?: string;
  readonly position?: () => number | null;
  readonly time?: VirtualTime;
}

export class World {
  readonly time: VirtualTime;
  readonly sent: Sent[] = [];
  /** Quiet words, in order. */
  readonly told: (Tell & { readonly at: number })[] = [];
  readonly log: string[] = [];
  engine!: LoopEngine;
  journal: Journal;
  /** How the next sends end; `sent` unless a test says otherwise. */
  outcome: (notice: Notice, via: Via) => Outcome | Promise<Outcome> = () => ({ kind: "sent" });
  /** How long a channel takes before it sends, in ms; it asks whether the notice is still wanted at the end of it. */
  latency: (notice: Notice, via: Via) => number = () => 0;
  /** A mutant for the simulation: a channel that does not ask. */
  asksBeforeSending = true;
  /** Likewise: an engine that leaves something undone. */
  meddle: (engine: LoopEngine) => void = () => {};
  private ids = 0;

  private constructor(private readonly options: WorldOptions) {
    this.time = options.time ?? new VirtualTime(options.start);
    this.journal = options.journal ?? new MemoryJournal();
  }

  static async start(options: WorldOptions = {}): Promise<World> {
    const world = new World(options);
    await world.boot();
    return world;
  }

  /** The machine (re)starts: a new engine on the same journal. */
  async boot(team: Team | null = this.options.team ?? buildTeam()): Promise<void> {
    const fresh = () => `alert-${(this.ids += 1)}` as AlertId;
    const { self, position = () => 0 } = this.options;
    const random: Random = {
      alertId: fresh,
      nextAlertId: self === undefined ? fresh : (...parts) => idOfText(JSON.stringify(parts)),
    };
    this.engine = new LoopEngine({
      clock: new SystemClock(this.time),
      random,
      journal: this.journal,
      channels: [this.channel("desktop"), this.channel("email")],
      tell: (word) => void this.told.push({ ...word, at: this.time.wallMs() }),
      version: "test",
      ...(self === undefined ? {} : { self: self as MachineId, standing: { position, others: () => [] } }),
      log: (level, text) => void this.log.push(`${level}: ${text}`),
      onBroken: () => void this.log.push("broken"),
    });
    this.meddle(this.engine);
    if (team !== null) void this.engine.submit({ kind: "team-loaded", team });
    this.attach(...(this.options.desktops ?? ["ana", "ben", "chi"]));
    void this.engine.start();
    await this.time.settle();
  }

  /** `kill -9`: what is not in the journal never happened. */
  crash(): void {
    this.time.forget();
  }

  /** A monitoring tool reports. @returns the engine's answer, once the facts are kept. */
  async report(signal: Partial<Signal> & { severity?: Severity; title?: string } = {}): Promise<Answer> {
    const { severity = "critical", title = "Disk full", ...rest } = signal;
    return this.submit({
      kind: "signal",
      freshId: "fresh" as AlertId,
      integration: "prometheus" as IntegrationId,
      dedupKey: "disk",
      status: "firing",
      content: { severity, title, source: "db1", labels: {}, details: {}, links: [] },
      silentAfterMs: null,
      repetition: "report",
      by: null,
      ...rest,
    });
  }

  /** The same, for when an alert must come of it. */
  async fire(signal: Parameters<World["report"]>[0] = {}): Promise<AlertId> {
    const answer = await this.report(signal);
    if (!answer.ok || answer.alertId === null) throw new Error(`no alert: ${JSON.stringify(answer)}`);
    return answer.alertId;
  }

  async command(alertId: AlertId, command: AlertCommand, by = "ana"): Promise<Answer> {
    return this.submit({ kind: "command", alertId, by: by as PersonId, origin: "api", command });
  }

  attach(...people: string[]): void {
    void this.engine.submit({ kind: "desktops-changed", people: people as PersonId[] });
  }

  async fastForward(ms: number): Promise<void> {
    await this.time.pass(ms);
  }

  alert(id: AlertId) {
    const alert = this.engine.findAlert(id);
    if (alert === null) throw new Error(`no alert ${id}`);
    return alert;
  }

  /** What was sent since the last call, as "ana desktop"; sorted, since the order within one moment does not matter. */
  takeSent(): string[] {
    return this.sent
      .splice(0)
      .map(({ person, via }) => `${person} ${via}`)
      .sort();
  }

  expectSent(...expected: string[]): void {
    expect(this.takeSent()).toEqual([...expected].sort());
  }

  /** The quiet words since the last call, as "ana at 08:45: title" (UTC). */
  takeTold(): string[] {
    return this.told
      .splice(0)
      .map(({ at, person, title }) => `${person} at ${new Date(at).toISOString().slice(11, 16)}: ${title}`);
  }

  kinds(id: AlertId): string[] {
    return this.engine.factsOf(id).map((fact) => fact.kind);
  }

  facts<K extends Fact["kind"]>(id: AlertId, kind: K): Extract<Fact, { kind: K }>[] {
    return this.engine.factsOf(id).filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind);
  }

  timeline(id: AlertId): string[] {
    return timelineOf(this.engine.factsOf(id), this.engine.state.team).map((entry) => entry.text);
  }

  private async submit(input: Parameters<LoopEngine["submit"]>[0]): Promise<Answer> {
    const answer = this.engine.submit(input);
    await this.time.settle();
    return answer;
  }

  private channel(via: Via): Channel {
    return {
      via,
      send: async (notice) => {
        const latencyMs = this.latency(notice, via);
        if (latencyMs > 0) await new Promise<void>((resolve) => void this.time.after(latencyMs, resolve));
        if (this.asksBeforeSending && !notice.stillWanted()) return { kind: "withdrawn" };
        this.sent.push({
          at: this.time.wallMs(),
          person: notice.person.id,
          via,
          alertId: notice.alert.id,
          actionId: notice.actionId,
        });
        return this.outcome(notice, via);
      },
      close: async () => {},
    };
  }
}
