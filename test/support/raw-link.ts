/** An attacker's end of a connection: TLS and WebSocket without any of our manners. */
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { WebSocket, type ClientOptions } from "ws";
import type { MachineIdentity } from "#peers/identity/machine-identity";

export interface RawLink {
  readonly socket: WebSocket;
  /** What came, in order. */
  readonly heard: string[];
  /** How it ended: `403` and the like when it was refused, else the close code; null while it is open. */
  ended(): number | string | null;
  send(message: unknown): void;
}

/** Resolves once it is open or refused. `identity` null: without a certificate. */
export function rawLink(
  port: number,
  identity: MachineIdentity | null,
  path: string,
  options: ClientOptions = {},
): Promise<RawLink> {
  const socket = new WebSocket(`wss://127.0.0.1:${port}${path}`, {
    ...(identity !== null && { key: identity.keyPem, cert: identity.certificatePem }),
    rejectUnauthorized: false,
    perMessageDeflate: false,
    ...options,
  });
  const heard: string[] = [];
  let ended: number | string | null = null;
  const link: RawLink = {
    socket,
    heard,
    ended: () => ended,
    send: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
  };
  return new Promise((resolve) => {
    socket.on("message", (data) => void heard.push(String(data)));
    socket.on("unexpected-response", (_request, response) => {
      ended ??= String(response.statusCode);
      response.resume();
      resolve(link);
    });
    socket.on("error", () => {
      ended ??= "broken";
      resolve(link);
    });
    socket.on("close", (code) => {
      ended ??= code;
      resolve(link);
    });
    socket.on("open", () => resolve(link));
  });
}

/** TLS alone, for bytes that are no WebSocket. Resolves once it is there, or failed. */
export function rawTls(
  port: number,
  identity: MachineIdentity | null,
  options: ConnectionOptions = {},
): Promise<{ readonly tls: TLSSocket; isClosed(): boolean }> {
  const tls = connect({
    host: "127.0.0.1",
    port,
    ...(identity !== null && { key: identity.keyPem, cert: identity.certificatePem }),
    rejectUnauthorized: false,
    ...options,
  });
  let isClosed = false;
  tls.on("close", () => (isClosed = true));
  tls.resume();
  return new Promise((resolve) => {
    const done = () => resolve({ tls, isClosed: () => isClosed });
    tls.once("secureConnect", done);
    tls.on("error", done);
    tls.once("close", done);
  });
}
