/**
 * What this machine last read from its team file or wrote to it (DATA/team-seen.json), so that after a restart too it can
 * tell a person's edit from its own writing. Kept by `shared-team-file`; written by joining as well.
 */
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { join } from "node:path";
import type { TeamFileVersion, TeamRevision } from "#domain/ids";
import { readIfThere, writePrivately } from "#system/data-directory";

export interface SeenTeam {
  /** SHA-256 of the file's text; null: nothing was seen yet. */
  readonly textHash: string | null;
  /** The revision that was in force with it; null: not known. */
  readonly revision: TeamRevision | null;
  /** The edit that this text is: what a person writes into the file is made from it. Null: not known. */
  readonly version: TeamFileVersion | null;
  /** The merges whose author was told of what is not in them; the latest ones. */
  readonly told: readonly string[];
  /** Files with edits that are not in force, as long as the author has not removed them. */
  readonly setAside: readonly string[];
}

const nothing: SeenTeam = { textHash: null, revision: null, version: null, told: [], setAside: [] };
const mostTold = 400;

/** A file that is damaged is none: then the team file counts as changed, and at worst is adopted once more. */
export function readSeenTeam(data: string): SeenTeam {
  try {
    const read = JSON.parse(readIfThere(seenFile(data)) ?? "{}") as Partial<SeenTeam>;
    const { textHash = null, revision = null, version = null, told = [], setAside = [] } = read;
    const isSound = typeof textHash === "string" && Array.isArray(told) && Array.isArray(setAside);
    return isSound ? { textHash, revision, version, told, setAside } : nothing;
  } catch {
    return nothing;
  }
}

/** A full disk is no reason to stop: false then, and the file may be taken for an edit at the next start. */
export function keepSeenTeam(data: string, seen: SeenTeam): boolean {
  try {
    writePrivately(seenFile(data), `${JSON.stringify({ ...seen, told: seen.told.slice(-mostTold) })}\n`);
    return true;
  } catch {
    return false;
  }
}

/**
 * Writes the team's text to the team file as Tocsin's own writing, nobody's edit: mode 0600, whole or not at all, where a
 * link leads. For joining a team too. @throws when the disk does not take it.
 */
export function placeTeamFile(
  file: string,
  data: string,
  text: string,
  edit: Pick<SeenTeam, "revision" | "version"> | null,
): SeenTeam {
  writePrivately(placeOf(file), text);
  const { revision = null, version = null } = edit ?? {};
  const seen = { ...readSeenTeam(data), textHash: hashOfText(text), revision, version };
  keepSeenTeam(data, seen);
  return seen;
}

export function hashOfText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function placeOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

const seenFile = (data: string) => join(data, "team-seen.json");
