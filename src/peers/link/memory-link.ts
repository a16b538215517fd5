/**
 * The in-memory twin of a link, for tests and the simulation: two ends and a pipe each way, with delay, and a cut that
 * behaves as one does below TCP (what was sent waits, and arrives when it heals in time). Made by `memory-network.ts`.
 */
import type { MachineId } from "#domain/ids";
import { maxPeerMessageBytes, type PeerMessage } from "#wire/peer-contract";
import type { PeerLink } from "../peer-link.ts";
import { decodeMessage, encodeMessage } from "./peer-message.ts";
import type { Scheduler } from "./scheduler.ts";

export interface MemoryLinkOptions {
  readonly scheduler: Scheduler;
  /** Of each message, in ms; order is kept whatever it says. */
  readonly delayMs: () => number;
  /** Asked for each message: true ends the link, since a link that loses anything is no link. */
  readonly loses: () => boolean;
  /** Nothing heard for this long while it is cut: the end that hears nothing closes. */
  readonly silenceMs: number;
  readonly unreadBytes: number;
}

/** Both ends, and what the network can do to them. */
export interface MemoryLinkPair {
  readonly ends: readonly [MemoryLink, MemoryLink];
  /** What `from` says does not arrive from now on; and again. */
  cut(from: MachineId, isCut: boolean): void;
  /** Both ends notice at once: a process died, a router reset the connection. */
  sever(why: string): void;
}

export function memoryLinkPair(one: MachineId, other: MachineId, options: MemoryLinkOptions): MemoryLinkPair {
  const atOne = new MemoryLink(other, options);
  const atOther = new MemoryLink(one, options);
  atOne.other = atOther;
  atOther.other = atOne;
  return {
    ends: [atOne, atOther],
    cut: (from, isCut) => (from === one ? atOther : atOne).hearsNothing(isCut),
    sever: (why) => {
      atOne.lose(why);
      atOther.lose(why);
    },
  };
}

type Parcel = { readonly text: string } | { readonly closes: string };

/** One end. What is on its way to it is kept here. */
export class MemoryLink implements PeerLink {
  other!: MemoryLink;
  private listener: ((message: PeerMessage) => void) | null = null;
  private readonly closeListeners: ((why: string) => void)[] = [];
  private why: string | null = null;
  private readonly arrived: Parcel[] = [];
  private waiting: Parcel[] = [];
  private isCut = false;
  private cancelSilence = () => {};
  private bytes = 0;
  private lastArrivalMs = 0;

  constructor(
    readonly machine: MachineId,
    private readonly options: MemoryLinkOptions,
  ) {}

  get unreadBytes(): number {
    return this.why === null ? this.other.bytes : 0;
  }

  send(message: PeerMessage): boolean {
    const text = encodeMessage(message);
    if (this.why !== null) return false;
    if (text.length > maxPeerMessageBytes) {
      this.close(`A message of type ${message.type} is ${text.length} characters long.`);
      return false;
    }
    if (this.unreadBytes > this.options.unreadBytes) {
      this.close("It reads too slowly.");
      return false;
    }
    if (this.options.loses()) {
      this.other.lose("The connection was lost.");
      this.lose("The connection was lost.");
      return false;
    }
    this.other.bytes += text.length;
    this.other.take({ text });
    return true;
  }

  onMessage(listener: (message: PeerMessage) => void): void {
    this.listener = listener;
    this.deliver();
  }

  onClose(listener: (why: string) => void): void {
    if (this.why === null) this.closeListeners.push(listener);
    else listener(this.why);
  }

  close(why: string): void {
    if (this.why !== null) return;
    this.other.take({ closes: why });
    this.lose(why);
  }

  /** The end of this end, whoever wanted it. */
  lose(why: string): void {
    if (this.why !== null) return;
    this.why = why;
    this.cancelSilence();
    for (const listener of this.closeListeners.splice(0)) listener(why);
  }

  hearsNothing(isCut: boolean): void {
    if (this.isCut === isCut) return;
    this.isCut = isCut;
    this.cancelSilence();
    if (isCut && this.why === null) {
      const { scheduler, silenceMs } = this.options;
      this.cancelSilence = scheduler.after(silenceMs, () => this.close("It does not answer any more."));
    } else for (const parcel of this.waiting.splice(0)) this.take(parcel);
  }

  private take(parcel: Parcel): void {
    if (this.isCut) return void this.waiting.push(parcel);
    const { scheduler, delayMs } = this.options;
    const nowMs = scheduler.monotonicMs();
    this.lastArrivalMs = Math.max(this.lastArrivalMs, nowMs + Math.max(0, delayMs()));
    scheduler.after(this.lastArrivalMs - nowMs, () => {
      // It was cut while this was on its way; what comes later waits behind it.
      if (this.isCut) return void this.waiting.push(parcel);
      this.arrived.push(parcel);
      this.deliver();
    });
  }

  private deliver(): void {
    while (this.why === null && this.arrived.length > 0) {
      const next = this.arrived[0]!;
      if ("closes" in next) return this.lose(next.closes);
      if (this.listener === null) return;
      this.arrived.shift();
      this.bytes -= next.text.length;
      const decoded = decodeMessage(next.text);
      if (decoded.kind === "malformed") return this.close(decoded.reason);
      if (decoded.kind === "message") this.listener(decoded.message);
    }
  }
}
