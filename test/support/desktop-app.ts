/**
 * The real desktop app on the desktop that the tests run on (scripts/with-desktop.mjs), with a data directory and
 * preferences of its own, driven by Playwright. For test/e2e.
 *
 * TOCSIN_E2E_APP names another folder than the checkout's (package.json, out/, assets/) to take the app from.
 */
import { execFileSync, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { _electron } from "playwright-core";
import type { ElectronApplication, Page } from "playwright-core";
import type { AlertJson } from "#wire/alert-json";

const root = fileURLToPath(new URL("../..", import.meta.url));
const appFolder = process.env["TOCSIN_E2E_APP"] ?? root;
const startWithinMs = 30_000;

export interface StartOptions {
  /** Ids; the first one is on call. */
  readonly people?: readonly string[];
  /** More flags; `--person` for one. */
  readonly flags?: readonly string[];
  /** False: without `--team`, so that the app writes itself a team of one, as at a first start. */
  readonly ownTeam?: false;
  /** A folder from an earlier start, kept by it. */
  readonly folder?: string;
  readonly keepFolder?: boolean;
  /** The packaged app's program, instead of Electron on this checkout. */
  readonly packaged?: string;
  /** Of another desktop than the one that the tests run on. */
  readonly env?: NodeJS.ProcessEnv;
}

export class DesktopApp {
  private readonly child: ChildProcess;

  private constructor(
    readonly electron: ElectronApplication,
    readonly folder: string,
    private readonly keepFolder: boolean,
    private readonly output: { text: string },
  ) {
    // Playwright forgets it once it is gone.
    this.child = electron.process();
  }

  static async start(options: StartOptions = {}): Promise<DesktopApp> {
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), "tocsin-e2e-"));
    const team = join(folder, "team.yaml");
    if (options.folder === undefined) writeFileSync(team, teamFile(options.people ?? ["ana"]));
    const teamFlags = options.ownTeam === false ? [] : ["--team", team];
    const flags = [...teamFlags, "--data", join(folder, "data"), "--port", "0", ...(options.flags ?? [])];
    const electron = await _electron.launch({
      executablePath: options.packaged ?? (await electronExecutable()),
      args: ["--no-sandbox", ...(options.packaged === undefined ? [appFolder] : []), ...flags],
      env: {
        ...(options.env ?? process.env),
        TOCSIN_PREFERENCES_DIR: join(folder, "preferences"),
      } as Record<string, string>,
      timeout: startWithinMs,
      // Otherwise Playwright makes every page a light one.
      colorScheme: null,
    });
    const output = { text: "" };
    electron.process().stdout?.on("data", (chunk) => (output.text += String(chunk)));
    const app = new DesktopApp(electron, folder, options.keepFolder ?? false, output);
    try {
      await eventually(() => readFileSync(join(folder, "data", "token"), "utf8"), startWithinMs);
      await eventually(() => app.url(), startWithinMs);
    } catch (error) {
      await app.crash();
      throw new Error(`the app's engine did not start; it said: ${output.text}`, { cause: error });
    }
    return app;
  }

  /** The address of the running engine; another one after it was restarted, since the tests ask for any free port. */
  url(): string {
    const url = /"url":"([^"]+)"/.exec(readFileSync(join(this.folder, "data", "engine.json"), "utf8"))?.[1];
    if (url === undefined) throw new Error("no address yet");
    return url;
  }

  get token(): string {
    return readFileSync(join(this.folder, "data", "token"), "utf8").trim();
  }

  get stdout(): string {
    return this.output.text;
  }

  async page(name: "alert" | "console" | "sound"): Promise<Page> {
    return eventually(() => {
      const page = this.electron.windows().find((one) => one.url().includes(`/${name}.html`));
      if (page === undefined) throw new Error(`no ${name} page`);
      return page;
    });
  }

  /** Raises an alert over HTTP, as `tocsin raise` does. */
  async raise(alert: Partial<AlertJson> & { title: string }): Promise<AlertJson> {
    const body = { severity: "critical", ...alert };
    return (await this.call("POST", "/api/v1/alerts", body)) as AlertJson;
  }

  async alert(id: string): Promise<AlertJson> {
    return (await this.call("GET", `/api/v1/alerts/${id}`)) as AlertJson;
  }

  async alerts(status: "open" | "resolved"): Promise<AlertJson[]> {
    return (await this.call("GET", `/api/v1/alerts?status=${status}`)) as AlertJson[];
  }

  private async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.token}`, "content-type": "application/json" };
    const response = await fetch(`${this.url()}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** What main knows of the window with this title: never what the page believes. */
  window(title: "Tocsin" | "Tocsin alert"): Promise<{
    visible: boolean;
    focused: boolean;
    bounds: { x: number; y: number; width: number; height: number };
  } | null> {
    return this.electron.evaluate(({ BrowserWindow }, wanted) => {
      const window = BrowserWindow.getAllWindows().find((one) => one.getTitle() === wanted);
      if (window === undefined) return null;
      return { visible: window.isVisible(), focused: window.isFocused(), bounds: window.getBounds() };
    }, title);
  }

  /** The process id of the engine. */
  async enginePid(): Promise<number> {
    const pid = await this.electron.evaluate(
      ({ app }) => app.getAppMetrics().find(({ name }) => name === "Tocsin engine")?.pid,
    );
    if (pid === undefined) throw new Error("no engine process");
    return pid;
  }

  async close(): Promise<void> {
    await this.end("SIGTERM");
    if (!this.keepFolder)
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  /** `kill -9`; its folder stays. */
  crash(): Promise<void> {
    return this.end("SIGKILL");
  }

  private async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
  }
}

