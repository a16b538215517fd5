/**
 * The ballast: disk space held back, to be dropped when the disk is full, so that what is already open can go on
 * escalating. Called by sqlite.ts.
 */
import { randomFillSync } from "node:crypto";
import { closeSync, fdatasyncSync, openSync, rmSync, statSync, writeSync } from "node:fs";

/** Some 5,000 facts. */
export const defaultReserveBytes = 4 * 1024 * 1024;

/** Really written, with bytes that no file system can compress or leave out. False when there is no room for it. */
export function holdReserve(path: string, bytes: number): boolean {
  if (isHeld(path, bytes)) return true;
  try {
    const file = openSync(path, "w", 0o600);
    try {
      const noise = randomFillSync(Buffer.alloc(Math.min(bytes, 64 * 1024)));
      for (let written = 0; written < bytes;) {
        written += writeSync(file, noise, 0, Math.min(noise.length, bytes - written));
      }
      fdatasyncSync(file);
    } finally {
      closeSync(file);
    }
    return true;
  } catch {
    dropReserve(path);
    return false;
  }
}

/** True when space was freed by it. */
export function dropReserve(path: string): boolean {
  try {
    rmSync(path);
    return true;
  } catch {
    return false;
  }
}

function isHeld(path: string, bytes: number): boolean {
  try {
    return statSync(path).size >= bytes;
  } catch {
    return false;
  }
}
