/**
 * Keeps trying to have a link to one other engine: its addresses one after the other, then again after a pause that
 * grows. One for each engine that `team-links.ts` follows.
 */
import type { MachineId } from "#domain/ids";
import { peerPath } from "#wire/peer-contract";
import type { MachineIdentity } from "../identity/machine-identity.ts";
import type { PeerLink } from "../peer-link.ts";
import { dial, dialTimes, type Dialled } from "./dial.ts";
import { exchangeHellos, type Hello } from "./hello.ts";
import { Liveness } from "./liveness.ts";
import type { LinkLimits } from "./link-limits.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SecurityEvent, SecurityLog } from "./security-log.ts";
import { WebTextSocket } from "./text-socket.ts";

export interface PeerClientOptions {
  readonly identity: MachineIdentity;
  readonly hello: () => Hello;
  readonly scheduler: Scheduler;
  /** From 0 to 1; spreads the retries of many machines. */
  readonly random: () => number;
  readonly limits: LinkLimits;
  readonly securityLog: SecurityLog;
  readonly isLinked: (machine: MachineId) => boolean;
  readonly onLink: (link: PeerLink, hello: Hello) => void;
  /** An engine of the team says that this machine does not belong to it any more. */
  readonly onRevoked?: (by: MachineId) => void;
}

/** Whom to call. */
export interface PeerAddress {
  readonly id: MachineId;
  readonly fingerprint: string;
  readonly addresses: readonly string[];
}

/** Why there is no link, in a sentence for people. */
export interface LinkTrouble {
  readonly reason: "unreachable" | "wrong-certificate" | "refused" | "versions";
  readonly text: string;
}

const firstPauseMs = 500;
const longestPauseMs = 10_000;
/** One who has said no is not likely to change its mind soon. */
const refusedPauseMs = 30_000;
/** A link that lived this long was a good one: begin again with the short pause. */
const goodAfterMs = 10_000;

export class PeerClient {
  trouble: LinkTrouble | null = null;
  private pauseMs = firstPauseMs;
  private cancelRetry = () => {};
  private attempt: AbortController | null = null;
  private isStopped = false;
  /** The one that worked last goes first. */
  private lastGood: string | null = null;
  private found: readonly string[] = [];

  constructor(
    private peer: PeerAddress,
    private readonly options: PeerClientOptions,
  ) {}

  /** Tries at once, unless it tries already. For the start, after a sleep, and when the network has changed. */
  retryNow(): void {
    this.pauseMs = firstPauseMs;
    if (this.attempt === null) this.plan(0);
  }

  /** The team's list has changed. */
  update(peer: PeerAddress): void {
    const isNew = peer.addresses.some((address) => !this.peer.addresses.includes(address));
    this.peer = peer;
    if (isNew) this.retryNow();
  }

  /** Where it may be, by whatever somebody on the network said; tried last. */
  suggest(addresses: readonly string[]): void {
    const isNew = addresses.some((address) => !this.addresses().includes(address));
    this.found = addresses.slice(0, 8);
    if (isNew) this.retryNow();
  }

  /** There was a link, made by either side, and it is gone. */
  linkEnded(livedMs: number): void {
    if (livedMs >= goodAfterMs) this.pauseMs = firstPauseMs;
    if (this.attempt === null) this.plan(this.nextPause());
  }

  stop(): void {
    this.isStopped = true;
    this.cancelRetry();
    this.attempt?.abort();
  }

  private plan(ms: number): void {
    this.cancelRetry();
    if (!this.isStopped) this.cancelRetry = this.options.scheduler.after(ms, () => void this.try());
  }

  private async try(): Promise<void> {
    const { identity, scheduler, limits, isLinked } = this.options;
    if (this.isStopped || this.attempt !== null || isLinked(this.peer.id)) return;
    const attempt = (this.attempt = new AbortController());
    const dialled = await dial({
      identity,
      scheduler,
      addresses: this.addresses(),
      fingerprint: this.peer.fingerprint,
      path: peerPath,
      ...dialTimes,
      maxMessageBytes: limits.peerMessageBytes,
      compressFromBytes: limits.compressFromBytes,
      signal: attempt.signal,
    });
    this.attempt = null;
    if (this.isStopped) return void (dialled.ok && dialled.socket.terminate());
    if (dialled.ok) this.greet(dialled);
    else this.failed(dialled);
  }

  private greet({ socket, address }: Extract<Dialled, { ok: true }>): void {
    const { scheduler, limits, hello, onLink } = this.options;
    const report = (event: SecurityEvent, { reason }: { reason: string }) =>
      this.options.securityLog(event, { machine: this.peer.id, address, reason });
    const text = new WebTextSocket(socket, {
      limits,
      scheduler,
      report,
      workPerSecond: limits.peerWorkPerSecond,
      liveness: new Liveness(limits.pingMs, scheduler),
    });
    let isLinked = false;
    const cancelLimit = scheduler.after(limits.handshakeMs, () => socket.terminate());
    text.onClose((why) => {
      cancelLimit();
      if (isLinked) return;
      this.trouble = { reason: "unreachable", text: `It ended the call: ${why}` };
      this.plan(this.nextPause());
    });
    exchangeHellos(text, {
      hello: hello(),
      machine: this.peer.id,
      report,
      onLink: (link, theirs) => {
        isLinked = true;
        cancelLimit();
        this.lastGood = address;
        this.trouble = null;
        onLink(link, theirs);
      },
      onRefused: (reason, why) => {
        this.trouble = {
          reason: reason === "too-old" || reason === "too-new" ? "versions" : "refused",
          text: why,
        };
        this.plan(refusedPauseMs);
      },
    });
  }

  private failed({ reason, address, refusal }: Extract<Dialled, { ok: false }>): void {
    const { securityLog } = this.options;
    switch (reason) {
      case "unreachable":
        this.trouble = { reason, text: `Nobody answers at ${this.addresses().join(", ") || "any address"}.` };
        return this.plan(this.nextPause());
      case "wrong-certificate": {
        const text = "Somebody else answers there, or stands in between: the certificate is another one.";
        securityLog(reason, { machine: this.peer.id, ...(address !== null && { address }), reason: text });
        this.trouble = { reason, text: `${address}: ${text}` };
        return this.plan(this.nextPause());
      }
      case "refused":
        this.trouble = { reason, text: refusalText(refusal ?? "unknown") };
        this.plan(refusedPauseMs);
        if (refusal === "revoked-machine") this.options.onRevoked?.(this.peer.id);
    }
  }

  private addresses(): string[] {
    const all = [...this.peer.addresses, ...this.found];
    return [...new Set(this.lastGood === null ? all : [this.lastGood, ...all])];
  }

  private nextPause(): number {
    const pauseMs = this.pauseMs;
    this.pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    return pauseMs * (0.5 + this.options.random() / 2);
  }
}

/** What the other said with its refusal, for people. */
export function refusalText(word: string): string {
  switch (word) {
    case "revoked-machine":
      return "This machine was revoked; to come back it has to join the team anew.";
    case "unknown-machine":
      return "It does not know this machine; perhaps it has not heard of its joining yet.";
    case "too-many-connections":
      return "It has too many connections.";
    case "not-an-engine":
      return "It knows this machine as a desk, not as an engine.";
    default:
      return "It refused the connection.";
  }
}
