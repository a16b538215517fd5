/**
 * Where other machines come in: TLS with certificates on both sides, before a single byte of HTTP is read. Whose
 * certificate is in the team's list goes on; anybody else is a stranger, of whom few are let in, briefly, to pair.
 * Built by `peer-server.ts`.
 *
 * Certificates are not signed by anybody: TLS proves that the other holds the key, the list says who that is.
 */
import { constants } from "node:crypto";
import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { Machine } from "#domain/machine";
import { fingerprintOf } from "../identity/certificate.ts";
import type { MachineIdentity } from "../identity/machine-identity.ts";
import type { LinkLimits } from "./link-limits.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SecurityLog } from "./security-log.ts";

/** A connection through which TLS has been established, with what its certificate says. */
export interface Guest {
  readonly socket: TLSSocket;
  /** Of the certificate that it showed and whose key it holds. */
  readonly fingerprint: string;
  /** Null: a stranger. A revoked machine is known, and its record says so. */
  readonly machine: Machine | null;
  /** `HOST:PORT`, for the log. */
  readonly address: string;
  /** It has said who it is and what it wants: the time limit is over, and it takes nobody's place any more. */
  admit(): void;
}

export interface DoorOptions {
  readonly identity: MachineIdentity;
  readonly limits: LinkLimits;
  readonly scheduler: Scheduler;
  readonly securityLog: SecurityLog;
  readonly machineOf: (fingerprint: string) => Machine | null;
  readonly onGuest: (guest: Guest) => void;
}

interface Waiting {
  readonly raw: Socket;
  readonly cancelLimit: () => void;
}

export class Door {
  readonly server: Server;
  /** Oldest first. By address and port, which is all that a raw socket and its TLS have in common. */
  private readonly handshaking = new Map<string, Waiting>();
  private readonly strangers = new Map<string, Waiting>();
  private readonly open = new Set<Socket>();

  constructor(private readonly options: DoorOptions) {
    const { identity, limits } = options;
    this.server = createServer(
      {
        key: identity.keyPem,
        cert: identity.certificatePem,
        requestCert: true,
        rejectUnauthorized: false,
        minVersion: "TLSv1.3",
        // A resumed session would not prove the key anew.
        secureOptions: constants.SSL_OP_NO_TICKET,
        handshakeTimeout: limits.handshakeMs,
      },
      (socket) => this.secure(socket),
    );
    this.server.on("connection", (raw: Socket) => this.arrive(raw));
    this.server.on("tlsClientError", (error: NodeJS.ErrnoException, socket) => this.failed(error, socket));
  }

  /** Cuts everybody off. */
  close(): void {
    this.server.close();
    for (const raw of [...this.open]) raw.destroy();
  }

  private arrive(raw: Socket): void {
    const { limits, scheduler, securityLog } = this.options;
    const key = addressOf(raw);
    raw.on("error", () => raw.destroy());
    raw.setNoDelay(true);
    const cancelLimit = scheduler.after(limits.handshakeMs, () => {
      securityLog("handshake-too-slow", { address: key, reason: "It did not say in time who it is." });
      raw.destroy();
    });
    this.open.add(raw);
    this.handshaking.set(key, { raw, cancelLimit });
    raw.once("close", () => {
      cancelLimit();
      this.open.delete(raw);
      this.handshaking.delete(key);
      this.strangers.delete(key);
    });
    if (this.handshaking.size <= limits.handshaking) return;
    securityLog("too-many-connections", {
      address: key,
      reason: "Too many connections at once; the slowest goes.",
    });
    dropOldest(this.handshaking);
  }

  private secure(socket: TLSSocket): void {
    const { limits, securityLog, machineOf, onGuest } = this.options;
    const address = addressOf(socket);
    const waiting = this.handshaking.get(address);
    socket.on("error", () => socket.destroy());
    const der = socket.getPeerX509Certificate()?.raw;
    if (waiting === undefined || der === undefined || socket.isSessionReused()) {
      if (der === undefined) securityLog("no-certificate", { address, reason: "It showed no certificate." });
      return void socket.destroy();
    }
    const fingerprint = fingerprintOf(der);
    const machine = machineOf(fingerprint);
    this.handshaking.delete(address);
    if (machine === null || machine.revokedAt !== null) {
      this.strangers.set(address, waiting);
      if (this.strangers.size > limits.strangers) {
        securityLog("too-many-strangers", {
          address,
          reason: "Too many strangers at once; the slowest goes.",
        });
        dropOldest(this.strangers);
      }
    }
    const admit = () => {
      waiting.cancelLimit();
      this.strangers.delete(address);
    };
    onGuest({ socket, fingerprint, machine, address, admit });
  }

  private failed(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    // Who only looks whether the port is open says nothing at all, and is not worth a line.
    if (error.code !== "ECONNRESET")
      this.options.securityLog("handshake-failed", {
        address: addressOf(socket),
        reason: `It does not speak TLS 1.3 with us (${/^[A-Z0-9_]{1,60}$/.test(error.code ?? "") ? error.code : "broken"}).`,
      });
    socket.destroy();
  }
}

function dropOldest(waiting: Map<string, Waiting>): void {
  for (const [key, { raw }] of waiting) {
    waiting.delete(key);
    raw.destroy();
    return;
  }
}

function addressOf(socket: Socket): string {
  const host = (socket.remoteAddress ?? "?").replace(/^::ffff:/, "");
  return host.includes(":") ? `[${host}]:${socket.remotePort}` : `${host}:${socket.remotePort}`;
}
