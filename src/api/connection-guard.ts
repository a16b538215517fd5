/**
 * Who may keep a connection to the HTTP server. Whoever has not shown a key or token yet is a stranger: few are let wait,
 * and the one that has waited longest goes first, so that a thousand silent connections shut nobody out. Used by
 * `http-server.ts`.
 */
import type { Server } from "node:http";
import { Socket } from "node:net";

export interface GuardLimits {
  /** In all. */
  readonly connections: number;
  /** Without a key or token. */
  readonly strangers: number;
  /** How long a connection may say nothing before its first request. */
  readonly firstRequestMs: number;
  /** How often it is told how many were hung up on; so long after the last one it is over. */
  readonly tellEveryMs: number;
}

/** How many were hung up on since the last time, and from which address most of those come that wait. */
export interface Crowd {
  readonly closed: number;
  readonly remote: string;
}

export class ConnectionGuard {
  /** Oldest first. */
  private readonly strangers = new Map<Socket, string>();
  private readonly known = new Set<Socket>();
  private readonly fromAddress = new Map<string, number>();
  private closed = 0;
  private remote = "";
  private telling: NodeJS.Timeout | null = null;

  /** `tell`: at once when it begins, then at most once in `tellEveryMs`; null: it is over. */
  constructor(
    private readonly limits: GuardLimits,
    private readonly tell: (crowd: Crowd | null) => void,
  ) {}

  watch(server: Server): void {
    // What this process asks itself (ask-inside) comes over no socket, and is no stranger.
    server.on("connection", (socket) => isSocket(socket) && this.arrive(socket));
    // From here on the limits of requests hold.
    server.on("request", ({ socket }) => isSocket(socket) && socket.setTimeout(server.timeout));
    // It has a limit of its own for those who have not shown the token.
    server.on("upgrade", (_request, socket) => this.vouchFor(socket as Socket));
    server.on("close", () => this.stop());
  }

  /** It has shown that it may be here. */
  vouchFor(socket: Socket): void {
    if (!this.strangers.has(socket)) return;
    this.forget(socket);
    this.known.add(socket);
  }

  private stop(): void {
    if (this.telling !== null) clearTimeout(this.telling);
    this.telling = null;
  }

  private arrive(socket: Socket): void {
    const address = socket.remoteAddress ?? "";
    this.strangers.set(socket, address);
    this.fromAddress.set(address, (this.fromAddress.get(address) ?? 0) + 1);
    socket.setTimeout(this.limits.firstRequestMs);
    socket.once("close", () => {
      this.forget(socket);
      this.known.delete(socket);
    });
    if (
      this.strangers.size > this.limits.strangers ||
      this.strangers.size + this.known.size > this.limits.connections
    )
      this.hangUpOnOldest();
  }

  /** Of the address with the most of them: one that opens many takes nobody else's place. */
  private hangUpOnOldest(): void {
    let crowded = "";
    for (const [address, count] of this.fromAddress)
      if (count > (this.fromAddress.get(crowded) ?? 0)) crowded = address;
    for (const [socket, address] of this.strangers) {
      if (address !== crowded) continue;
      this.forget(socket);
      socket.destroy();
      this.closed += 1;
      this.remote = address;
      break;
    }
    if (this.telling === null) this.sayHowMany();
  }

  private sayHowMany(): void {
    this.tell({ closed: this.closed, remote: this.remote });
    this.closed = 0;
    this.telling = setTimeout(() => {
      this.telling = null;
      if (this.closed > 0) this.sayHowMany();
      else this.tell(null);
    }, this.limits.tellEveryMs).unref();
  }

  private forget(socket: Socket): void {
    const address = this.strangers.get(socket);
    if (address === undefined) return;
    this.strangers.delete(socket);
    const left = this.fromAddress.get(address)! - 1;
    if (left === 0) this.fromAddress.delete(address);
    else this.fromAddress.set(address, left);
  }
}

function isSocket(connection: unknown): connection is Socket {
  return connection instanceof Socket;
}
