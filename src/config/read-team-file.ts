/** Reads a team file from disk; what is wrong with the file itself is a fault like any other. Used by the CLI, compose and `watch-team`. */
import { readFile, stat } from "node:fs/promises";
import type { Fault } from "./fault.ts";
import { maxTeamFileBytes } from "./yaml-source.ts";

export type ReadTeamFile =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly missing: boolean; readonly faults: readonly Fault[] };

export async function readTeamFile(file: string): Promise<ReadTeamFile> {
  try {
    const stats = await stat(file);
    if (!stats.isFile()) return refused(file, "not a file; give the path of a team file");
    // Not read at all: `loadTeam` would refuse it, and it might be any size.
    if (stats.size > maxTeamFileBytes)
      return refused(file, "larger than 1 MiB, which no team file needs to be");
    const bytes = await readFile(file);
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT")
      return refused(file, "there is no such file; create it, or correct the path", true);
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA")
      return refused(file, "not UTF-8; save it in that encoding");
    return refused(file, `cannot be read: ${message}`);
  }
}

/** A fault of the file as a whole. */
export function fileFault(file: string, text: string): Fault {
  return { file, line: 1, column: 1, path: "", text, severity: "error" };
}

function refused(file: string, text: string, missing = false): ReadTeamFile {
  return { ok: false, missing, faults: [fileFault(file, text)] };
}
