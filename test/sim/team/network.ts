/**
 * The network between the machines of a simulated team: in-memory twins of the WebSocket links, on paths that can be
 * slow or cut, in one direction or both. A link is ordered and reliable while it is open, as TCP is; loss shows as delay, a
 * cut as silence, and after a while as a closed link.
 */
import type { MachineId } from "#domain/ids";
import type { PeerLink } from "#peers/peer-link";
import { peerMessage, type PeerMessage } from "#wire/peer-contract";
import type { Dice } from "./dice.ts";
import type { Life, MachineTime } from "./machine-time.ts";
import type { TrueTime } from "./true-time.ts";

/** A process that can be connected to. */
export interface Station {
  readonly id: MachineId;
  readonly life: Life;
  readonly time: MachineTime;
  /** False while its machine has no power: then not even its system answers. */
  isPowered(): boolean;
  attach(link: PeerLink): void;
}

/** What the sender holds back before `send` says no. */
const mostUnreadBytes = 1024 * 1024;
/** How long a connection lives that nothing comes back on; TCP's own time is minutes, a link's pings make it this. */
const givesUpAfterMs = 20_000;

export class Network {
  private readonly cuts = new Set<string>();
  private readonly slowness = new Map<string, number>();
  private readonly waiting = new Map<string, (() => void)[]>();
  private readonly ends: End[] = [];
  private messages = 0;

  constructor(
    readonly time: TrueTime,
    readonly dice: Dice,
  ) {}

  /** Nothing gets from one to the other any more. */
  cut(from: MachineId, to: MachineId): void {
    const path = `${from} ${to}`;
    this.cuts.add(path);
    // Neither side hears that what it sends has arrived.
    for (const end of this.ends) {
      const between = (a: MachineId, b: MachineId) => end.owner.id === a && end.machine === b;
      if (!between(from, to) && !between(to, from)) continue;
      const waitsMs = givesUpAfterMs + this.dice.between(0, 10_000);
      this.time.after(waitsMs, () => this.cuts.has(path) && end.breakDown("timed out"));
    }
  }

  heal(from: MachineId, to: MachineId): void {
    const path = `${from} ${to}`;
    this.cuts.delete(path);
    const waiting = this.waiting.get(path) ?? [];
    this.waiting.delete(path);
    // Sent again by TCP, sooner or later, and still in order.
    const againMs = this.dice.between(50, 3_000);
    for (const go of waiting) this.time.after(againMs, go);
  }

  isOpen(from: MachineId, to: MachineId): boolean {
    return !this.cuts.has(`${from} ${to}`);
  }

  slow(from: MachineId, to: MachineId, byMs: number): void {
    if (byMs === 0) this.slowness.delete(`${from} ${to}`);
    else this.slowness.set(`${from} ${to}`, byMs);
  }

  delayMs(from: MachineId, to: MachineId): number {
    const slow = this.slowness.get(`${from} ${to}`) ?? 0;
    return 1 + this.dice.between(0, 20) + (slow === 0 ? 0 : this.dice.between(0, slow));
  }

  /** When it gets through: now, or when the path heals. */
  whenOpen(from: MachineId, to: MachineId, go: () => void): void {
    const path = `${from} ${to}`;
    if (!this.cuts.has(path)) return go();
    const waiting = this.waiting.get(path);
    if (waiting === undefined) this.waiting.set(path, [go]);
    else waiting.push(go);
  }

  /** `a` has dialled `b` and both know it. False: nobody answers there. */
  connect(a: Station, b: Station): boolean {
    const possible = this.isOpen(a.id, b.id) && this.isOpen(b.id, a.id);
    if (!possible || !a.life.alive || !b.life.alive || !a.time.runs || !b.time.runs) return false;
    const near = new End(this, a, b.id);
    const far = new End(this, b, a.id);
    near.other = far;
    far.other = near;
    this.ends.push(near, far);
    b.attach(far);
    this.time.after(this.delayMs(b.id, a.id), () => a.time.run(a.life, () => a.attach(near)));
    return true;
  }

