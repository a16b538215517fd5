/**
 * The real thing: `tocsin serve` and the other commands as processes, as a person or a service manager would start them.
 * Needs test/support/build-once.ts as global set-up.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fact } from "#domain/fact";
import type { AlertJson } from "#wire/alert-json";
import { cliUnderTest } from "./build-once.ts";
import { post, send, type HttpAnswer } from "./http-client.ts";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Ran extends Ended {
  readonly stdout: string;
  readonly stderr: string;
}

export interface TocsinProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly data: string;
  readonly child: ChildProcess;
  /** Spawned until the listening line, ms. */
  readonly startedWithinMs: number;
  readonly ended: Promise<Ended>;
  stdout(): string;
  stderr(): string;
  /** To an ingest address. */
  post(path: string, body: unknown): Promise<HttpAnswer>;
  get(path: string): Promise<HttpAnswer>;
  /** As a client, with the token; throws when it is refused. */
  api<Answer>(method: "GET" | "POST", path: string, body?: unknown): Promise<Answer>;
  alerts(status?: "open" | "resolved" | "all"): Promise<AlertJson[]>;
  alert(id: string): Promise<AlertJson>;
  /** `tocsin NAME … --data DIR` with --json: its parsed output; throws when it does not exit with 0. */
  command<Answer>(name: string, ...args: string[]): Promise<Answer>;
  /** `kill -9`. */
  crash(): Promise<void>;
  /** SIGTERM; throws when it does not exit with 0. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  readonly data: string;
  readonly team?: string;
  readonly port?: number;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

const living = new Map<ChildProcess, Promise<Ended>>();
const folders: string[] = [];
/** No desktop, no default folders of whoever runs the tests. */
const environment: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(DISPLAY|WAYLAND_|DBUS_|XDG_|TOCSIN_)/.test(name)),
);

/** Resolves once it listens; rejects with what it said when it ends before that. */
export async function serve(options: ServeOptions): Promise<TocsinProcess> {
  const { data } = options;
  const startedAt = performance.now();
  const { child, output, ended } = start(serveArguments(options), options.env);
  const line = await firstLine(child, output, ended);
  const startedWithinMs = performance.now() - startedAt;
  const { url, pid } = JSON.parse(line) as { url: string; pid: number };
  const port = Number(new URL(url).port);
  const token = readFileSync(join(data, "token"), "utf8").trim();

  async function api<Answer>(method: "GET" | "POST", path: string, body?: unknown): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    };
    const answer = await send(port, path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json() as Answer;
  }

  return {
    url,
    port,
    pid,
    data,
    child,
    startedWithinMs,
    ended,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    post: (path, body) => post(port, path, body),
    get: (path) => send(port, path),
    api,
    alerts: (status = "open") => api("GET", `/api/v1/alerts?status=${status}&limit=10000`),
    alert: (id) => api("GET", `/api/v1/alerts/${id}`),
    async command(name, ...args) {
      const ran = await tocsin([name, ...args, "--data", data, "--json"]);
      if (ran.code !== 0) throw new Error(`tocsin ${name} exited with ${ran.code}: ${ran.stderr}`);
      return JSON.parse(ran.stdout);
    },
    async crash() {
      child.kill("SIGKILL");
      await ended;
    },
    async stop() {
      child.kill("SIGTERM");
      const { code, signal } = await ended;
      if (code !== 0) throw new Error(`tocsin serve ended with ${signal ?? code}: ${output.stderr}`);
    },
  };
}

/** Runs one command to its end; for `serve`, one that is to fail. */
export async function tocsin(
  args: readonly string[],
  { env, timeoutMs = 30_000 }: { env?: NodeJS.ProcessEnv; timeoutMs?: number } = {},
): Promise<Ran> {
  const { child, output, ended } = start(args, env);
  const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  const end = await ended;
  clearTimeout(timer);
  return { ...end, ...output };
}

/** `tocsin serve` that is to end by itself. */
export function serveInVain(options: ServeOptions): Promise<Ran> {
  return tocsin(serveArguments(options), options.env === undefined ? {} : { env: options.env });
}

/** A fresh folder, gone after `endProcesses`. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tocsin-process-"));
  folders.push(folder);
  return folder;
}

/** For `afterEach`: kills what a test left running and removes its folders. */
export async function endProcesses(): Promise<void> {
  await Promise.all(
    [...living].map(([child, ended]) => {
      child.kill("SIGKILL");
      return ended;
    }),
  );
  for (const folder of folders.splice(0))
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** The facts of a data folder, whether or not an engine runs on it. */
export async function exportedFacts(data: string): Promise<Fact[]> {
  const { code, stdout, stderr } = await tocsin(["journal", "export", "--data", data]);
  if (code !== 0) throw new Error(`tocsin journal export exited with ${code}: ${stderr}`);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { fact: Fact }).fact);
}

function serveArguments({ data, team, port = 0, args = [] }: ServeOptions): string[] {
  const given = team === undefined ? [] : ["--team", team];
  return ["serve", "--json", "--data", data, "--port", String(port), ...given, ...args];
}

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [cliUnderTest, ...args], {
    env: { ...environment, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const ended = new Promise<Ended>((resolve) => {
    // `close`, not `exit`: by then all output is here.
    child.once("close", (code, signal) => {
      living.delete(child);
      resolve({ code, signal });
    });
  });
  living.set(child, ended);
  return { child, output, ended };
}

async function firstLine(
  child: ChildProcess,
  output: { readonly stdout: string; readonly stderr: string },
  ended: Promise<Ended>,
): Promise<string> {
  const line = new Promise<string>((resolve) => {
    child.stdout!.on("data", () => {
      const end = output.stdout.indexOf("\n");
      if (end !== -1) resolve(output.stdout.slice(0, end));
    });
  });
  const before = ended.then(({ code, signal }): never => {
    throw new Error(`tocsin serve ended with ${signal ?? code} before it listened: ${output.stderr}`);
  });
  return Promise.race([line, before]);
}
