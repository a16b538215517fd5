/** The desktop of scripts/setup/desktop.mjs (X server, bus, notifications …) for a test that starts one itself. */
import { execFileSync } from "node:child_process";

export interface TestDesktop {
  /** The environment of a program that runs on it. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs a program on it and returns what it prints. */
  run(command: string, ...args: string[]): string;
  stop(): Promise<void>;
}

export async function startTestDesktop(): Promise<TestDesktop> {
  // By address, since the script is plain JavaScript without types.
  const { startDesktop } = await import(new URL("../../scripts/setup/desktop.mjs", import.meta.url).href);
  const { env, stop } = (await startDesktop()) as Pick<TestDesktop, "env" | "stop">;
  return { env, stop, run: (command, ...args) => execFileSync(command, args, { env, encoding: "utf8" }) };
}
