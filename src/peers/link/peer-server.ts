/**
 * The server for other machines: TLS on its own port, and a path for each kind of guest. Engines of the team say hello at
 * /peer/v1, its machines speak the client contract at /client/v1, and strangers with an invite ask to join at /pair/v1.
 * Started by `compose` once this machine has invited another or has joined.
 */
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer, type ServerOptions, type WebSocket } from "ws";
import type { MachineId } from "#domain/ids";
import type { Machine } from "#domain/machine";
import { peerPath } from "#wire/peer-contract";
import { deskPath, maxJoinBytes, pairingPath } from "#wire/pairing-contract";
import type { MachineIdentity } from "../identity/machine-identity.ts";
import type { PeerLink } from "../peer-link.ts";
import { closeCodes } from "./close-codes.ts";
import { compression } from "./compression.ts";
import { Door, type Guest } from "./door.ts";
import { exchangeHellos, type Hello } from "./hello.ts";
import { jsonConnection, type JsonConnection } from "./json-connection.ts";
import { defaultLinkLimits, type LinkLimits } from "./link-limits.ts";
import { Liveness } from "./liveness.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SecurityEvent, SecurityLog } from "./security-log.ts";
import { strangerOver, type Stranger } from "./stranger.ts";
import { WebTextSocket } from "./text-socket.ts";

export interface PeerServerOptions {
  readonly identity: MachineIdentity;
  /** This machine's hello, as it is now. */
  readonly hello: () => Hello;
  /** Revoked machines too, with their `revokedAt`; null: nobody of this team. */
  readonly machineOf: (fingerprint: string) => Machine | null;
  /** Tells of each machine that is revoked from now on; its links are closed at once. */
  readonly whenRevoked: (listener: (machine: MachineId) => void) => void;
  readonly onPeer: (link: PeerLink, hello: Hello) => void;
  /** A machine of the team that wants to be a client; the record is the one at this moment. */
  readonly onClient: (connection: JsonConnection<unknown>, machine: Machine) => void;
  /** Somebody with an invite, perhaps. */
  readonly onStranger: (stranger: Stranger) => void;
  readonly securityLog: SecurityLog;
  readonly scheduler: Scheduler;
  readonly limits?: Partial<LinkLimits>;
}

type Kind = "engine" | "desk" | "stranger";
const kindAt: Readonly<Record<string, Kind>> = {
  [peerPath]: "engine",
  [deskPath]: "desk",
  [pairingPath]: "stranger",
};

export class PeerServer {
  private readonly limits: LinkLimits;
  private readonly door: Door;
  private readonly http = createHttpServer({ maxHeaderSize: 8 * 1024 });
  private readonly liveness: Liveness;
  private readonly sockets: Readonly<Record<Kind, WebSocketServer>>;
  private readonly guests = new WeakMap<Duplex, Guest>();
  private readonly links = new Map<WebTextSocket, { readonly machine: Machine; readonly kind: Kind }>();

