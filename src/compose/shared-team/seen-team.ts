/**
 * What this machine last read from its team file or wrote to it (DATA/team-seen.json), so that after a restart too it can
 * tell a person's edit from its own writing. Kept by `shared-team-file`; written by joining as well.
 */
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { join } from "node:path";
import type { TeamRevision } from "#domain/ids";
import { readIfThere, writePrivately } from "#system/data-directory";

export interface SeenTeam {
  /** SHA-256 of the file's text; null: nothing was seen yet. */
  readonly textHash: string | null;
  /** The revision that was in force with it; null: not known. */
  readonly revision: TeamRevision | null;
  /** The concurrent edits that were told of, or need not be; the latest ones. */
  readonly told: readonly string[];
}

const nothing: SeenTeam = { textHash: null, revision: null, told: [] };
const mostTold = 100;

/** A file that is damaged is none: then the team file counts as changed, and at worst is adopted once more. */
export function readSeenTeam(data: string): SeenTeam {
  try {
    const { textHash, revision, told } = JSON.parse(readIfThere(seenFile(data)) ?? "{}") as SeenTeam;
    return typeof textHash === "string" && Array.isArray(told) ? { textHash, revision, told } : nothing;
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
  revision: TeamRevision | null,
): SeenTeam {
  writePrivately(placeOf(file), text);
  const seen = { ...readSeenTeam(data), textHash: hashOfText(text), revision };
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
