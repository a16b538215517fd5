// Where things are: the checkout, the cache outside of it, the user's data. Used by every script.
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout's top folder. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** What may be fetched again: outside the checkout, so that `git clean` and a second clone cost nothing. */
export function cacheDir() {
  if (process.env.TOCSIN_CACHE_DIR) return resolve(process.env.TOCSIN_CACHE_DIR);
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "tocsin");
}

/** The engine's data when no `--data` is given (XDG Base Directory Specification). */
export function defaultDataDir() {
  return join(process.env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "tocsin");
}

/** What `npm run build` leaves behind; see setup/build.mjs. */
export const BUILT = {
  main: join(ROOT, "out/main/index.js"),
  cli: join(ROOT, "out/cli/tocsin.js"),
};
