/**
 * One client of a desk: the app of this machine, or a browser. Checks what it says, as an engine would, before it goes
 * over the line. Made by `desk-hub.ts`.
 */
import type { Logger } from "pino";
import type { ClientConnection } from "#api/client-hub";
import { clientContractVersion, clientMessage } from "#wire/client-contract";
import type { ClientMessage, DesktopPresence, EngineMessage } from "#wire/client-contract";

type Request = Extract<ClientMessage, { requestId: number }>;
/** What only desktops say, and nobody answers. */
type Word = Extract<ClientMessage, { type: "presented" | "attention" }>;

export interface DeskClientEvents {
  onHello(): void;
  /** `available` or `presence` has become another one. */
  onStanding(): void;
  onRequest(request: Request): void;
  onWord(word: Word): void;
  onGone(): void;
  readonly log: Pick<Logger, "warn">;
}

export class DeskClient {
  /** Null before its hello. */
  kind: "desktop" | "browser" | null = null;
  available = false;
  presence: DesktopPresence = "active";
  private isOpen = true;

  constructor(
    private readonly connection: ClientConnection,
    private readonly events: DeskClientEvents,
  ) {
    connection.onMessage((message) => this.receive(message));
    connection.onClose(() => this.gone());
  }

  /** Nothing before its hello and nothing after the end. */
  tell(message: EngineMessage): void {
    if (this.isOpen && this.kind !== null) this.connection.send(message);
  }

  close(reason: string): void {
    if (!this.isOpen) return;
    this.gone();
    this.connection.close(reason);
  }

  private receive(message: unknown): void {
    if (!this.isOpen) return;
    const parsed = clientMessage.safeParse(message);
    if (!parsed.success) return this.reject("It said something that is not of the client contract.");
    const { data } = parsed;
    if (data.type === "hello") {
      if (this.kind !== null || data.version !== clientContractVersion)
        return this.reject("It speaks another version of the client contract; install them together.");
      this.kind = data.client;
      this.events.onHello();
      if (data.client === "desktop") this.stand(data);
      return;
    }
    if (this.kind === null) return this.reject("The first message must be hello.");
    switch (data.type) {
      case "availability":
      case "presence":
        if (this.kind === "desktop") this.stand(data);
        return;
      case "presented":
      case "attention":
        if (this.kind === "desktop") this.events.onWord(data);
        return;
      default:
        this.events.onRequest(data);
    }
  }

  private stand(said: {
    readonly available?: boolean;
    readonly presence?: DesktopPresence | undefined;
  }): void {
    this.available = said.available ?? this.available;
    this.presence = said.presence ?? this.presence;
    this.events.onStanding();
  }

  private reject(why: string): void {
    this.events.log.warn({ client: this.kind }, `closed a client's connection: ${why}`);
    this.close(why);
  }

  private gone(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.kind = null;
    this.available = false;
    this.events.onGone();
  }
}
