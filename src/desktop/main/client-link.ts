/**
 * Main's end of the client contract: hello, requests with their answers, and everything else handed on. One engine
 * process is one port; a new engine is `attach`ed in place of the old. `index.ts` builds it; the supervisor feeds it.
 */
import { clientContractVersion, engineMessage } from "#wire/client-contract";
import type { ClientMessage, DesktopPresence, EngineMessage } from "#wire/client-contract";

/** As much of Electron's MessagePortMain as is needed here. */
export interface Port {
  postMessage(message: unknown): void;
  on(event: "message", listener: (event: { data: unknown }) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  start(): void;
  close(): void;
}

export type Answer = Extract<EngineMessage, { type: "answer" }>;
export type LinkRequest = Extract<ClientMessage, { requestId: number }>;

export interface LinkEvents {
  /** Everything but answers, in order, already validated. */
  onMessage(message: EngineMessage): void;
  /** The engine said something that this version does not understand. */
  onMisunderstanding(text: string): void;
}

/** How long a request waits for an engine that is being restarted, and for the answer of one that is there. */
const connectWithinMs = 5000;
const answerWithinMs = 15_000;
/** Presence is said no oftener. */
const presenceEveryMs = 1000;

export class ClientLink {
  private port: Port | null = null;
  private welcomed = false;
  private nextRequestId = 1;
  private readonly waiting = new Map<number, Waiting>();
  /** What this engine has heard last of `self`. */
  private toldSelf: Self;
  private presence: DesktopPresence | null = null;
  private toldPresence: DesktopPresence | null = null;
  private presenceRest: NodeJS.Timeout | undefined;

  constructor(
    private readonly events: LinkEvents,
    private self: Self,
  ) {
    this.toldSelf = self;
  }

  /** Speaks to a new engine from here on; says hello at once. */
  attach(port: Port): void {
    this.detach();
    this.port = port;
    port.on("message", (event) => port === this.port && this.receive(event.data));
    port.on("close", () => port === this.port && this.detach());
    port.start();
    const known = this.presence === null ? {} : { presence: this.presence };
    this.toldPresence = this.presence;
    this.toldSelf = this.self;
    this.send({ type: "hello", version: clientContractVersion, client: "desktop", ...this.self, ...known });
  }

  /** The engine is gone: what was under way is answered with that. */
  detach(): void {
    this.port?.close();
    this.port = null;
    this.welcomed = false;
    for (const [requestId, request] of this.waiting) {
      if (request.sent)
        this.settle(
          requestId,
          notAnswered("The engine stopped before it answered; see whether it was done."),
        );
    }
  }

  /** Tells the engine whose desktop this is and whether to count on it. Kept for the next engine's hello. */
  announce(self: Self): void {
    this.self = self;
    this.sendSelf();
  }

  /** Sends a request under an id of its own. Never rejects: without an engine the answer says so, with the remedy. */
  request(message: LinkRequest): Promise<Answer> {
    const requestId = this.nextRequestId++;
    return new Promise((resolve) => {
      const request: Waiting = { message: { ...message, requestId }, sent: false, resolve, timer: undefined };
      this.waiting.set(requestId, request);
      if (this.welcomed) this.dispatch(requestId, request);
      else {
        const text = "The engine is not running; it is being restarted. Try again in a moment.";
        request.timer = setTimeout(() => this.settle(requestId, notAnswered(text)), connectWithinMs);
      }
    });
  }

  /** Tells the engine what became of a `present`. Without an engine there is nobody to tell: the next one asks again. */
  presented(actionId: string, shown: boolean): void {
    if (this.welcomed) this.send({ type: "presented", actionId, shown });
  }

  /** Tells the engine whether somebody is here: at once, and then at most once a second the latest. */
  tellPresence(presence: DesktopPresence): void {
    this.presence = presence;
    this.sendPresence();
  }

  /** Tells the engine how far a `present` has come with its person. */
  attention(actionId: string, rung: "received" | "sounding" | "human"): void {
    if (this.welcomed) this.send({ type: "attention", actionId, rung });
  }

  get connected(): boolean {
    return this.welcomed;
  }

  private receive(data: unknown): void {
    const parsed = engineMessage.safeParse(data);
    if (!parsed.success) {
      this.events.onMisunderstanding(
        `The engine sent a message that this app does not understand: ${parsed.error.message}`,
      );
      return;
    }
    const message = parsed.data;
    if (message.type === "answer") {
      this.settle(message.requestId, message);
      return;
    }
    if (message.type === "welcome") {
      if (message.version !== clientContractVersion) {
        const text = `The engine speaks version ${message.version} of the client contract, this app ${clientContractVersion}: install them together.`;
        this.events.onMisunderstanding(text);
        return;
      }
      this.welcomed = true;
      // Both may have become others since the hello.
      this.sendSelf();
      this.sendPresence();
      for (const [requestId, request] of this.waiting) if (!request.sent) this.dispatch(requestId, request);
    }
    this.events.onMessage(message);
  }

  private sendSelf(): void {
    const { self, toldSelf } = this;
    if (!this.welcomed) return;
    if (self.person === toldSelf.person && self.available === toldSelf.available) return;
    this.toldSelf = self;
    this.send({ type: "availability", ...self });
  }

  private sendPresence(): void {
    const { presence } = this;
    if (!this.welcomed || presence === null || presence === this.toldPresence) return;
    if (this.presenceRest !== undefined) return;
    this.toldPresence = presence;
    this.send({ type: "presence", presence });
    this.presenceRest = setTimeout(() => {
      this.presenceRest = undefined;
      this.sendPresence();
    }, presenceEveryMs);
    // Nothing depends on it once the app is about to end.
    this.presenceRest.unref();
  }

  private dispatch(requestId: number, request: Waiting): void {
    clearTimeout(request.timer);
    request.sent = true;
    const text = "The engine has not answered in time; see whether it was done.";
    request.timer = setTimeout(() => this.settle(requestId, notAnswered(text)), answerWithinMs);
    this.send(request.message);
  }

  private settle(requestId: number, answer: Answer): void {
    const request = this.waiting.get(requestId);
    if (request === undefined) return;
    this.waiting.delete(requestId);
    clearTimeout(request.timer);
    request.resolve({ ...answer, requestId });
  }

  private send(message: ClientMessage): void {
    this.port?.postMessage(message);
  }
}

interface Self {
  readonly person: string | null;
  readonly available: boolean;
}

interface Waiting {
  readonly message: ClientMessage;
  sent: boolean;
  readonly resolve: (answer: Answer) => void;
  timer: NodeJS.Timeout | undefined;
}

function notAnswered(text: string): Answer {
  return { type: "answer", requestId: 0, ok: false, reason: "unreachable", text };
}
