/**
 * Keeps one engine process running: forks it, hands it a port, notices its death or its silence, and starts it again,
 * for ever. Built by `index.ts`. Between two engines the app says that it is not to be trusted.
 */
import { MessageChannelMain, utilityProcess } from "electron";
import type { UtilityProcess } from "electron";
import type { Port } from "./client-link.ts";
import { recoveredAfterMs, restartDelayMs } from "./restart-delay.ts";

/** The engine's command line, as JSON after `--options`. */
export interface EngineOptions {
  readonly team?: string;
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly peers: string | null;
  readonly person: string | null;
  /** The built pages, which the engine serves to browsers. */
  readonly pages: string;
}

/** `text`: what has become of it, in a sentence or two; on failure with the remedy. */
export interface Joined {
  readonly ok: boolean;
  readonly text: string;
  /** Whether the engine was stopped for it, and starts again; null: not known. */
  readonly stopped: boolean | null;
}

export interface SupervisorEvents {
  /** An engine listens; `port` speaks the client contract. */
  onUp(engine: { readonly url: string; readonly port: Port; readonly pid: number }): void;
  /** There is no engine now. `text`: why, with the remedy where there is one. */
  onDown(text: string): void;
  /** The engine would not start with these options; `exitCode` as in contract §1. */
  onRefused(exitCode: number): void;
  onNote(text: string): void;
}

/** Replaying a long journal may take a while; longer than this is a hang. */
const startWithinMs = 120_000;
/** The other machine may be slow to answer, and this one's journal slow to start. */
const joinWithinMs = 60_000;
/** The app itself has 5 s (contract §1). */
const stopWithinMs = 4000;

const notReadyToJoin = "The engine is not ready for that; try again in a moment.";

export class EngineSupervisor {
  private child: UtilityProcess | null = null;
  private deaths = 0;
  private upSince: number | null = null;
  private stopping = false;
  private restart: NodeJS.Timeout | undefined;
  private startLimit: NodeJS.Timeout | undefined;
  private answerJoin: ((joined: Joined) => void) | null = null;
  /** What the engine itself said before it ended. */
  private lastWords: string | null = null;

  constructor(
    private readonly entry: string,
    private readonly options: () => EngineOptions,
    private readonly events: SupervisorEvents,
  ) {}

  start(): void {
    if (this.stopping) return;
    this.lastWords = null;
    this.upSince = null;
    const child = utilityProcess.fork(this.entry, ["--options", JSON.stringify(this.options())], {
      serviceName: "Tocsin engine",
      stdio: "inherit",
    });
    this.child = child;
    child.on("message", (message: unknown) => child === this.child && this.receive(message));
    // Its exit follows; unheard, it would be an exception here.
    child.on("error", (type, location) => {
      if (child === this.child) this.lastWords = `The engine broke down (${type}, ${location}).`;
    });
    child.once("exit", (code) => child === this.child && this.ended(code));
    this.startLimit = setTimeout(() => this.kill("The engine did not come up in time."), startWithinMs);
  }

  /** Ends an engine that no longer answers; a new one follows. */
  kill(text: string): void {
    const pid = this.child?.pid;
    this.lastWords = text;
    // SIGTERM waits for an event loop that may be the very thing that hangs.
    if (pid !== undefined) killNow(pid);
  }

  /**
   * Lets the engine process join the team that this invite is from. Unless it refuses the invite, it stops its engine for
   * that and starts again in any case, as part of the team or as before; the answer comes before that start.
   */
  join(invite: string): Promise<Joined> {
    const child = this.child;
    if (child?.pid === undefined || this.answerJoin !== null)
      return Promise.resolve({ ok: false, text: notReadyToJoin, stopped: true });
    return new Promise((resolve) => {
      const limit = setTimeout(
        () =>
          this.answerJoin?.({
            ok: false,
            text: "The team did not answer in time; try again.",
            stopped: null,
          }),
        joinWithinMs,
      );
      this.answerJoin = (joined) => {
        clearTimeout(limit);
        this.answerJoin = null;
        resolve(joined);
      };
      child.postMessage({ type: "join", invite });
    });
  }

  /** Tells the engine about the machine's sleep. It watches its clock as well, so that a lost message costs nothing. */
  tellPower(event: "suspend" | "resume" | "lock-screen" | "unlock-screen"): void {
    this.child?.postMessage({ type: "power", event });
  }

  /** Lets the engine finish what it has in hand; resolves when it is gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.restart);
    clearTimeout(this.startLimit);
    const child = this.child;
    if (child?.pid === undefined) return;
    const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.postMessage({ type: "stop" });
    const limit = setTimeout(() => child.pid !== undefined && killNow(child.pid), stopWithinMs);
    await exited;
    clearTimeout(limit);
  }

  private receive(message: unknown): void {
    const { type, ok, stopped, url, text, exitCode, newTeamFile } = (message ?? {}) as Record<
      string,
      unknown
    >;
    switch (type) {
      case "listening":
        clearTimeout(this.startLimit);
        this.upSince = performance.now();
        if (typeof newTeamFile === "string")
          this.events.onNote(`a team file for one person was written: ${newTeamFile}`);
        this.connect(String(url));
        return;
      case "joined":
        this.answerJoin?.({ ok: ok === true, text: String(text), stopped: stopped === true });
        return;
      case "failed":
        this.lastWords = String(text);
        this.events.onRefused(Number(exitCode));
        return;
    }
  }

  private connect(url: string): void {
    const child = this.child;
    if (child?.pid === undefined) return;
    const { port1, port2 } = new MessageChannelMain();
    child.postMessage({ type: "client-port", person: this.options().person }, [port1]);
    this.events.onUp({ url, port: port2, pid: child.pid });
  }

  private ended(code: number): void {
    clearTimeout(this.startLimit);
    this.child = null;
    this.answerJoin?.({
      ok: false,
      text: "The engine ended before it had joined; try again.",
      stopped: true,
    });
    if (this.stopping) return;
    const recovered = this.upSince !== null && performance.now() - this.upSince > recoveredAfterMs;
    this.deaths = recovered ? 1 : this.deaths + 1;
    const delayMs = restartDelayMs(this.deaths);
    const why = this.lastWords ?? `The engine ended unexpectedly (${code}).`;
    this.events.onDown(downText(why, delayMs));
    this.restart = setTimeout(() => this.start(), delayMs);
  }
}

/** A list of faults stays a list. */
export function downText(why: string, delayMs: number): string {
  const next = delayMs === 0 ? "It is being restarted." : `Next attempt in ${Math.ceil(delayMs / 1000)} s.`;
  return why.includes("\n") ? `${why}\nCorrect that, and Tocsin starts by itself. ${next}` : `${why} ${next}`;
}

function killNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It has just ended by itself.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
