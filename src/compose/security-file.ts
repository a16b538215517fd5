/** `DATA/security.log`: what was refused to whom, one JSON line each. Beside the log, since somebody may have to keep it. */
import { join } from "node:path";
import { rateLimited, type SecurityLog } from "#peers/link/security-log";
import type { Scheduler } from "#peers/link/scheduler";
import { RotatingFile } from "#system/rotating-file";

const largestBytes = 4 * 1024 * 1024;

export interface SecurityFile {
  readonly write: SecurityLog;
  /** For what has no details of a connection. */
  note(event: string, details: Record<string, unknown>): void;
}

/** A file that cannot be written is done without: it must never stop the engine. */
export function openSecurityFile(data: string, scheduler: Scheduler, now: () => number): SecurityFile {
  const file = new RotatingFile(join(data, "security.log"), largestBytes);
  const note = (event: string, details: Record<string, unknown>) =>
    file.write(`${JSON.stringify({ time: new Date(now()).toISOString(), event, ...details })}\n`);
  const limited = rateLimited((event, details) => note(event, { ...details }), scheduler);
  return {
    write: limited,
    note: (event, details) => limited(event as Parameters<SecurityLog>[0], { reason: event, ...details }),
  };
}
