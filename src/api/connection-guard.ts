/**
 * Who may keep a connection to the HTTP server. Whoever has not shown a key or token yet is a stranger: few are let wait
 * for longer than a moment, and the one that has waited longest goes first, so that a thousand silent connections shut
 * nobody out; but a hundred alerts that come at the same time, each by a connection of its own, are heard. Those that have
 * shown one keep theirs, until there are too many in all: then whoever has the most of them loses the one that was quiet
 * longest, so that a tool that opens one for each alert and closes none shuts out no other. Used by `http-server.ts`.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Socket } from "node:net";

export interface GuardLimits {
  /** In all. */
  readonly connections: number;
  /** Without a key or token, once they have waited for `patienceMs`; until then as many as there may be in all. */
  readonly strangers: number;
  readonly patienceMs: number;
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

interface Stranger {
  readonly address: string;
  /** By `performance.now()`. */
  readonly since: number;
}

/** Of one that has shown a key. */
interface Known {
  /** The same text for the same key. */
  readonly owner: string;
  readonly address: string;
}

export class ConnectionGuard {
  /** Oldest first. */
  private readonly strangers = new Map<Socket, Stranger>();
  /** By when they were last answered, longest ago first. */
  private readonly known = new Map<Socket, Known>();
  private readonly fromAddress = new Map<string, number>();
  private readonly ofOwner = new Map<string, number>();
  private readonly latest = new WeakMap<Socket, { request: IncomingMessage; response: ServerResponse }>();
  private closed = 0;
  private remote = "";
  private areStrangers = true;
  private telling: NodeJS.Timeout | null = null;
  private looking: NodeJS.Timeout | null = null;

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
    const { address } = this.strangers.get(socket) ?? this.known.get(socket) ?? {};
    if (address === undefined) return;
    this.forget(socket);
    this.known.set(socket, { owner, address });
    add(this.ofOwner, owner, 1);
  }

  private stop(): void {
    for (const timer of [this.telling, this.looking]) if (timer !== null) clearTimeout(timer);
    this.telling = null;
    this.looking = null;
  }

  private arrive(socket: Socket): void {
    const address = socket.remoteAddress ?? "";
    this.strangers.set(socket, { address, since: performance.now() });
    add(this.fromAddress, address, 1);
    socket.setTimeout(this.limits.firstRequestMs);
    socket.once("close", () => this.forget(socket));
    if (this.strangers.size + this.known.size <= this.limits.connections) return this.lookForThoseThatWait();
    const quietest = this.strangers.size <= this.limits.strangers ? this.quietest() : null;
    const [oldest] = this.strangers.keys();
    if (quietest !== null) this.hangUpOn(quietest, false);
    else this.hangUpOn(this.longestWaiting() ?? oldest!, true);
  }

  private lookForThoseThatWait(): void {
    if (this.looking !== null || this.strangers.size <= this.limits.strangers) return;
    this.looking = setTimeout(() => {
      this.looking = null;
      while (this.strangers.size > this.limits.strangers) {
        const socket = this.longestWaiting();
        const waitedMs = socket === null ? 0 : performance.now() - this.strangers.get(socket)!.since;
        if (socket === null || waitedMs < this.limits.patienceMs) return this.lookForThoseThatWait();
        this.hangUpOn(socket, true);
      }
    }, this.limits.patienceMs).unref();
  }

  /**
   * Of the address with the most of them: one that opens many takes nobody else's place. Null: all of those have asked to
   * the end, and wait for us.
   */
  private longestWaiting(): Socket | null {
    const crowded = mostOf(this.fromAddress);
    for (const [socket, { address }] of this.strangers)
      if (address === crowded && !this.isWaiting(socket)) return socket;
    return null;
  }

  /** Of the key with the most of them; one that waits for an answer only if all of them do. Null: nobody has shown a key. */
  private quietest(): Socket | null {
    const crowded = mostOf(this.ofOwner);
    const all = [...this.known].filter(([, { owner }]) => owner === crowded).map(([socket]) => socket);
    return all.find((socket) => !this.isWaiting(socket)) ?? all[0] ?? null;
  }

  /** For an answer. What is only half asked may never be asked to the end. */
  private isWaiting(socket: Socket): boolean {
    const latest = this.latest.get(socket);
    return latest !== undefined && latest.request.complete && !latest.response.writableFinished;
  }

  private hangUpOn(socket: Socket, isStranger: boolean): void {
    const { address = "" } = this.strangers.get(socket) ?? this.known.get(socket) ?? {};
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
    const stranger = this.strangers.get(socket);
    if (stranger !== undefined) add(this.fromAddress, stranger.address, -1);
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
