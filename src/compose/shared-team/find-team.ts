/** What a machine knows of its team before its engine has started: its file, or nothing yet. Used by `shared-team-file` alone. */
import { join } from "node:path";
import { readTeamFile } from "#config/read-team-file";
import { readMembership } from "#peers/identity/membership";
import { openTeamFile, type GoodTeam } from "../team-file.ts";
import { nobody, type SharedTeamFileOptions } from "./shared-team-options.ts";

export interface FoundTeam {
  readonly ok: true;
  readonly file: string;
  readonly good: GoodTeam;
  /** What it was read from; null: not from the file. */
  readonly text: string | null;
  /** A one-person default has just been written. */
  readonly isNew: boolean;
  /** The faults of the file, when another team is in force than it says; null: it has none. */
  readonly refused: string | null;
  /** This machine was revoked. */
  readonly isForgotten: boolean;
}

/** Not ok: the file is faulty, and no good one is known. A machine of a team need not care: the others have one. */
export async function findTeam(
  options: Pick<SharedTeamFileOptions, "file" | "data" | "clock" | "link">,
): Promise<FoundTeam | { readonly ok: false; readonly text: string }> {
  const { data, clock, link } = options;
  const file = options.file ?? join(data, "team.yaml");
  const nothing = {
    ok: true,
    file,
    good: nobody,
    text: null,
    isNew: false,
    refused: null,
    isForgotten: false,
  } as const;
  // This machine was revoked: there is no team for it, and none is made up.
  if (wasRevoked(data)) return { ...nothing, isForgotten: true };
  const belongs = link() !== null;
  // It gets its file from the team, and must not invent one.
  const read = belongs ? await readTeamFile(file) : null;
  if (read !== null && !read.ok && read.missing) return nothing;
  const opened = await openTeamFile(options.file, data, () => clock.now());
  if (opened.ok) return { ...opened, isForgotten: false };
  return belongs ? { ...nothing, refused: opened.text } : opened;
}

function wasRevoked(data: string): boolean {
  const read = readMembership(data);
  return read.ok && read.membership?.revoked !== undefined;
}