  /** Whether this process believes that it has a connection to that machine. */
  isConnected(from: Station, to: MachineId): boolean {
    return this.ends.some((end) => end.owner === from && end.machine === to && !end.isClosed);
  }

  /** The process has died. `cleanly`: its system still tells the others, or (the power is gone) nobody does. */
  died(station: Station, cleanly: boolean): void {
    for (const end of this.ends.splice(0)) {
      if (end.owner === station) end.vanish(cleanly);
      else if (!end.isClosed || end.owner.life.alive) this.ends.push(end);
    }
  }

  /** This side ends what links it has with that machine; what it said before still arrives. */
  hangUp(station: Station, machine: MachineId, why: string): void {
    for (const end of [...this.ends]) if (end.owner === station && end.machine === machine) end.close(why);
  }

  /** Some links do not survive a sleep. */
  breakLinksOf(station: Station): void {
    for (const end of [...this.ends])
      if (end.owner === station && !end.isClosed) end.breakDown("connection reset");
  }

  /** Every tenth message is held against the contract, as all are on a real link; here it would be a third of the time. */
  read(text: string): PeerMessage {
    this.messages += 1;
    const message: unknown = JSON.parse(text);
    return this.messages % 10 === 0 ? peerMessage.parse(message) : (message as PeerMessage);
  }

  forget(end: End): void {
    const index = this.ends.indexOf(end);
    if (index !== -1) this.ends.splice(index, 1);
  }
}

export class End implements PeerLink {
  other!: End;
  isClosed = false;
  unreadBytes = 0;
  private arrivesAt = 0;
  private messageListener: ((message: PeerMessage) => void) | null = null;
  private closeListener: ((why: string) => void) | null = null;
  private closedWhy: string | null = null;
  private readonly early: PeerMessage[] = [];

  constructor(
    private readonly network: Network,
    readonly owner: Station,
    readonly machine: MachineId,
  ) {}

  send(message: PeerMessage): boolean {
    if (this.isClosed || !this.owner.life.alive || this.unreadBytes > mostUnreadBytes) return false;
    const text = JSON.stringify(message);
    this.unreadBytes += text.length;
    this.deliver(() => this.other.receive(text, () => (this.unreadBytes -= text.length)));
    return true;
  }

  onMessage(listener: (message: PeerMessage) => void): void {
    this.messageListener = listener;
    for (const message of this.early.splice(0)) listener(message);
  }

  onClose(listener: (why: string) => void): void {
    this.closeListener = listener;
    if (this.closedWhy !== null) listener(this.closedWhy);
  }

  close(why: string): void {
    if (this.isClosed || !this.owner.life.alive) return;
    this.deliver(() => this.other.breakDown(why));
    this.breakDown(why);
  }

  /** Closed on this side; the other side does not hear of it by this. */
  breakDown(why: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.network.forget(this);
    this.network.time.soon(() =>
      this.owner.time.run(this.owner.life, () => {
        this.closedWhy = why;
        this.closeListener?.(why);
      }),
    );
  }

  vanish(cleanly: boolean): void {
    this.isClosed = true;
    if (cleanly) this.deliver(() => this.other.breakDown("connection reset"));
  }

  private receive(text: string, taken: () => void): void {
    const { network } = this;
    const { life, time } = this.owner;
    if (this.isClosed || !life.alive) {
      // Its system answers for a process that is gone; a machine that is off answers nothing.
      if (this.owner.isPowered()) this.deliver(() => this.other.breakDown("connection reset"));
      return;
    }
    time.run(life, () => {
      taken();
      if (this.isClosed) return;
      const message = network.read(text);
      if (this.messageListener === null) this.early.push(message);
      else this.messageListener(message);
    });
  }

  /** In order: nothing overtakes what was sent before it. */
  private deliver(arrive: () => void): void {
    const { network, owner, machine } = this;
    network.whenOpen(owner.id, machine, () => {
      this.arrivesAt = Math.max(this.arrivesAt, network.time.now + network.delayMs(owner.id, machine));
      network.time.at(this.arrivesAt, arrive);
    });
  }
}
