/** Where things live by default. Used by the command line and the desktop app, so that they find each other. */
import { homedir } from "node:os";
import { join } from "node:path";

/** The default data folder: XDG's on Linux, the platform's own elsewhere. Not made here. */
export function dataDirectory(
  env: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
): string {
  if (platform === "win32")
    return join(env["APPDATA"] ?? join(homedir(), "AppData", "Roaming"), "Tocsin", "data");
  if (platform === "darwin") return join(homedir(), "Library", "Application Support", "Tocsin", "data");
  return join(env["XDG_DATA_HOME"] || join(homedir(), ".local", "share"), "tocsin");
}
