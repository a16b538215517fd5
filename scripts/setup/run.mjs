// Child processes for the set-up scripts. What they print goes to stderr, so that `--json` and `-s` keep stdout clean.
import { spawn, spawnSync } from "node:child_process";

/** One line for the person at the terminal. */
export function say(sentence) {
  process.stderr.write(`tocsin: ${sentence}\n`);
}

/** `12.3 s`, from a `performance.now()` taken before. */
export function secondsSince(startedMs) {
  return `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
}

/** Runs to the end; rejects with the command and its exit code when that is not 0. */
export function run(command, args, options = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: ["ignore", 2, 2], ...options });
    child.on("error", (error) => fail(new Error(`${command}: ${error.message}`)));
    child.on("close", (code, signal) =>
      code === 0
        ? done()
        : fail(new Error(`\`${[command, ...args].join(" ")}\` ended with ${signal ?? code}`)),
    );
  });
}

/** stdout of a short command, or null when it is not there or fails. */
export function capture(command, args, options = {}) {
  const result = spawnSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    ...options,
  });
  return result.status === 0 ? result.stdout : null;
}

/** Whether a program is on the PATH. */
export function onPath(program) {
  return capture("/bin/sh", ["-c", `command -v ${program}`]) !== null;
}

/** npm as a command and its leading arguments; under `npm run` it is the very npm that runs us. */
export function npmCommand() {
  const path = process.env.npm_execpath;
  if (path?.endsWith(".js")) return { command: process.execPath, args: [path], options: {} };
  return { command: "npm", args: [], options: { shell: process.platform === "win32" } };
}

/** Runs npm in a folder with its output on stderr. */
export function runNpm(args, options = {}) {
  const npm = npmCommand();
  return run(npm.command, [...npm.args, ...args], { ...npm.options, ...options });
}
