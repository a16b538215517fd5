// Runs the program that a script was started for, as if the script were not there: its output, its signals, its exit code.
// Called by start, tocsin, test and with-desktop.
import { spawn } from "node:child_process";
import { constants } from "node:os";

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"];
/** One Ctrl-C arrives twice under `npm run`: from the terminal and forwarded by npm. It must not count as a second one. */
const SAME_SIGNAL_MS = 250;
/** npm puts a shell between itself and us, which a SIGTERM to npm kills without a word to us; so that is looked for. */
const ORPHAN_CHECK_MS = 250;

/**
 * Resolves with the exit code (128 + the signal's number when a signal ended it); rejects when it cannot be started.
 * The child has a process group of its own, so a signal reaches it only from here. With `killAfterMs` its whole group is
 * killed that long after the first signal.
 */
export function runForwarding(command, args, options = {}, { killAfterMs } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      stdio: "inherit",
      detached: process.platform !== "win32",
      ...options,
    });
    const lastMs = new Map();
    let killing;
    const forward = (signal) => {
      const nowMs = performance.now();
      if (nowMs - (lastMs.get(signal) ?? -Infinity) < SAME_SIGNAL_MS) return;
      lastMs.set(signal, nowMs);
      child.kill(signal);
      if (killAfterMs) killing ??= setTimeout(() => killGroup(child.pid), killAfterMs);
    };
    for (const signal of SIGNALS) process.on(signal, forward);
    const shell = process.ppid;
    const watching = setInterval(() => {
      if (process.ppid === shell) return;
      clearInterval(watching);
      if (lastMs.size === 0) forward("SIGTERM"); // after a Ctrl-C the shell is gone too
    }, ORPHAN_CHECK_MS);
    if (!process.env.npm_lifecycle_event) clearInterval(watching); // by hand, `nohup … &` may well outlive its shell
    const settle = () => {
      clearInterval(watching);
      clearTimeout(killing);
      for (const signal of SIGNALS) process.off(signal, forward);
    };
    child.on("error", (error) => {
      settle();
      fail(new Error(`${command}: ${error.message}`));
    });
    child.on("exit", (code, signal) => {
      settle();
      if (killAfterMs) killGroup(child.pid); // what the command left running in its group
      done(code ?? 128 + constants.signals[signal]);
    });
  });
}

function killGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing is left in it.
  }
}
