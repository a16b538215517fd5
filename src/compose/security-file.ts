/** `DATA/security.log`: what was refused to whom, one JSON line each. Beside the log, since somebody may have to keep it. */
import { createWriteStream, openSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { rateLimited, type SecurityLog } from "#peers/link/security-log";
import type { Scheduler } from "#peers/link/scheduler";

const largestBytes = 4 * 1024 * 1024;

export interface SecurityFile {
  readonly write: SecurityLog;
  /** For what has no details of a connection. */
  note(event: string, details: Record<string, unknown>): void;
}

/** A file that cannot be written is done without: it must never stop the engine. */
export function openSecurityFile(data: string, scheduler: Scheduler, now: () => number): SecurityFile {
  const line = lineWriter(join(data, "security.log"));
  const note = (event: string, details: Record<string, unknown>) =>
    line(JSON.stringify({ time: new Date(now()).toISOString(), event, ...details }));
  const limited = rateLimited((event, details) => note(event, { ...details }), scheduler);
  return {
    write: limited,
    note: (event, details) => limited(event as Parameters<SecurityLog>[0], { reason: event, ...details }),
  };
}

function lineWriter(file: string): (line: string) => void {
  try {
    if (statSync(file).size > largestBytes) renameSync(file, `${file}.1`);
  } catch {
    // Not there yet.
  }
  try {
    const stream = createWriteStream(file, { fd: openSync(file, "a", 0o600) });
    stream.on("error", () => {});
    return (line) => void stream.write(`${line}\n`);
  } catch {
    return () => {};
  }
}
