/** The machine's data folder and the small files in it. Used by `compose`. */
import { randomBytes } from "node:crypto";
import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

export type OpenedDirectory = { readonly ok: true } | { readonly ok: false; readonly text: string };

/** Makes the folder (mode 0700) where it is missing, and sees that it can be written to. */
export function openDataDirectory(data: string): OpenedDirectory {
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK);
    // `access` says yes to root even where nothing can be written.
    const trial = join(data, `.trial-${process.pid}`);
    writeFileSync(trial, "");
    rmSync(trial);
    return { ok: true };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A full disk is no reason not to start: what is open must go on.
    if (isFull(error)) return { ok: true };
    const why =
      code === "EROFS" || code === "EACCES" || code === "EPERM"
        ? "cannot be written to; make it writable or choose another one with --data"
        : code === "ENOTDIR" || code === "EEXIST"
          ? "is not a folder; choose another one with --data"
          : `cannot be used (${code ?? String(error)}); choose another one with --data`;
    return { ok: false, text: `The data folder ${data} ${why}.` };
  }
}

/** The token for clients (contract §4): made at the first start, mode 0600, kept from then on. */
export function readOrMakeToken(data: string): string {
  return readOrMakeSecret(join(data, "token"));
}

/**
 * The secret in the addresses of the calendar feeds; removing the file and starting again makes a new one. Null on a
 * disk so full that it cannot be kept: the engine starts all the same, without feeds.
 */
export function readOrMakeFeedToken(data: string): string | null {
  try {
    return readOrMakeSecret(join(data, "feed-token"));
  } catch (error) {
    if (isFull(error)) return null;
    throw error;
  }
}

function readOrMakeSecret(file: string): string {
  const kept = readIfThere(file)?.trim();
  // One with other characters (a bit flipped on the disk) fits in no header and no address: nobody could use it.
  if (kept !== undefined && /^[\x21-\x7e]{16,}$/.test(kept)) {
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
    return kept;
  }
  const secret = randomBytes(32).toString("base64url");
  writePrivately(file, `${secret}\n`);
  return secret;
}

/**
 * Leaves word where this engine listens, for the command line. Returns how to take it back. On a full disk the word of
 * the last run is written over; without one the engine runs all the same, and is found by --url alone.
 */
export function leaveAddress(data: string, url: string): () => void {
  const file = join(data, "engine.json");
  const text = `${JSON.stringify({ url, pid: process.pid })}\n`;
  try {
    writePrivately(file, text);
  } catch (error) {
    if (!isFull(error)) throw error;
    writeOver(file, text);
  }
  return () => {
    try {
      rmSync(file, { force: true });
    } catch {
      // A disk that has turned read-only must not keep anybody from stopping; nobody answers at that address.
    }
  };
}

/** Whole or not at all, mode 0600, also when the machine dies half-way. */
export function writePrivately(file: string, text: string | Uint8Array): void {
  const fresh = `${file}.${process.pid}.new`;
  try {
    writeFileSync(fresh, text, { mode: 0o600, flush: true });
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

/** In the space that the file has already, if there is such a file; what was longer is blanked. */
function writeOver(file: string, text: string): void {
  try {
    writeFileSync(file, text.padEnd(statSync(file).size), { flag: "r+" });
  } catch {
    // None there, or not even this works.
  }
}

function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT";
}

export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
