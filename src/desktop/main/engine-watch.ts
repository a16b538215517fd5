/**
 * The engine as the app sees it: supervised, listened to, and doubted while it is away or silent. Built by
 * `application.ts`; joins `engine-supervisor.ts`, `client-link.ts` and `engine-pulse.ts`.
 */
import type { DesktopReply } from "../contract.ts";
import type { ClientLink } from "./client-link.ts";
import { watchPulse } from "./engine-pulse.ts";
import { EngineSupervisor } from "./engine-supervisor.ts";
import type { EngineOptions } from "./engine-supervisor.ts";
import type { Doubt } from "./health.ts";
import type { PowerEvent } from "./power.ts";

export class EngineWatch {
  /** Null while the engine's own word can be taken. */
  doubt: Doubt | null = { text: "The engine is starting.", since: new Date().toISOString() };
  private readonly supervisor: EngineSupervisor;
  private stopPulse = (): void => undefined;
  private announced = false;

  /** `announce`: print the contract's JSON line on stdout once the first engine listens. */
  constructor(
    entry: string,
    options: () => EngineOptions,
    private readonly link: ClientLink,
    private readonly announce: boolean,
    private readonly onChange: () => void,
    onRefused: (exitCode: number) => void,
  ) {
    this.supervisor = new EngineSupervisor(entry, options, {
      onUp: ({ url, port }) => {
        this.link.attach(port);
        this.say(url);
        this.watch();
      },
      onDown: (text) => {
        this.stopPulse();
        this.link.detach();
        process.stderr.write(`tocsin: ${text}\n`);
        this.doubtIt(text);
      },
      onRefused,
      onNote: (text) => process.stderr.write(`tocsin: ${text}\n`),
    });
  }

  start(): void {
    this.supervisor.start();
  }

  doubtIt(text: string): void {
    if (this.doubt?.text === text) return;
    this.doubt = { text, since: this.doubt?.since ?? new Date().toISOString() };
    this.onChange();
  }

  /** The engine has said welcome, or answers again. */
  believe(): void {
    if (this.doubt === null) return;
    this.doubt = null;
    this.onChange();
  }

  /** See `EngineSupervisor.join`. Meanwhile there is no engine, and that is no hang. */
  async join(invite: string): Promise<DesktopReply> {
    this.stopPulse();
    this.doubtIt("This machine is joining a team; its engine starts again in a moment.");
    const { ok, text, stopped } = await this.supervisor.join(invite);
    // The engine goes on as it was, and nobody else says so. Should it hang, its pulse tells.
    if (!ok && !(stopped ?? !this.link.connected)) {
      this.believe();
      this.watch();
    }
    return { ok, text };
  }

  tellPower(event: PowerEvent): void {
    this.supervisor.tellPower(event);
  }

  async stop(): Promise<void> {
    this.stopPulse();
    await this.supervisor.stop();
    this.link.detach();
  }

  private watch(): void {
    this.stopPulse();
    this.stopPulse = watchPulse(() => this.link.request({ type: "ping", requestId: 0 }), {
      onSilent: () => this.doubtIt("The engine does not answer; if it stays so, it will be restarted."),
      onAnswering: () => this.believe(),
      onGivenUp: () => this.supervisor.kill("The engine hung."),
    });
  }

  private say(url: string): void {
    if (this.announce && !this.announced) {
      process.stdout.write(`${JSON.stringify({ event: "listening", url, pid: process.pid })}\n`);
    }
    this.announced = true;
  }
}
