/**
 * One WebSocket of an authenticated machine, as lines of text: with a limit on what lies unread, a budget for what comes
 * in, and an end when nobody is there any more. Both ends of every link, of machines and of desks, are made of this.
 */
import { WebSocket, type RawData } from "ws";
import { UnreadLimit } from "#wire/unread-limit";
import { closeCodes, type CloseCode } from "./close-codes.ts";
import type { LinkLimits } from "./link-limits.ts";
import type { Liveness, Watched } from "./liveness.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SecurityDetails, SecurityEvent } from "./security-log.ts";
import { WorkBudget } from "./work-budget.ts";

export interface TextSocket {
  /** False: not sent, since it is closed, or closed now because the other reads too slowly. */
  send(text: string): boolean;
  /** Sent and not yet handed to the network, in bytes. */
  readonly unreadBytes: number;
  /** One listener; while there is none, a little is kept for it and then no more is read. A frame that is not text closes the socket. */
  onText(listener: ((text: string) => void) | null): void;
  /** Called once: at once when this side closes, also when it is closed already. */
  onClose(listener: (why: string) => void): void;
  close(code: CloseCode, why: string): void;
}

/** Characters, to be exact. */
const earlyBytesAtMost = 64 * 1024;

export interface TextSocketOptions {
  readonly limits: LinkLimits;
  readonly workPerSecond: number;
  readonly scheduler: Scheduler;
  readonly liveness: Liveness;
  readonly report: (event: SecurityEvent, details: Pick<SecurityDetails, "reason">) => void;
}

export class WebTextSocket implements TextSocket, Watched {
  private why: string | null = null;
  private readonly closeListeners: ((why: string) => void)[] = [];
  private listener: ((text: string) => void) | null = null;
  private cancelPause = () => {};
  private isPaused = false;
  /** What came while nobody listened. */
  private early: string[] = [];
  private earlyBytes = 0;
  private readonly budget: WorkBudget;
  private readonly unread: UnreadLimit;

  constructor(
    private readonly socket: WebSocket,
    private readonly options: TextSocketOptions,
  ) {
    const { limits, workPerSecond, scheduler, liveness } = options;
    this.unread = new UnreadLimit(limits.unreadBytes);
    this.budget = new WorkBudget(workPerSecond, limits.burstSeconds, scheduler);
    liveness.watch(this);
    socket.on("message", (data, isBinary) => this.receive(data, isBinary));
    socket.on("ping", (data) => this.answerPing(data));
    socket.on("pong", () => liveness.heard(this));
    socket.on("error", (error) => this.fail(error));
    socket.on("close", (_code, reason) => this.end(printable(reason) || "The connection was lost."));
    // Without reading, nobody would learn that it closes.
    socket.resume();
  }

  get unreadBytes(): number {
    return this.socket.bufferedAmount;
  }

  send(text: string): boolean {
    if (this.why !== null || !this.isRead()) return false;
    this.socket.send(text);
    this.unread.sent(text);
    return true;
  }

  onText(listener: ((text: string) => void) | null): void {
    this.listener = listener;
    // A listener may hand over to another one, or close, with each line.
    while (this.listener !== null && this.early.length > 0) {
      const text = this.early.shift()!;
      this.earlyBytes -= text.length;
      this.listener(text);
    }
    this.readOrNot();
  }

  onClose(listener: (why: string) => void): void {
    if (this.why === null) this.closeListeners.push(listener);
    else listener(this.why);
  }

  close(code: CloseCode, why: string): void {
    if (this.why !== null) return;
    // Read on, or its answer to the close would never be seen.
    this.socket.resume();
    this.socket.close(code, printable(Buffer.from(why)));
    this.cutOffSoon();
    this.end(why);
  }

  ping(): void {
    if (this.isRead()) this.socket.ping();
  }

  gone(): void {
    this.socket.terminate();
    this.end("It does not answer any more.");
  }

  private receive(data: RawData, isBinary: boolean): void {
    if (this.why !== null) return;
    this.options.liveness.heard(this);
    if (isBinary) {
      this.options.report("malformed-message", { reason: "It sent a binary frame." });
      this.close(closeCodes.malformed, "Only text is spoken here.");
      return;
    }
    const bytes = data as Buffer;
    this.spend(bytes.length);
    const text = bytes.toString("utf8");
    if (this.listener !== null) return this.listener(text);
    this.early.push(text);
    this.earlyBytes += text.length;
    this.readOrNot();
  }

  /** `ws` would answer by itself, also one who asks a million times and reads no answer. */
  private answerPing(data: Buffer): void {
    if (this.why !== null) return;
    this.options.liveness.heard(this);
    this.spend(data.length);
    if (this.isRead()) this.socket.pong(data);
  }

  private spend(bytes: number): void {
    const pauseMs = this.budget.spend(bytes);
    if (pauseMs === 0 || this.isPaused) return;
    this.options.report("flood", { reason: "It sends more than it may; it is read more slowly." });
    this.isPaused = true;
    this.readOrNot();
    this.cancelPause = this.options.scheduler.after(pauseMs, () => {
      this.isPaused = false;
      // Silence of our own making is not the other's.
      this.options.liveness.heard(this);
      this.readOrNot();
    });
  }

  private readOrNot(): void {
    if (this.why !== null) return;
    if (this.isPaused || this.earlyBytes > earlyBytesAtMost) this.socket.pause();
    else this.socket.resume();
  }

  /** Whether the other keeps up; closed when not. */
  private isRead(): boolean {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    if (!this.unread.isExceededBy(this.socket.bufferedAmount)) return true;
    this.options.report("reads-too-slowly", {
      reason: `It has left ${this.socket.bufferedAmount} bytes unread.`,
    });
    this.socket.terminate();
    this.end("It reads too slowly.");
    return false;
  }

  private fail(error: Error): void {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!code.startsWith("WS_ERR")) this.socket.terminate();
    else {
      // What the library finds wrong with frames: too large, not masked, no UTF-8, a false length, a bomb. It says so to
      // the other side and closes.
      this.options.report("malformed-message", { reason: `It sent a broken frame (${code}).` });
      this.cutOffSoon();
    }
    this.end("The connection broke.");
  }

  /** Whoever does not say goodbye in return is cut off. */
  private cutOffSoon(): void {
    const cancel = this.options.scheduler.after(1_000, () => this.socket.terminate());
    this.socket.once("close", cancel);
  }

  private end(why: string): void {
    if (this.why !== null) return;
    this.why = why;
    this.early = [];
    this.cancelPause();
    this.options.liveness.forget(this);
    for (const listener of this.closeListeners.splice(0)) listener(why);
  }
}

/** A sentence from the other side, or for it: at most 120 plain characters (a close frame has room for 123 bytes). */
function printable(reason: Buffer): string {
  return reason
    .toString("utf8")
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, 120);
}
