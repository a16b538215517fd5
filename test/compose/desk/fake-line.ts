/** Time that passes when a test says so, and engines that answer when a test says so: for the desk's line. */
import type { Connection } from "../../../src/compose/desk/first-to-answer.ts";
import type { DeskConnected } from "#peers/link/desk-client";
import type { KnownEngine } from "#peers/identity/membership";
import type { Scheduler } from "#peers/link/scheduler";

export class TestScheduler implements Scheduler {
  private now = 0;
  private timers: { readonly at: number; readonly callback: () => void }[] = [];

  monotonicMs(): number {
    return this.now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.now + ms, callback };
    this.timers.push(timer);
    return () => void (this.timers = this.timers.filter((other) => other !== timer));
  }

  /** Promises settle after each timer. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    await settle();
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.now = Math.max(this.now, next.at);
      next.callback();
      await settle();
    }
    this.now = end;
  }

  get pending(): number {
    return this.timers.length;
  }
}

export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function engine(id: string): KnownEngine {
  return { id, fingerprint: "0f".repeat(32), addresses: [`${id}:8744`] };
}

/** A connection's engine end. */
export class FakeConnection implements Connection {
  readonly heard: unknown[] = [];
  closedWith: string | null = null;
  private listener = (_message: unknown): void => {};
  private closed = (_why: string): void => {};

  constructor(readonly engine: string) {}

  send(message: unknown): void {
    this.heard.push(message);
  }

  sendText(text: string): void {
    this.heard.push(JSON.parse(text));
  }

  onMessage(listener: (message: unknown) => void): void {
    this.listener = listener;
  }

  onClose(listener: (why: string) => void): void {
    this.closed = listener;
  }

  close(reason: string): void {
    this.drop(reason);
  }

  /** The engine says something. */
  say(message: unknown): void {
    this.listener(message);
  }

  /** The line breaks, or the engine hangs up. */
  drop(why: string): void {
    if (this.closedWith !== null) return;
    this.closedWith = why;
    this.closed(why);
  }
}

/** What each engine does when it is called: answers after so many ms, refuses after so many, or never says anything. */
export type Behaviour =
  | { readonly answers: number }
  | { readonly refuses: number; readonly text?: string }
  | "silent";

export class FakeTeam {
  readonly calls: string[] = [];
  readonly connections: FakeConnection[] = [];
  readonly behaviours: Record<string, Behaviour> = {};

  constructor(private readonly scheduler: TestScheduler) {}

  readonly call = (called: KnownEngine, signal: AbortSignal): Promise<DeskConnected> => {
    this.calls.push(called.id);
    const behaviour = this.behaviours[called.id] ?? "silent";
    return new Promise((resolve) => {
      // An answer that is on its way when it is given up still comes.
      if (behaviour !== "silent" && "answers" in behaviour) {
        this.scheduler.after(behaviour.answers, () => {
          const connection = new FakeConnection(called.id);
          this.connections.push(connection);
          resolve({ ok: true, connection, address: `${called.id}:8744` });
        });
        return;
      }
      signal.addEventListener("abort", () =>
        resolve({ ok: false, reason: "unreachable", text: "Given up." }),
      );
      if (behaviour === "silent") return;
      const { refuses, text = `Nobody answers at ${called.id}.` } = behaviour;
      this.scheduler.after(refuses, () => resolve({ ok: false, reason: "unreachable", text }));
    });
  };

  /** The connection that is in use. */
  get last(): FakeConnection {
    return this.connections.at(-1)!;
  }
}