  constructor(private readonly options: PeerServerOptions) {
    const limits = (this.limits = { ...defaultLinkLimits, ...options.limits });
    this.liveness = new Liveness(limits.pingMs, options.scheduler);
    const server = (maxPayload: number, perMessageDeflate: ServerOptions["perMessageDeflate"] = false) =>
      new WebSocketServer({
        noServer: true,
        clientTracking: false,
        maxPayload,
        perMessageDeflate,
        // One message a turn for each link, so that a busy one does not keep the others waiting.
        allowSynchronousEvents: false,
        autoPong: false,
      });
    this.sockets = {
      engine: server(limits.peerMessageBytes, compression(limits.compressFromBytes)),
      desk: server(limits.deskMessageBytes),
      stranger: server(maxJoinBytes),
    };
    this.door = new Door({ ...options, limits, onGuest: (guest) => this.welcome(guest) });
    this.http.on("request", (_request, response) => {
      response.writeHead(426, { connection: "close", "content-length": 0 }).end();
    });
    this.http.on("clientError", (_error, socket) => socket.destroy());
    this.http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.upgrade(request, socket, head),
    );
    options.whenRevoked((machine) => this.cutOff(machine));
  }

  /** Resolves with the port once it listens; `port` 0: a free one. Rejects when it cannot. */
  listen(host: string, port: number): Promise<number> {
    const { server } = this.door;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port }, () => {
        server.off("error", reject);
        // Running out of file handles is no reason to stop for good.
        server.on("error", () => {});
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  /** How many machines are connected through this server. */
  get connected(): { readonly engines: number; readonly desks: number } {
    const kinds = [...this.links.values()].map(({ kind }) => kind);
    return {
      engines: kinds.filter((kind) => kind === "engine").length,
      desks: kinds.filter((kind) => kind === "desk").length,
    };
  }

  close(): void {
    for (const socket of [...this.links.keys()]) socket.close(closeCodes.ended, "This machine stops.");
    this.door.close();
    this.http.close();
  }

  private welcome(guest: Guest): void {
    this.guests.set(guest.socket, guest);
    this.http.emit("connection", guest.socket);
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const guest = this.guests.get(socket);
    const kind = kindAt[request.url ?? ""];
    if (guest === undefined) return void socket.destroy();
    // Anew: it may have been revoked a moment ago.
    const machine = this.options.machineOf(guest.fingerprint);
    const refusal = this.refusalOf(machine, kind);
    if (kind === undefined || refusal !== null) {
      const [status, event, reason] = refusal ?? notHere;
      this.report(guest, event, reason);
      // The words are ours and plain: they say to the other machine's log what to do.
      socket.end(
        `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\nX-Tocsin-Refusal: ${event}\r\n\r\n`,
      );
      return;
    }
    this.sockets[kind].handleUpgrade(request, socket, head, (client) =>
      this.enter({ ...guest, machine }, kind, client),
    );
  }

  private refusalOf(machine: Machine | null, kind: Kind | undefined): Refusal | null {
    if (kind === undefined) return notHere;
    if (kind === "stranger") return null;
    if (machine === null)
      return ["403 Forbidden", "unknown-machine", "Its certificate is not that of a machine of this team."];
    if (machine.revokedAt !== null)
      return ["403 Forbidden", "revoked-machine", "It was revoked; to come back it has to join anew."];
    if (kind === "engine" && machine.role !== "engine")
      return ["403 Forbidden", "not-an-engine", "It is a desk and asked for what only engines may."];
    const most = kind === "engine" ? this.limits.engines : this.limits.desks;
    if (this.connected[kind === "engine" ? "engines" : "desks"] >= most)
      return ["503 Service Unavailable", "too-many-connections", `There are ${most} of its kind already.`];
    return null;
  }

  private enter(guest: Guest, kind: Kind, client: WebSocket): void {
    const { machine } = guest;
    if (kind === "stranger" || machine === null) {
      this.options.onStranger(strangerOver(client, guest, this.options.scheduler));
      return;
    }
    const socket = this.textSocketOf(client, guest, kind, machine);
    if (kind === "desk") {
      guest.admit();
      this.options.onClient(jsonConnection(socket), machine);
      return;
    }
    exchangeHellos(socket, {
      hello: this.options.hello(),
      machine: machine.id,
      report: (event, { reason }) => this.report(guest, event, reason),
      onLink: (link, hello) => {
        guest.admit();
        this.options.onPeer(link, hello);
      },
      onRefused: () => {},
    });
  }

  private textSocketOf(client: WebSocket, guest: Guest, kind: Kind, machine: Machine): WebTextSocket {
    const { limits, liveness } = this;
    const { scheduler } = this.options;
    const workPerSecond = kind === "engine" ? limits.peerWorkPerSecond : limits.deskWorkPerSecond;
    const report = (event: SecurityEvent, { reason }: { reason: string }) =>
      this.report(guest, event, reason);
    const socket = new WebTextSocket(client, { limits, liveness, scheduler, workPerSecond, report });
    this.links.set(socket, { machine, kind });
    socket.onClose(() => this.links.delete(socket));
    return socket;
  }

  private cutOff(revoked: MachineId): void {
    for (const [socket, { machine }] of [...this.links]) {
      if (machine.id === revoked) socket.close(closeCodes.revoked, "This machine was revoked.");
    }
  }

  private report({ machine, address }: Guest, event: SecurityEvent, reason: string): void {
    this.options.securityLog(event, {
      ...(machine !== null && { machine: machine.id }),
      address,
      reason,
    });
  }
}

type Refusal = readonly [status: string, event: SecurityEvent, reason: string];

const notHere: Refusal = ["404 Not Found", "wrong-path", "It asked for a path that does not exist."];
