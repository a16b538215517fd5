// What the disk itself takes for the smallest durable write: below that no durable answer can be. Shown with the figures.
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { newFolder, removeFolder } from "./child-processes.mjs";
import { median } from "./statistics.mjs";

const WRITES = 200;

/** Median of appending 4 KiB and fsync(2), as libsql does it, ms. */
export async function diskSyncMs() {
  const folder = newFolder("disk");
  const file = openSync(join(folder, "file"), "a");
  const block = Buffer.alloc(4096, 1);
  const times = [];
  for (let write = 0; write < WRITES; write++) {
    const startedMs = performance.now();
    writeSync(file, block);
    fsyncSync(file);
    times.push(performance.now() - startedMs);
  }
  closeSync(file);
  removeFolder(folder);
  return median(times);
}
