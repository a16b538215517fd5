/**
 * Whether the desktop around the app is muted or locked, where a program of the system says so (Linux). Called by
 * `presence-watch.ts` when an alert comes in. What cannot be known is taken for "no": a popup is then waited for as usual.
 */
import { execFile } from "node:child_process";
import type { Around } from "./presence-watch.ts";

/** Long enough for a machine that has just woken up and is busy with itself. */
const withinMs = 3000;

/** Never rejects. On macOS and Windows Electron tells of the lock, and nobody of the mute. */
export async function lookAround(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): Promise<Around> {
  if (platform !== "linux") return { muted: false, locked: false };
  const session = env["XDG_SESSION_ID"];
  const [mute, locked] = await Promise.all([
    run("pactl", ["get-sink-mute", "@DEFAULT_SINK@"], env),
    session ? run("loginctl", ["show-session", session, "--property=LockedHint", "--value"], env) : "",
  ]);
  return { muted: mute.trim() === "Mute: yes", locked: locked.trim() === "yes" };
}

/** What it prints; nothing when it is not there, fails, or takes too long. */
function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve) =>
    // Its words, not the person's language.
    execFile(command, args, { timeout: withinMs, env: { ...env, LC_ALL: "C" } }, (error, stdout) =>
      resolve(error === null ? stdout : ""),
    ),
  );
}
