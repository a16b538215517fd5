/** Where this Tocsin is installed: the checkout, or the packaged app's archive. Used by commands that need more than code. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder with package.json. Climbs to it: how deep the build puts this very code is the build's affair. */
export function installationDirectory(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
