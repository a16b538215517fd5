/**
 * The engine, or the desk, as a process of the desktop app (a utilityProcess): takes its options from the command line,
 * tells main where it listens, and hands each port it is given to the hub. Electron's main process forks and supervises it.
 */
import { parseAddress } from "#peers/link/address";
import { openLog } from "#system/log-file";
import { version } from "#system/version";
import { defaultPeerPort } from "#wire/peer-contract";
import { joinFromApp } from "./compose/join-from-app.ts";
import { startMachine, type RunningMachine } from "./compose/start-machine.ts";

/** The parts of Electron's `parentPort` and `MessagePortMain` used here; this room knows no Electron. */
interface Port {
  on(event: "message", listener: (event: { data: unknown; ports: Port[] }) => void): void;
  on(event: "close", listener: () => void): void;
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
}

interface Options {
  readonly team?: string | null;
  readonly data: string;
  readonly host: string;
  readonly port: number;
  /** `HOST:PORT`. */
  readonly peers?: string | null;
  readonly person: string | null;
  readonly pages: string | null;
}

const { parentPort } = process as unknown as { parentPort: Port };
const options = JSON.parse(process.argv[process.argv.indexOf("--options") + 1]!) as Options;
const log = openLog(options.data);
/** Null while there is none: it is starting, or the machine is joining a team. */
let machine: RunningMachine | null = null;

parentPort.on("message", ({ data, ports }) => hear(data as Record<string, unknown>, ports[0]));
await start();

async function start(): Promise<void> {
  const given = options.peers ?? null;
  const peers = given === null ? null : parseAddress(given);
  if (peers === null && given !== null)
    return refuse(2, `--peers takes HOST:PORT, for example 0.0.0.0:${defaultPeerPort}.`);
  const started = await startMachine({
    team: options.team ?? null,
    data: options.data,
    host: options.host,
    port: options.port,
    peers,
    person: options.person,
    pages: options.pages ?? null,
    desktop: "app",
    version,
    log,
    // Main starts a new one at once.
    onBroken: () => process.exit(1),
  });
  if (!started.ok) return refuse(started.exitCode, started.text);
  ({ machine } = started);
  parentPort.postMessage({ type: "listening", url: machine.url, newTeamFile: machine.newTeamFile });
}

function refuse(exitCode: number, text: string): never {
  parentPort.postMessage({ type: "failed", exitCode, text });
  process.exit(exitCode);
}

function hear({ type, event, invite }: Record<string, unknown>, port: Port | undefined): void {
  switch (type) {
    case "client-port":
      if (port !== undefined) attach(port);
      return;
    case "power":
      if (event === "suspend") machine?.suspend();
      else if (event === "resume") machine?.resume();
      // A sleep that nobody announced, and a set clock, are noticed by looking.
      else machine?.lookAtClock();
      return;
    case "join":
      void joinTeam(String(invite));
      return;
    case "stop":
      void Promise.resolve(machine?.stop()).then(() => process.exit(0));
      return;
  }
}

/** Starts again in any case: as part of the team, or as before. */
async function joinTeam(invite: string): Promise<void> {
  const running = machine;
  if (running === null) return;
  const { data, team = null } = options;
  const joined = await joinFromApp({ data, team, invite, version, stop: () => running.stop() });
  parentPort.postMessage({ type: "joined", ...joined });
  if (!joined.stopped) return;
  machine = null;
  await start();
}

function attach(port: Port): void {
  if (machine === null) return port.close();
  machine.attach({
    send: (message) => port.postMessage(message),
    onMessage: (listener) => port.on("message", ({ data }) => listener(data)),
    onClose: (listener) => port.on("close", listener),
    close: () => port.close(),
  });
  port.start();
}
