// One process at a time for a long set-up step, so that two starts do not fetch the same 200 MB twice.
// Safety never rests on it (results are put in place by an atomic rename); it only saves work.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { cacheDir } from "./paths.mjs";
import { say } from "./run.mjs";

/** A lock without its holder's number is believed this long. */
const UNNUMBERED_MS = 10_000;

/** Runs `work` while holding the lock `name`; waits for another living holder, takes over from a dead one. */
export async function withLock(name, work) {
  const lock = join(cacheDir(), "locks", name);
  mkdirSync(join(cacheDir(), "locks"), { recursive: true });
  for (let told = false; !take(lock);) {
    if (isAbandoned(lock)) {
      removeAbandoned(lock);
      continue;
    }
    if (!told)
      say(`another process (${holder(lock) ?? "just started"}) is busy with ${name}; waiting for it`);
    told = true;
    await pause(250);
  }
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

function take(lock) {
  try {
    mkdirSync(lock);
    writeFileSync(join(lock, "pid"), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  return false;
}

/** Its process is dead, or died between making the folder and writing its number into it. */
function isAbandoned(lock) {
  const pid = holder(lock);
  if (pid !== null) return !isAlive(pid);
  const madeMs = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return Date.now() - madeMs > UNNUMBERED_MS;
}

/** Renamed before it is removed: of several who find an abandoned lock, one wins the rename. */
function removeAbandoned(lock) {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    rmSync(aside, { recursive: true, force: true });
  } catch {
    // Another process was faster.
  }
}

function holder(lock) {
  try {
    return Number(readFileSync(join(lock, "pid"), "utf8")) || null;
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
