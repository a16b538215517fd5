/**
 * Calling another machine: TLS with our certificate, and not a word before its certificate has proved to be the one that
 * we expect. Used by the links between engines, by desks, and by `pairing/join.ts`.
 */
import { connect, type TLSSocket } from "node:tls";
import { WebSocket, type ClientOptions } from "ws";
import { fingerprintOf } from "../identity/certificate.ts";
import type { MachineIdentity } from "../identity/machine-identity.ts";
import { parseAddress } from "./address.ts";
import { compression } from "./compression.ts";
import type { Scheduler } from "./scheduler.ts";

export interface DialOptions {
  readonly identity: MachineIdentity;
  /** `HOST:PORT`; tried one after the other. */
  readonly addresses: readonly string[];
  /** Of the certificate that the other must show. */
  readonly fingerprint: string;
  readonly path: string;
  readonly scheduler: Scheduler;
  /** For each address: until somebody picks up the telephone there. Machines that sleep cost this much. */
  readonly connectMs: number;
  /** For each address: until the WebSocket is open; an engine that all desks call at once needs a while. */
  readonly timeoutMs: number;
  /** What the other may say in one message. */
  readonly maxMessageBytes: number;
  readonly compressFromBytes?: number;
  /** Gives up when it is aborted. */
  readonly signal?: AbortSignal;
}

/**
 * `unreachable`: nobody answers. `wrong-certificate`: somebody else answers, or somebody in between. `refused`: it is the
 * right machine, and it does not want to; `refusal` is its word for why.
 */
export type DialFailure = "unreachable" | "wrong-certificate" | "refused";

export type Dialled =
  | { readonly ok: true; readonly socket: WebSocket; readonly address: string }
  | {
      readonly ok: false;
      readonly reason: DialFailure;
      readonly address: string | null;
      readonly refusal?: string;
    };

export const dialTimes = { connectMs: 3_000, timeoutMs: 8_000 } as const;

/** Never rejects. Of several failures the most telling one: a refusal, then a wrong certificate, then silence. */
export async function dial(options: DialOptions): Promise<Dialled> {
  let worst: Exclude<Dialled, { ok: true }> = { ok: false, reason: "unreachable", address: null };
  for (const address of options.addresses) {
    if (options.signal?.aborted === true) break;
    const dialled = await dialOne(address, options);
    if (dialled.ok || dialled.reason === "refused") return dialled;
    if (worst.reason === "unreachable") worst = dialled;
  }
  return worst;
}

function dialOne(address: string, options: DialOptions): Promise<Dialled> {
  const { identity, scheduler, connectMs, timeoutMs, signal } = options;
  const place = parseAddress(address);
  if (place === null) return Promise.resolve({ ok: false, reason: "unreachable", address });
  return new Promise((resolve) => {
    const tls = connect({
      ...place,
      key: identity.keyPem,
      cert: identity.certificatePem,
      // Nobody signs these certificates; the fingerprint is compared below, before anything is said.
      rejectUnauthorized: false,
      minVersion: "TLSv1.3",
      servername: "",
    });
    const settle = (dialled: Dialled) => {
      cancel();
      cancelConnect();
      signal?.removeEventListener("abort", giveUp);
      if (!dialled.ok) tls.destroy();
      resolve(dialled);
    };
    const giveUp = () => settle({ ok: false, reason: "unreachable", address });
    const cancel = scheduler.after(timeoutMs, giveUp);
    const cancelConnect = scheduler.after(connectMs, giveUp);
    tls.once("connect", cancelConnect);
    signal?.addEventListener("abort", giveUp);
    tls.on("error", giveUp);
    tls.once("close", giveUp);
    tls.once("secureConnect", () => {
      tls.setNoDelay(true);
      const der = tls.getPeerX509Certificate()?.raw;
      if (der === undefined || fingerprintOf(der) !== options.fingerprint)
        return settle({ ok: false, reason: "wrong-certificate", address });
      upgrade(tls, address, options, settle);
    });
  });
}

function upgrade(tls: TLSSocket, address: string, options: DialOptions, settle: (dialled: Dialled) => void) {
  const { path, maxMessageBytes, compressFromBytes } = options;
  const settings: ClientOptions = {
    createConnection: () => tls,
    maxPayload: maxMessageBytes,
    perMessageDeflate: compressFromBytes === undefined ? false : compression(compressFromBytes),
    allowSynchronousEvents: false,
    autoPong: false,
    followRedirects: false,
  };
  // The TLS below it is ours and done already, so for the library this is a plain connection.
  const socket = new WebSocket(`ws://tocsin.invalid${path}`, settings);
  socket.on("error", () => settle({ ok: false, reason: "unreachable", address }));
  socket.once("unexpected-response", (_request, response) => {
    const { "x-tocsin-refusal": word } = response.headers;
    const refusal = typeof word === "string" && /^[a-z-]{1,40}$/.test(word) ? word : "unknown";
    settle({ ok: false, reason: "refused", address, refusal });
  });
  socket.once("open", () => {
    // Nothing may be lost until somebody listens.
    socket.pause();
    settle({ ok: true, socket, address });
  });
}
