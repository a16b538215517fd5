/** The log of a machine: JSON lines in `DATA/tocsin.log`, at most two files of a few megabytes. Used by the engine's entries. */
import { createWriteStream, mkdirSync, openSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pino, type Logger } from "pino";

const largestBytes = 8 * 1024 * 1024;

export function openLog(data: string): Logger {
  return pino({ base: null }, openFile(data));
}

/** A log that cannot be written is dropped: it must never stop the engine. */
function openFile(data: string): Writable {
  const file = join(data, "tocsin.log");
  try {
    if (statSync(file).size > largestBytes) renameSync(file, `${file}.1`);
  } catch {
    // Not there yet.
  }
  try {
    // At the first start the log is there before anything else is.
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const stream = createWriteStream(file, { fd: openSync(file, "a", 0o600) });
    stream.on("error", () => {});
    return stream;
  } catch {
    return new Writable({ write: (_chunk, _encoding, done) => done() });
  }
}
