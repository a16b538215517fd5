// What every part of the demo shares: one clock for what it prints, and one list of what is to be cleaned up.
import { spawn } from "node:child_process";

let startedMs = null;
const cleanups = [];
let cleaning = null;

/** `  3.2 s  Ben's mail     …`: who does what, when. */
export function tell(who, text) {
  startedMs ??= performance.now();
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1).padStart(5);
  const [first, ...rest] = text.split("\n");
  console.log(`${seconds} s  ${who.padEnd(14)} ${first}`);
  for (const line of rest) console.log(`${" ".repeat(24)}${line}`);
}

/** Done at the end, in whatever way it comes; last in, first out. Throws when that end has come already. */
export function afterwards(cleanup) {
  cleanups.push(cleanup);
  goOn();
}

/** Throws once the clean-up has begun: nothing new is to be started then. */
export function goOn() {
  if (cleaning === null) return;
  cleaning = cleaning.then(doAll);
  throw new Error("interrupted");
}

/** Once, however often it is called. */
export function cleanUp() {
  cleaning ??= doAll();
  return cleaning;
}

/** A clean-up that fails does not keep the others from being done. */
async function doAll() {
  for (const cleanup of cleanups.splice(0).reverse()) {
    await Promise.resolve()
      .then(cleanup)
      .catch((error) => process.stderr.write(`tocsin: while cleaning up: ${error.message}\n`));
  }
}

/** A child in a group of its own: a Ctrl-C reaches it only through the clean-up. Resolves `ended` with its exit code. */
export function startChild(command, args, options) {
  const child = spawn(command, args, { detached: true, stdio: ["ignore", "pipe", "inherit"], ...options });
  const ended = new Promise((done) =>
    child.once("exit", (code) => done(code)).once("error", () => done(null)),
  );
  return { child, ended };
}

/** stdout of a command that is to succeed. */
export async function outputOf(command, args, options) {
  const { child, ended } = startChild(command, args, options);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  const closed = new Promise((done) => child.stdout.once("close", done));
  const code = await ended;
  await closed;
  if (code !== 0) throw new Error(`${[command, ...args].join(" ")} ended with ${code}`);
  return output;
}
