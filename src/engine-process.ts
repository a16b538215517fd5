/**
 * The engine, or the desk, as a process of the desktop app (a utilityProcess): takes its options from the command line,
 * tells main where it listens, and hands each port it is given to the hub. Electron's main process forks and supervises it.
 */
import { startMachine, type RunningMachine } from "./start-machine.ts";
import { openLog } from "#system/log-file";
import { version } from "#system/version";

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
  readonly person: string | null;
  readonly pages: string | null;
}

const { parentPort } = process as unknown as { parentPort: Port };
const options = JSON.parse(process.argv[process.argv.indexOf("--options") + 1]!) as Options;

await main();

async function main(): Promise<void> {
  const started = await startMachine({
    team: options.team ?? null,
    data: options.data,
    host: options.host,
    port: options.port,
    person: options.person,
    pages: options.pages ?? null,
    desktop: "app",
    version,
    log: openLog(options.data),
    // Main starts a new one at once.
    onBroken: () => process.exit(1),
  });
  if (!started.ok) {
    parentPort.postMessage({ type: "failed", exitCode: started.exitCode, text: started.text });
    process.exit(started.exitCode);
  }
  serve(started.machine);
}

function serve(machine: RunningMachine): void {
  parentPort.on("message", ({ data, ports }) => {
    const { type } = data as { type?: unknown };
    if (type === "client-port" && ports[0] !== undefined) attach(machine, ports[0]);
    // Looking at the clock is all it takes: a sleep or a set clock is noticed by it.
    if (type === "power") machine.lookAtClock();
    if (type === "stop") void machine.stop().then(() => process.exit(0));
  });
  parentPort.postMessage({ type: "listening", url: machine.url, newTeamFile: machine.newTeamFile });
}

function attach(machine: RunningMachine, port: Port): void {
  machine.attach({
    send: (message) => port.postMessage(message),
    onMessage: (listener) => port.on("message", ({ data }) => listener(data)),
    onClose: (listener) => port.on("close", listener),
    close: () => port.close(),
  });
  port.start();
}
