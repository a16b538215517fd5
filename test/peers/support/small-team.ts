/** A few machines with the peers that ship, in virtual time, on a network in memory. */
import type { Tell } from "#domain/command";
import type { MachineId, PersonId } from "#domain/ids";
import type { PersonPresence, Presence } from "#domain/presence";
import type { Desktops, Notice } from "#engine/ports";
import { MemoryJournal } from "#journal/memory";
import { MemoryNetwork, type MemoryNetworkOptions } from "#peers/link/memory-network";
import type { PeerLink } from "#peers/peer-link";
import { Peers } from "#peers/peers";
import { SystemClock } from "#system/system-clock";
import type { PeerMessage, RuntimeJson } from "#wire/peer-contract";
import { VirtualTime } from "../../support/virtual-time.ts";
import { JournalEngine } from "./journal-engine.ts";
import { MachineClock } from "./machine-clock.ts";

export const ids = ["aa", "bb", "cc", "dd", "ee", "ff", "gg"].map(
  (name) => `${name}00000000000000` as MachineId,
);

export class TestMachine {
  readonly sources: MachineClock;
  clock: SystemClock;
  engine: JournalEngine;
  peers!: Peers;
  readonly security: { readonly event: string; readonly details: Record<string, unknown> }[] = [];
  readonly log: string[] = [];
  readonly told: Tell[] = [];
  readonly shown: Notice[] = [];
  problem: string | null = null;
  note: string | null = null;
  isAble = true;
  wakes = 0;
  presented: Awaited<ReturnType<Desktops["present"]>> = "shown";
  runtime: RuntimeJson = { tocsin: "1", node: "20", timeZones: "2026a", revision: "r1", handoffs: "h1" };
  /** Everything that left this machine. */
  readonly sent: { readonly at: number; readonly to: MachineId; readonly message: PeerMessage }[] = [];
  private peopleHere: readonly PersonPresence[] = [];
  private peopleChanged = () => {};
  private leave = () => {};

  constructor(
    readonly id: MachineId,
    private readonly team: SmallTeam,
    journal = new MemoryJournal(`origin-${id}`),
  ) {
    this.sources = new MachineClock(team.time);
    this.clock = new SystemClock(this.sources);
    this.engine = new JournalEngine(this.clock, journal);
  }

  start(): void {
    this.peers = new Peers({
      clock: this.clock,
      self: this.id,
      engine: this.engine,
      others: () => this.team.members.filter((id) => id !== this.id),
      local: {
        desktops: {
          present: async (notice) => {
            if (!this.peopleHere.some(({ person }) => person === notice.person.id)) return "none-attached";
            if (this.presented === "shown") this.shown.push(notice);
            return this.presented;
          },
        },
        people: () => this.peopleHere,
        tell: (word) => void this.told.push(word),
        onPeopleChanged: (listener) => (this.peopleChanged = listener),
      },
      runtime: () => this.runtime,
      log: (_level, text) => void this.log.push(text),
      securityLog: (event, details) => void this.security.push({ event, details }),
      able: () => this.isAble,
      wake: () => void (this.wakes += 1),
      report: (text) => void (this.problem = text),
      note: (text) => void (this.note = text),
    });
    this.peers.start();
    this.leave = this.team.network.join(this.id, (link) =>
      this.sources.run(() => this.peers.attach(this.throughMyTime(link))),
    );
  }

  /** The process dies; the disk stays. */
  crash(): void {
    this.leave();
    this.sources.hang();
  }

  /** Started again, on the same disk or on another one. */
  restart(journal = this.engine.journal.copy()): TestMachine {
    const machine = new TestMachine(this.id, this.team, journal);
    this.team.machines.set(this.id, machine);
    machine.start();
    return machine;
  }

  async quit(): Promise<void> {
    await this.peers.stop();
    await this.team.time.pass(10);
    this.leave();
  }

  setPeople(...people: readonly (readonly [string, Presence])[]): void {
    this.peopleHere = people.map(([person, presence]) => ({ person: person as PersonId, presence }));
    this.peopleChanged();
  }

  position(): number | null {
    return this.peers.position();
  }

  get coordinator(): MachineId | null {
    return this.peers.status().coordinator;
  }

  /** Of a kind, as JSON, since then. */
  bytesSent(since: number): number {
    return this.sent
      .filter(({ at }) => at >= since)
      .reduce((sum, { message }) => sum + Buffer.byteLength(JSON.stringify(message)), 0);
  }

  /** What reaches it waits while it stands still. */
  private throughMyTime(link: PeerLink): PeerLink {
    const { sources, sent, team } = this;
    return {
      machine: link.machine,
      get unreadBytes() {
        return link.unreadBytes;
      },
      send: (message) => {
        sent.push({ at: team.time.monotonicMs(), to: link.machine, message });
        return link.send(message);
      },
      onMessage: (listener) => link.onMessage((message) => sources.run(() => listener(message))),
      onClose: (listener) => link.onClose((why) => sources.run(() => listener(why))),
      close: (why) => link.close(why),
    };
  }
}

export class SmallTeam {
  readonly time = new VirtualTime();
  readonly network: MemoryNetwork;
  readonly machines = new Map<MachineId, TestMachine>();
  members: readonly MachineId[];

  constructor(count: number, network: Partial<MemoryNetworkOptions> = {}) {
    this.network = new MemoryNetwork({ scheduler: this.time, retryMs: () => 500, ...network });
    this.members = ids.slice(0, count);
    for (const id of this.members) this.machines.set(id, new TestMachine(id, this));
  }

  /** All started, settled, and agreed on who coordinates. */
  static async running(count: number, network: Partial<MemoryNetworkOptions> = {}): Promise<SmallTeam> {
    const team = new SmallTeam(count, network);
    for (const machine of team.all) machine.start();
    await team.pass(10);
    return team;
  }

  get all(): TestMachine[] {
    return [...this.machines.values()];
  }

  /** By number, 0 is the one with the smallest id. */
  at(index: number): TestMachine {
    return this.machines.get(ids[index]!)!;
  }

  pass(seconds: number): Promise<void> {
    return this.time.pass(seconds * 1000);
  }

  /** Lets time pass until it holds, by tenths of a second; how many seconds that took. */
  async until(holds: () => boolean, atMostSeconds = 60): Promise<number> {
    for (let tenths = 0; tenths <= atMostSeconds * 10; tenths += 1) {
      if (holds()) return tenths / 10;
      await this.time.pass(100);
    }
    throw new Error(`It did not come to that within ${atMostSeconds} s.`);
  }

  positions(): (number | null)[] {
    return this.all.map((machine) => machine.position());
  }
}
