/**
 * The client contract for browsers, as a WebSocket at /api/v1/stream. Made by `compose` beside the HTTP server; each
 * connection that may come in is handed to the client hub.
 *
 * The token is a browser's first message, never in an address that somebody keeps; a program may send it as
 * `Authorization: Bearer` instead. Who has not shown it yet takes no place from those who have.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { WebSocket, WebSocketServer } from "ws";
import type { EpochMs } from "#domain/ids";
import type { Clock } from "#engine/ports";
import { closedUnauthorised, streamPath, tokenMessage } from "#wire/client-contract";
import { UnreadLimit } from "#wire/unread-limit";
import type { BearerToken } from "./bearer-token.ts";
import type { ClientConnection } from "./client-hub.ts";
import { isForeignOrigin, isOwnHost } from "./own-host.ts";

export interface StreamDependencies {
  readonly clock: Clock;
  readonly token: BearerToken;
  readonly hub: { attach(connection: ClientConnection): void };
  readonly log: Pick<Logger, "warn">;
  /** For tests. */
  readonly limits?: Partial<StreamLimits>;
}

export interface StreamLimits {
  readonly clients: number;
  /** Those who have not shown the token yet, and how long they have for it. */
  readonly strangers: number;
  readonly tokenWithinMs: number;
  /** What a client may have left unread before the next message; more, and it is dropped: it comes back when it can. */
  readonly unreadBytes: number;
  /** A client that answers no ping for this long is gone. */
  readonly pingMs: number;
}

const defaultLimits: StreamLimits = {
  clients: 50,
  strangers: 20,
  tokenWithinMs: 5000,
  unreadBytes: 8 * 1024 * 1024,
  pingMs: 30_000,
};

const atOnceMs = 1_000;

/** Call once, before the server listens. Ends with the server. */
export function serveStream(app: FastifyInstance, dependencies: StreamDependencies): void {
  const stream = new Stream({ ...defaultLimits, ...dependencies.limits }, dependencies);
  app.server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    stream.upgrade(request, socket, head),
  );
  app.addHook("preClose", async () => stream.close());
}

class Stream {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024,
    perMessageDeflate: false,
  });
  /** Since when, oldest first. */
  private readonly strangers = new Map<WebSocket, EpochMs>();
  private readonly silent = new Set<WebSocket>();
  /** Null while there is nobody to ping: an idle engine is not to wake up for this. */
  private cancelPing: (() => void) | null = null;

  constructor(
    private readonly limits: StreamLimits,
    private readonly dependencies: StreamDependencies,
  ) {}

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const refusal = this.refusalOf(request);
    if (refusal !== null) {
      this.dependencies.log.warn({ remote: request.socket.remoteAddress, refusal }, "refused a stream");
      // One that does not close its end would keep it for ever: no HTTP timeout holds any more.
      socket.once("finish", () => socket.destroy());
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const isStranger = request.headers.authorization === undefined;
    this.sockets.handleUpgrade(request, socket, head, (client) => {
      client.on("error", () => client.terminate());
      if (isStranger) this.awaitToken(client);
      else this.dependencies.hub.attach(this.connectionOf(client));
    });
  }

  close(): void {
    this.cancelPing?.();
    for (const client of this.sockets.clients) client.terminate();
    this.sockets.close();
  }

  private refusalOf(request: IncomingMessage): string | null {
    if (!isOwnHost(request)) return "421 Misdirected Request";
    if (request.url?.split("?")[0] !== streamPath) return "404 Not Found";
    // A page of another site cannot read our answers, but it could open a WebSocket.
    if (isForeignOrigin(request)) return "403 Forbidden";
    const { authorization } = request.headers;
    const isStranger = authorization === undefined;
    if (!isStranger && !this.dependencies.token.authorizes(authorization)) return "401 Unauthorized";
    const known = this.sockets.clients.size - this.strangers.size;
    const isFull = known >= this.limits.clients || (isStranger && !this.hasRoomForStranger());
    return isFull ? "503 Service Unavailable" : null;
  }

  /** A client shows its token at once. Whoever has not done so for a second makes room, the oldest first. */
  private hasRoomForStranger(): boolean {
    if (this.strangers.size < this.limits.strangers) return true;
    const [oldest] = this.strangers;
    if (oldest === undefined || this.dependencies.clock.now() - oldest[1] < atOnceMs) return false;
    this.strangers.delete(oldest[0]);
    oldest[0].terminate();
    return true;
  }

  private awaitToken(client: WebSocket): void {
    const { clock, token, hub, log } = this.dependencies;
    const refuse = () => {
      log.warn({ event: "stream-refused" }, "closed a stream that did not show the token");
      client.close(closedUnauthorised, "The engine does not know this token.");
    };
    const cancelLimit = clock.callAfter(this.limits.tokenWithinMs, refuse);
    this.strangers.set(client, clock.now());
    client.once("close", () => {
      cancelLimit();
      this.strangers.delete(client);
    });
    client.once("message", (data, isBinary) => {
      cancelLimit();
      // Too late: it has been refused, and is only on its way out.
      if (client.readyState !== WebSocket.OPEN) return;
      const message = tokenMessage.safeParse(isBinary ? undefined : parse(String(data)));
      if (!message.success || !token.matches(message.data.token)) return refuse();
      this.strangers.delete(client);
      hub.attach(this.connectionOf(client));
    });
  }

  private connectionOf(client: WebSocket): ClientConnection {
    this.cancelPing ??= this.planPing();
    client.on("pong", () => this.silent.delete(client));
    client.on("close", () => this.silent.delete(client));
    const unread = new UnreadLimit(this.limits.unreadBytes);
    const sendText = (text: string): void => {
      if (client.readyState !== WebSocket.OPEN) return;
      if (unread.isExceededBy(client.bufferedAmount)) {
        this.dependencies.log.warn(
          { unreadBytes: client.bufferedAmount },
          "dropped a stream whose client reads too slowly",
        );
        client.terminate();
        return;
      }
      client.send(text);
      unread.sent(text);
    };
    return {
      send: (message) => sendText(JSON.stringify(message)),
      sendText,
      onMessage: (listener) =>
        void client.on("message", (data, isBinary) => listener(isBinary ? undefined : parse(String(data)))),
      onClose: (listener) => void client.on("close", listener),
      close: (reason) => client.close(1008, reason.slice(0, 40)),
    };
  }

  private planPing(): () => void {
    const { clock } = this.dependencies;
    return clock.callAfter(this.limits.pingMs, () => {
      for (const client of this.sockets.clients) {
        if (this.silent.has(client)) client.terminate();
        else {
          this.silent.add(client);
          client.ping();
        }
      }
      this.cancelPing = this.sockets.clients.size > 0 ? this.planPing() : null;
    });
  }
}

/** Undefined for what is no JSON: the hub knows no such message. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
