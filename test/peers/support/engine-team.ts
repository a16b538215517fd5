/** A few machines with the engines, channels and peers that ship, in virtual time: desktops and mails that record. */
import type { AlertId, MachineId, PersonId } from "#domain/ids";
import type { Outcome, Signal } from "#domain/input";
import type { PersonPresence, Presence } from "#domain/presence";
import type { Tell } from "#domain/command";
import { createDesktopChannel } from "#channels/desktop";
import { LoopEngine } from "#engine/engine";
import type { Channel, Desktops, Notice } from "#engine/ports";
import { MemoryJournal } from "#journal/memory";
import { MemoryNetwork } from "#peers/link/memory-network";
import { Peers } from "#peers/peers";
import { SystemClock } from "#system/system-clock";
import { idOfText } from "#system/system-random";
import type { PeerMessage } from "#wire/peer-contract";
import { team as buildTeam } from "../../support/team-builder.ts";
import { VirtualTime } from "../../support/virtual-time.ts";
import { MachineClock } from "./machine-clock.ts";
import { ids } from "./small-team.ts";

interface Sent {
  readonly at: number;
  readonly by: MachineId;
  readonly person: string;
  readonly via: "desktop" | "email";
  readonly actionId: string;
  readonly alertId: AlertId;
}

export class EngineMachine {
  readonly sources: MachineClock;
  readonly engine: LoopEngine;
  readonly peers: Peers;
  readonly journal: MemoryJournal;
  readonly told: Tell[] = [];
  readonly security: string[] = [];
  /** How this machine's desktops answer. */
  shows: (notice: Notice) => Awaited<ReturnType<Desktops["present"]>> = () => "shown";
  /** How the mail server answers this machine. */
  mails: (notice: Notice) => Promise<Outcome> = async () => ({ kind: "sent" });
  private peopleHere: readonly PersonPresence[] = [];
  private peopleChanged = () => {};
  private leave = () => {};

  constructor(
    readonly id: MachineId,
    private readonly team: EngineTeam,
  ) {
    this.sources = new MachineClock(team.time);
    this.journal = new MemoryJournal(`origin-${id}`);
    const clock = new SystemClock(this.sources);
    const desktops: Desktops = { present: async (notice) => this.present(notice) };
    // The engine asks the peers, and the peers the engine.
    const late = { peers: null as Peers | null };
    this.engine = new LoopEngine({
      clock,
      random: {
        alertId: () => `${id}-${(team.alerts += 1)}` as AlertId,
        nextAlertId: (...parts) => idOfText(JSON.stringify(parts)),
      },
      journal: this.journal,
      channels: [
        createDesktopChannel({
          desktops: { present: (notice, signal) => late.peers!.desktops().present(notice, signal) },
        }),
        this.mail(),
      ],
      tell: (word) => late.peers!.tell(word),
      version: "test",
      self: id,
      standing: { position: () => late.peers!.position(), others: () => late.peers!.others() },
      log: () => {},
      onBroken: () => {},
    });
    this.peers = late.peers = new Peers({
      clock,
      self: id,
      engine: this.engine,
      others: () => team.machines.map((machine) => machine.id).filter((other) => other !== id),
      local: {
        desktops,
        people: () => this.peopleHere,
        tell: (word) => void this.told.push(word),
        onPeopleChanged: (listener) => (this.peopleChanged = listener),
      },
      runtime: () => ({ tocsin: "1", node: "20", timeZones: "2026a", revision: "r1", handoffs: "h1" }),
      log: () => {},
      securityLog: (event) => void this.security.push(event),
      able: () => this.engine.health.ready,
      wake: () => this.engine.lookAtClock(),
      report: (text) =>
        text === null ? this.engine.clearProblem("peers") : this.engine.reportProblem("peers", text),
    });
  }

  async start(): Promise<void> {
    void this.engine.submit({ kind: "team-loaded", team: buildTeam() });
    void this.engine.start();
    await this.team.time.settle();
    this.peers.start();
    this.leave = this.team.network.join(this.id, (link) => this.sources.run(() => this.peers.attach(link)));
  }

  /** `kill -9`. */
  crash(): void {
    this.leave();
    this.sources.hang();
  }

  setPeople(...people: readonly (readonly [string, Presence])[]): void {
    this.peopleHere = people.map(([person, presence]) => ({ person: person as PersonId, presence }));
    this.peopleChanged();
  }

  async fire(change: Partial<Signal> = {}): Promise<AlertId> {
    const answer = this.engine.submit({
      kind: "signal",
      freshId: `${this.id}-fresh-${(this.team.alerts += 1)}` as AlertId,
      integration: "prometheus" as Signal["integration"],
      dedupKey: "disk",
      status: "firing",
      content: {
        severity: "critical",
        title: "Disk full",
        source: "db1",
        labels: {},
        details: {},
        links: [],
      },
      silentAfterMs: null,
      repetition: "report",
      by: null,
      ...change,
    });
    await this.team.time.settle();
    const { alertId } = (await answer) as { alertId: AlertId };
    return alertId;
  }

  async acknowledge(alertId: AlertId, by = "ana"): Promise<void> {
    const command = { kind: "acknowledge" } as const;
    void this.engine.submit({ kind: "command", alertId, by: by as PersonId, origin: "api", command });
    await this.team.time.settle();
  }

  send(to: EngineMachine, message: PeerMessage): void {
    const pair = this.team.network.connect("zz00000000000000" as MachineId, to.id)!;
    to.peers.attach(pair.ends[1]);
    pair.ends[0].send(message);
  }

  private present(notice: Notice): Awaited<ReturnType<Desktops["present"]>> {
    if (!this.peopleHere.some(({ person }) => person === notice.person.id)) return "none-attached";
    const result = this.shows(notice);
    if (result === "shown") this.team.note(this.id, notice, "desktop");
    return result;
  }

  private mail(): Channel {
    return {
      via: "email",
      send: async (notice) => {
        if (!notice.stillWanted()) return { kind: "withdrawn" };
        const outcome = await this.mails(notice);
        if (outcome.kind === "sent") this.team.note(this.id, notice, "email");
        return outcome;
      },
      close: async () => {},
    };
  }
}

export class EngineTeam {
  readonly time = new VirtualTime();
  readonly network = new MemoryNetwork({ scheduler: this.time, retryMs: () => 500 });
  readonly machines: EngineMachine[] = [];
  readonly sent: Sent[] = [];
  alerts = 0;

  static async running(count: number): Promise<EngineTeam> {
    const team = new EngineTeam();
    for (const id of ids.slice(0, count)) team.machines.push(new EngineMachine(id, team));
    for (const machine of team.machines) await machine.start();
    await team.pass(12);
    return team;
  }

  at(index: number): EngineMachine {
    return this.machines[index]!;
  }

  async pass(seconds: number): Promise<void> {
    await this.time.pass(seconds * 1000);
    await this.time.settle();
  }

  note(by: MachineId, notice: Notice, via: Sent["via"]): void {
    this.sent.push({
      at: this.time.monotonicMs(),
      by,
      person: notice.person.id,
      via,
      actionId: notice.actionId,
      alertId: notice.alert.id,
    });
  }

  /** Since the last call, as "ben desktop at bb". */
  takeSent(): string[] {
    return this.sent
      .splice(0)
      .map(({ person, via, by }) => `${person} ${via} at ${by.slice(0, 2)}`)
      .sort();
  }
}
