/**
 * Who may keep a connection to the HTTP server. Whoever has not shown a key or token yet is a stranger: few are let wait,
 * and the one that has waited longest goes first, so that a thousand silent connections shut nobody out. Those that have
 * shown one keep theirs, until there are too many in all: then whoever has the most of them loses the one that was quiet
 * longest, so that a tool that opens one for each alert and closes none shuts out no other. Used by `http-server.ts`.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
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

/** How many were hung up on since the last time, and from which address most of those come. */
export interface Crowd {
  readonly closed: number;
  readonly remote: string;
  /** They wait without a key; else: they have shown one, and there are too many in all. */
  readonly areStrangers: boolean;
}

/** Of one that has shown a key. */
interface Known {
  /** The same text for the same key. */
  readonly owner: string;
  readonly address: string;
}

export class ConnectionGuard {
  /** Oldest first. */
  private readonly strangers = new Map<Socket, string>();
  /** By when they were last answered, longest ago first. */
  private readonly known = new Map<Socket, Known>();
  private readonly fromAddress = new Map<string, number>();
  private readonly ofOwner = new Map<string, number>();
  private readonly latest = new WeakMap<Socket, { request: IncomingMessage; response: ServerResponse }>();
  private closed = 0;
  private remote = "";
  private areStrangers = true;
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
    server.on("request", (request, response) => {
      if (!isSocket(request.socket)) return;
      request.socket.setTimeout(server.timeout);
      this.latest.set(request.socket, { request, response });
    });
    // It has a limit of its own for those who have not shown the token.
    server.on("upgrade", (_request, socket) => this.vouchFor(socket as Socket, "stream"));
    server.on("close", () => this.stop());
  }

  /** It has shown that it may be here, or shows it again. `owner`: the same text for the same key. */
  vouchFor(socket: Socket, owner: string): void {
    const address = this.strangers.get(socket) ?? this.known.get(socket)?.address;
    if (address === undefined) return;
    this.forget(socket);
    this.known.set(socket, { owner, address });
    add(this.ofOwner, owner, 1);
  }

  private stop(): void {
    if (this.telling !== null) clearTimeout(this.telling);
    this.telling = null;
  }

  private arrive(socket: Socket): void {
    const address = socket.remoteAddress ?? "";
    this.strangers.set(socket, address);
    add(this.fromAddress, address, 1);
    socket.setTimeout(this.limits.firstRequestMs);
    socket.once("close", () => this.forget(socket));
    if (this.strangers.size > this.limits.strangers) this.hangUpOnOldestStranger();
    else if (this.strangers.size + this.known.size > this.limits.connections) this.hangUpOnQuietest();
  }

  /** Of the address with the most of them: one that opens many takes nobody else's place. */
  private hangUpOnOldestStranger(): void {
    const crowded = mostOf(this.fromAddress);
    for (const [socket, address] of this.strangers)
      if (address === crowded) return this.hangUpOn(socket, address, true);
  }

  /** Of the key with the most of them; one that waits for an answer only if all of them do. */
  private hangUpOnQuietest(): void {
    const crowded = mostOf(this.ofOwner);
    const all = [...this.known].filter(([, { owner }]) => owner === crowded);
    const chosen = all.find(([socket]) => !this.isWaiting(socket)) ?? all[0];
    if (chosen === undefined) return this.hangUpOnOldestStranger();
    const [socket, { address }] = chosen;
    this.hangUpOn(socket, address, false);
  }

  /** For an answer. What is only half asked may never be asked to the end. */
  private isWaiting(socket: Socket): boolean {
    const latest = this.latest.get(socket);
    return latest !== undefined && latest.request.complete && !latest.response.writableFinished;
  }

  private hangUpOn(socket: Socket, address: string, isStranger: boolean): void {
    this.forget(socket);
    socket.destroy();
    this.closed += 1;
    this.remote = address;
    this.areStrangers = isStranger;
    if (this.telling === null) this.sayHowMany();
  }

  private sayHowMany(): void {
    this.tell({ closed: this.closed, remote: this.remote, areStrangers: this.areStrangers });
    this.closed = 0;
    this.telling = setTimeout(() => {
      this.telling = null;
      if (this.closed > 0) this.sayHowMany();
      else this.tell(null);
    }, this.limits.tellEveryMs).unref();
  }

  private forget(socket: Socket): void {
    const address = this.strangers.get(socket);
    if (address !== undefined) add(this.fromAddress, address, -1);
    this.strangers.delete(socket);
    const known = this.known.get(socket);
    if (known !== undefined) add(this.ofOwner, known.owner, -1);
    this.known.delete(socket);
  }
}

function add(counts: Map<string, number>, name: string, by: 1 | -1): void {
  const count = (counts.get(name) ?? 0) + by;
  if (count === 0) counts.delete(name);
  else counts.set(name, count);
}

function mostOf(counts: ReadonlyMap<string, number>): string | undefined {
  let most: string | undefined;
  for (const [name, count] of counts) if (count > (most === undefined ? 0 : counts.get(most)!)) most = name;
  return most;
}

function isSocket(connection: unknown): connection is Socket {
  return connection instanceof Socket;
}
