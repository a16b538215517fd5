// Child processes and folders of a benchmark, all gone when it ends, also on Ctrl-C. Used by every benchmark.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ROOT } from "../scripts/setup/paths.mjs";
import { onPath } from "../scripts/setup/run.mjs";

const TMPFS = 0x01021994; // linux/magic.h
const STOP_WITHIN_MS = 6000;
const READY_WITHIN_MS = 60_000;

const children = new Set();
const cleanUps = [];
const folders = new Set();
const tie = process.platform === "linux" && onPath("setpriv");

/**
 * A new folder on a real disk, since an fsync to memory costs nothing and proves nothing. Removed at the end.
 * `TOCSIN_BENCH_DIR` chooses the disk.
 */
export function newFolder(name) {
  const candidates = [process.env.TOCSIN_BENCH_DIR, tmpdir(), "/var/tmp", join(ROOT, "out")].filter(Boolean);
  const parent = candidates.find((folder) => {
    mkdirSync(folder, { recursive: true });
    return statfsSync(folder).type !== TMPFS;
  });
  if (!parent)
    throw new Error("every temporary folder is in memory: set TOCSIN_BENCH_DIR to a folder on a disk");
  const folder = mkdtempSync(join(parent, `tocsin-bench-${name}-`));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  folders.delete(folder);
}

/**
 * Starts a program; the kernel ends it should we be killed outright. Returns `{ pid, stdout, exited, said(), stop() }`:
 * `said` is the end of what it wrote to stderr, `stop` asks it to end and sees that it does.
 */
export function startProcess(command, args, options = {}) {
  const tied = tie ? ["setpriv", ["--pdeathsig", "KILL", "--", command, ...args]] : [command, args];
  const child = spawn(...tied, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let said = "";
  child.stderr?.on("data", (chunk) => (said = (said + chunk).slice(-4000)));
  const exited = new Promise((done) => {
    child.once("error", (error) => done(error.message));
    child.once("exit", (code, signal) => done(signal ?? code));
  }).finally(() => children.delete(started));
  const started = {
    pid: child.pid,
    stdout: child.stdout,
    stdin: child.stdin,
    exited,
    said: () => said,
    isRunning: () => children.has(started),
    async stop() {
      if (!started.isRunning()) return;
      child.kill("SIGTERM");
      await Promise.race([exited, pause(STOP_WITHIN_MS, undefined, { ref: false })]);
      child.kill("SIGKILL");
      await exited;
    },
    kill: () => child.kill("SIGKILL"),
  };
  children.add(started);
  return started;
}

/** Resolves with the first line on stdout for which `wanted` is true; rejects when the process ends or takes a minute. */
export function lineOf(started, what, wanted = () => true) {
  return new Promise((done, fail) => {
    const late = () =>
      fail(new Error(`${what} is not ready after ${READY_WITHIN_MS / 1000} s: ${started.said()}`));
    setTimeout(late, READY_WITHIN_MS).unref();
    let text = "";
    started.stdout.on("data", (chunk) => {
      text += chunk;
      const lines = text.split("\n");
      text = lines.pop();
      const line = lines.find(wanted);
      if (line !== undefined) done(line);
    });
    started.exited.then((how) => fail(new Error(`${what} ended with ${how}: ${started.said()}`)));
  });
}

/** For what is neither a child process nor a folder of ours. Returns how to do it now. */
export function atTheEnd(work) {
  const once = async () => {
    const index = cleanUps.indexOf(once);
    if (index === -1) return;
    cleanUps.splice(index, 1);
    await work();
  };
  cleanUps.push(once);
  return once;
}

/** Leaves nothing behind. Called after each benchmark and on a signal. */
export async function cleanUp() {
  for (const work of cleanUps.slice().reverse()) await Promise.resolve(work()).catch(() => {});
  await Promise.all([...children].map((child) => child.stop()));
  for (const folder of [...folders]) removeFolder(folder);
}

/** The most memory that the process has ever held, MiB (`VmHWM` of proc(5)). */
export function peakRssMiB(pid) {
  const line = readFileSync(`/proc/${pid}/status`, "utf8").match(/^VmHWM:\s+(\d+) kB$/m);
  return Number(line[1]) / 1024;
}
