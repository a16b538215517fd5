/** `tocsin serve`: the engine, or the desk, without a desktop. What it has to say goes to stderr; with --json one line to stdout. */
import { join, resolve } from "node:path";
import { existsSync } from "node:fs";
import { parseAddress, type Address } from "#peers/link/address";
import { startMachine, type RunningMachine } from "#compose/start-machine";
import { openLog } from "#system/log-file";
import { version } from "#system/version";
import { defaultPeerPort } from "#wire/peer-contract";
import { installationDirectory } from "./installation.ts";
import { CommandFailure, wrongUsage, type Output } from "./outcome.ts";
import { usageLine, type Given } from "./usage.ts";

/** An address leaves it out. */
const defaultHttpPort = 80;

export async function serve(given: Given, output: Output): Promise<number> {
  const data = given.text("data");
  if (data === undefined) throw wrongUsage(usageLine("serve"));
  const peers = peersOf(given.text("peers"));
  const log = openLog(resolve(data));
  const start = async (port: number): Promise<RunningMachine> => {
    const started = await startMachine({
      team: given.text("team") ?? null,
      data: resolve(data),
      host: given.text("host") ?? "127.0.0.1",
      port,
      peers,
      isDiscoverable: !given.flag("no-discovery"),
      person: given.text("person") ?? null,
      desktop: "system",
      pages: pagesDirectory(),
      version,
      log,
      onBroken: () => void restart().catch(giveUp),
    });
    if (!started.ok) throw new CommandFailure(started.exitCode, started.text);
    return started.machine;
  };
  let giveUp: (error: unknown) => void = () => {};
  const cannotGoOn = new Promise<never>((_, reject) => (giveUp = reject));
  let machine = await start(portOf(given.text("port") ?? "8743"));
  const restart = async () => {
    await machine.stop();
    // At the same address, or the monitoring tools would not find it again.
    machine = await start(Number(new URL(machine.url).port || defaultHttpPort));
  };
  const untilStopped = stopOnSignal(() => machine.stop());
  if (given.flag("json")) {
    output.out(JSON.stringify({ event: "listening", url: machine.url, pid: process.pid }));
  } else {
    output.error(`Tocsin ${version} listens at ${machine.url}`);
    output.error(`Console: ${machine.url}/  (token: ${join(data, "token")})`);
    if (machine.newTeamFile !== null)
      output.error(`A team of one was written to ${machine.newTeamFile}; edit it at any time.`);
  }
  if (machine.teamRefused !== null)
    output.error(`The team file was refused, the last good one is in force:\n${machine.teamRefused}`);
  await Promise.race([untilStopped, cannotGoOn]);
  return 0;
}

/** The first SIGTERM or SIGINT stops in order, a second one at once. */
function stopOnSignal(stop: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false;
    const onSignal = () => {
      if (stopping) process.exit(130);
      stopping = true;
      // What still hangs after this long will be made again at the next start.
      setTimeout(() => process.exit(0), 4_500).unref();
      stop().then(() => {
        resolve();
        setImmediate(() => process.exit());
      }, reject);
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw wrongUsage(`--port takes a number from 0 to 65535, not "${text}".`);
  return port;
}

/** Null: as it was, or not at all. */
function peersOf(text: string | undefined): Address | null {
  if (text === undefined) return null;
  const address = parseAddress(text);
  if (address === null)
    throw wrongUsage(`--peers takes HOST:PORT, for example 0.0.0.0:${defaultPeerPort}, not "${text}".`);
  return address;
}

/** The pages that the build has put beside the command line; null when only that was built. */
function pagesDirectory(): string | null {
  const directory = join(installationDirectory(), "out", "renderer");
  return existsSync(directory) ? directory : null;
}
