/**
 * A desk's way to an engine of its team: the client contract over TLS with pinned certificates. Called by the desk's
 * process, which decides whom to call and calls the next one when this one goes.
 */
import { deskPath } from "#wire/pairing-contract";
import type { MachineIdentity } from "../identity/machine-identity.ts";
import { dial, dialTimes, type DialFailure } from "./dial.ts";
import { jsonConnection, type JsonConnection } from "./json-connection.ts";
import { defaultLinkLimits, type LinkLimits } from "./link-limits.ts";
import { Liveness } from "./liveness.ts";
import { refusalText } from "./peer-client.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SecurityLog } from "./security-log.ts";
import { WebTextSocket } from "./text-socket.ts";

export interface DeskDialOptions {
  readonly identity: MachineIdentity;
  readonly engine: {
    readonly id: string;
    readonly fingerprint: string;
    readonly addresses: readonly string[];
  };
  readonly scheduler: Scheduler;
  readonly securityLog: SecurityLog;
  readonly limits?: Partial<LinkLimits>;
  readonly signal?: AbortSignal;
}

export type DeskConnected =
  | { readonly ok: true; readonly connection: JsonConnection<unknown>; readonly address: string }
  | { readonly ok: false; readonly reason: DialFailure; readonly text: string };

/** Never rejects; one try. `text` is a sentence for people. */
export async function connectDesk(options: DeskDialOptions): Promise<DeskConnected> {
  const { identity, engine, scheduler, securityLog, signal } = options;
  const limits = { ...defaultLinkLimits, ...options.limits };
  const dialled = await dial({
    identity,
    scheduler,
    addresses: engine.addresses,
    fingerprint: engine.fingerprint,
    path: deskPath,
    ...dialTimes,
    maxMessageBytes: limits.engineToDeskBytes,
    ...(signal !== undefined && { signal }),
  });
  if (!dialled.ok) {
    const { reason, address, refusal = "unknown" } = dialled;
    const text = {
      unreachable: `Nobody answers at ${engine.addresses.join(", ")}.`,
      "wrong-certificate": `${address}: somebody else answers there, or stands in between.`,
      refused: refusalText(refusal),
    }[reason];
    if (reason === "wrong-certificate")
      securityLog(reason, {
        machine: engine.id,
        ...(address !== null && { address }),
        reason: "It showed another certificate.",
      });
    return { ok: false, reason, text };
  }
  const { address } = dialled;
  const socket = new WebTextSocket(dialled.socket, {
    limits,
    scheduler,
    // What its engine says is what a desk is for: no budget to speak of.
    workPerSecond: 1_000_000,
    liveness: new Liveness(limits.pingMs, scheduler),
    report: (event, { reason }) => securityLog(event, { machine: engine.id, address, reason }),
  });
  return { ok: true, connection: jsonConnection(socket), address };
}
