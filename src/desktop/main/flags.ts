/**
 * The command line of the desktop app: the flags of `tocsin serve`, and `--person` (contract §5). Called by `index.ts`.
 */
import { parseArgs } from "node:util";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

export interface Flags {
  readonly team: string | null;
  /** Absolute. */
  readonly data: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** `HOST:PORT` where other machines of the team find this one; null: as it was, or not at all. */
  readonly peers: string | null;
  readonly person: string | null;
  /** Print one JSON line once the engine listens, and nothing else, on stdout. */
  readonly json: boolean;
  /** Started at login: no window unless something is the matter. */
  readonly hidden: boolean;
}

export type FlagsResult =
  | { readonly ok: true; readonly flags: Flags }
  | { readonly ok: false; readonly text: string };

/**
 * Reads `args`: what comes after the program and, unpackaged, the app's folder. Unknown flags pass, since Chromium's own
 * (`--no-sandbox`, `--ozone-platform=x11`) are among them. Relative paths count from `cwd`.
 */
export function readFlags(args: readonly string[], environment: NodeJS.ProcessEnv, cwd: string): FlagsResult {
  const { values } = parseArgs({
    args: [...args],
    strict: false,
    options: {
      team: { type: "string" },
      data: { type: "string" },
      host: { type: "string" },
      port: { type: "string" },
      peers: { type: "string" },
      person: { type: "string" },
      json: { type: "boolean" },
      hidden: { type: "boolean" },
    },
  });
  for (const name of ["team", "data", "host", "port", "peers", "person"] as const) {
    if (typeof values[name] === "boolean" || values[name] === "") {
      return { ok: false, text: `--${name} needs a value, for example ${examples[name]}` };
    }
  }
  const text = (name: keyof typeof examples): string | null => (values[name] as string | undefined) ?? null;
  const port = text("port") ?? "8743";
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    return { ok: false, text: `--port ${port}: a port is a number from 0 (any free one) to 65535` };
  }
  const team = text("team");
  return {
    ok: true,
    flags: {
      team: team === null ? null : resolve(cwd, team),
      data: resolve(cwd, text("data") ?? defaultDataDir(environment)),
      host: text("host") ?? "127.0.0.1",
      port: Number(port),
      peers: text("peers"),
      person: text("person"),
      json: values["json"] === true,
      hidden: values["hidden"] === true,
    },
  };
}

const examples = {
  team: "--team team.yaml",
  data: "--data ./data",
  host: "--host 127.0.0.1",
  port: "--port 8743",
  peers: "--peers 0.0.0.0:8744",
  person: "--person ana",
};

/** XDG Base Directory Specification; on Windows and macOS the system's own place. */
function defaultDataDir(environment: NodeJS.ProcessEnv): string {
  if (process.platform === "win32")
    return join(environment["LOCALAPPDATA"] ?? join(homedir(), "AppData/Local"), "Tocsin");
  if (process.platform === "darwin") return join(homedir(), "Library/Application Support/Tocsin");
  return join(environment["XDG_DATA_HOME"] || join(homedir(), ".local/share"), "tocsin");
}