/** Repeats until `look` neither throws nor rejects; rejects with its last error. */
export async function eventually<Seen>(look: () => Seen | Promise<Seen>, withinMs = 10_000): Promise<Seen> {
  const until = performance.now() + withinMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > until) throw error;
      await pause(50);
    }
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The whole screen as a person sees it, kept in test-artefacts/. Returns the file. `env`: of another desktop. */
export function screenshot(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const folder = join(root, "test-artefacts");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.png`);
  execFileSync("import", ["-window", "root", file], { env });
  return file;
}

/** The colour at a point of a picture, as red, green, blue. */
export function colourAt(file: string, x: number, y: number): number[] {
  const pixel = execFileSync("convert", [file, "-crop", `1x1+${x}+${y}`, "-depth", "8", "rgb:-"]);
  return [...pixel.subarray(0, 3)];
}

let executable: string | null = null;

export async function electronExecutable(): Promise<string> {
  // By address, since the script is plain JavaScript without types.
  const { ensureElectron } = await import(new URL("../../scripts/setup/electron.mjs", import.meta.url).href);
  executable ??= ((await ensureElectron()) as { executable: string }).executable;
  return executable;
}

export { appFolder };

function teamFile(people: readonly string[]): string {
  return JSON.stringify({
    version: 1,
    team: { name: "Platform", timeZone: "UTC" },
    people: people.map((id) => ({
      id,
      name: `${id.charAt(0).toUpperCase()}${id.slice(1)} Ruiz`,
      notify: [{ via: "desktop", after: "0s" }],
    })),
    schedules: [
      {
        id: "primary",
        layers: [
          { id: "always", participants: [people[0]], start: "2026-01-05T09:00:00", handoff: "FREQ=WEEKLY" },
        ],
      },
    ],
    policies: [
      {
        id: "default",
        steps: [
          { notify: [{ schedule: "primary" }], within: "5m" },
          { notify: [{ everyone: true }], within: "5m" },
        ],
        repeat: 3,
      },
      { id: "other", steps: [{ notify: [{ everyone: true }], within: "5m" }] },
    ],
    routes: [{ match: {}, policy: "default" }],
  });
}
