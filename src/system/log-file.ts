/** The log of a machine: JSON lines in `DATA/tocsin.log`, at most two files of a few megabytes. Used by the engine's entries. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pino, type Logger } from "pino";
import { RotatingFile } from "./rotating-file.ts";

const largestBytes = 8 * 1024 * 1024;

/** A log that cannot be written is dropped: it must never stop the engine. */
export function openLog(data: string): Logger {
  try {
    // At the first start the log is there before anything else is.
    mkdirSync(data, { recursive: true, mode: 0o700 });
  } catch {
    // Whoever opens the folder next says why.
  }
  return pino({ base: null }, new RotatingFile(join(data, "tocsin.log"), largestBytes));
}
