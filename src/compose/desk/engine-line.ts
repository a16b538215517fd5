/**
 * A desk's line to its team: connected to one engine at a time, the coordinator if it can be had, and to the next one
 * within seconds when that one goes. Tries for ever. Built by `desk.ts`; `desk-hub.ts` speaks over it.
 */
import type { KnownEngine } from "#peers/identity/membership";
import type { Scheduler } from "#peers/link/scheduler";
import { firstToAnswer, type Call, type Connection } from "./first-to-answer.ts";

export interface LineOptions {
  /** Those to call, in order; asked anew each time. */
  readonly engines: () => readonly KnownEngine[];
  readonly call: Call;
  readonly scheduler: Scheduler;
}

export interface LineEvents {
  /** An engine has answered; say hello. Until `welcomed` is called it is on probation. */
  onUp(): void;
  /** Any value at all. */
  onMessage(message: unknown): void;
  /** Nobody is reached. Said at each failed attempt; `text`: why, in a sentence. */
  onDown(text: string): void;
}

/** After attempts that reached nobody. The last one goes on for ever. */
const pausesMs = [250, 500, 1000, 2000, 4000];
/** An engine that answers and does not say welcome is no use. */
const welcomeWithinMs = 4000;
/** And so is one that hangs up right after it. */
const provenAfterMs = 5000;

export class EngineLine {
  private connection: Connection | null = null;
  private attempt: AbortController | null = null;
  private cancelTimer = () => {};
  private failures = 0;
  /** Engines that answered and were no use: called last. */
  private readonly useless = new Map<string, number>();
  private stopped = false;

  constructor(
    private readonly options: LineOptions,
    private readonly events: LineEvents,
  ) {}

  start(): void {
    void this.connect();
  }

  /** False: there is nobody to hear it. */
  send(message: unknown): boolean {
    this.connection?.send(message);
    return this.connection !== null;
  }

  /** The engine has said welcome: this is the one, if it stays. */
  welcomed(): void {
    this.cancelTimer();
    this.cancelTimer = this.options.scheduler.after(provenAfterMs, () => {
      this.failures = 0;
      this.useless.clear();
    });
  }

  /** The machine has woken up: what was to be tried later is tried now. */
  hurry(): void {
    if (this.connection !== null || this.attempt !== null || this.stopped) return;
    this.failures = 0;
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.cancelTimer();
    this.attempt?.abort();
    this.connection?.close("This desk stops.");
    this.connection = null;
  }

  private async connect(): Promise<void> {
    const { scheduler, call, engines } = this.options;
    this.cancelTimer();
    const attempt = (this.attempt = new AbortController());
    const inOrder = [...engines()].sort((a, b) => this.uselessness(a) - this.uselessness(b));
    const reached = await firstToAnswer(inOrder, call, scheduler, attempt.signal);
    this.attempt = null;
    if (this.stopped) {
      if (reached.ok) reached.connection.close("This desk stops.");
      return;
    }
    if (reached.ok) this.use(reached.engine, reached.connection);
    else this.tryLater(reached.text);
  }

  private use(engine: KnownEngine, connection: Connection): void {
    this.connection = connection;
    this.useless.set(engine.id, this.uselessness(engine) + 1);
    this.cancelTimer = this.options.scheduler.after(welcomeWithinMs, () =>
      connection.close("No welcome came."),
    );
    connection.onMessage((message) => connection === this.connection && this.events.onMessage(message));
    connection.onClose((why) => connection === this.connection && this.lost(engine, why));
    if (connection === this.connection) this.events.onUp();
  }

  private lost(engine: KnownEngine, reason: string): void {
    const why = saidOf(engine, reason);
    this.connection = null;
    this.cancelTimer();
    if (this.stopped) return;
    // At once, to the next one if need be; but whoever only ever hangs up is not called in a loop.
    if (this.uselessness(engine) > 1) return this.tryLater(why);
    this.events.onDown(why);
    void this.connect();
  }

  private tryLater(text: string): void {
    const pauseMs = pausesMs[Math.min(this.failures, pausesMs.length - 1)]!;
    this.failures += 1;
    this.events.onDown(text);
    this.cancelTimer = this.options.scheduler.after(pauseMs, () => void this.connect());
  }

  private uselessness({ id }: KnownEngine): number {
    return this.useless.get(id) ?? 0;
  }
}

/** A connection's own words are of "it"; people are told which machine that is. */
function saidOf({ addresses: [address] }: KnownEngine, reason: string): string {
  const place = address === undefined ? "" : ` at ${address}`;
  return reason.startsWith("It ") ? `The engine${place} ${reason.slice(3)}` : reason;
}
