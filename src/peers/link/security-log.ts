/**
 * What was refused, one line each: `compose` writes them to DATA/security.log. An attacker must not be able to fill the
 * disk with it, so a cause has one line in ten seconds, and the next one says how many were left out.
 */
import type { Scheduler } from "./scheduler.ts";

export type SecurityEvent =
  | "handshake-failed"
  | "handshake-too-slow"
  | "no-certificate"
  | "too-many-connections"
  | "too-many-strangers"
  | "unknown-machine"
  | "revoked-machine"
  | "wrong-path"
  | "not-an-engine"
  | "wrong-certificate"
  | "wrong-team"
  | "wrong-machine"
  | "malformed-message"
  | "too-large"
  | "reads-too-slowly"
  | "flood"
  | "wrong-secret"
  | "expired-invite"
  | "used-invite"
  | "too-many-wrong-secrets"
  | "machine-admitted";

export interface SecurityDetails {
  /** The machine that its certificate proves it to be, if it showed one. */
  readonly machine?: string;
  /** Where it came from, or where it was looked for. */
  readonly address?: string;
  /** A sentence of ours; nothing that the other side said is in it. */
  readonly reason: string;
  /** How many more of the same there were since the last line. */
  readonly leftOut?: number;
}

export type SecurityLog = (event: SecurityEvent, details: SecurityDetails) => void;

const quietMs = 10_000;
/** Causes that are told apart at the same time: beyond it only the event counts. */
const causesAtOnce = 200;

/** `write` gets the first of each cause at once, and after ten seconds one more if there were others. */
export function rateLimited(write: SecurityLog, scheduler: Scheduler): SecurityLog {
  const recent = new Map<string, { last: SecurityDetails; leftOut: number }>();
  return (event, details) => {
    const exact = `${event} ${details.machine ?? ""} ${hostOf(details.address)}`;
    const cause = recent.has(exact) || recent.size < causesAtOnce ? exact : event;
    const known = recent.get(cause);
    if (known !== undefined) {
      known.leftOut += 1;
      known.last = details;
      return;
    }
    const entry = { last: details, leftOut: 0 };
    recent.set(cause, entry);
    scheduler.after(quietMs, () => {
      recent.delete(cause);
      if (entry.leftOut > 0) write(event, { ...entry.last, leftOut: entry.leftOut });
    });
    write(event, details);
  };
}

/** The port of whoever connects is another one each time. */
function hostOf(address: string | undefined): string {
  return address?.replace(/:\d+$/, "") ?? "";
}
