/**
 * The team file on this machine's disk, and what was last seen of it. Used by `shared-team-file` alone.
 *
 * `text` is the content that counts: read and found good, or written by Tocsin. What a person is writing at this moment
 * may differ from it.
 */
import { readTeamFile } from "#config/read-team-file";
import type { TeamRevision } from "#domain/ids";
import { keepLastGood } from "../team-file.ts";
import { hashOfText, keepSeenTeam, placeTeamFile, readSeenTeam, type SeenTeam } from "./seen-team.ts";

export interface Followed {
  /** What stood in the file and nobody had taken over; null: nothing. */
  readonly overwritten: string | null;
  /** Why the file could not be written; null: it was, or had that text already. */
  readonly fault: string | null;
}

export class LocalTeamFile {
  private seen: SeenTeam;

  constructor(
    readonly path: string,
    private readonly data: string,
    public text: string | null,
  ) {
    this.seen = readSeenTeam(data);
  }

  /** The revision that was in force when the file was last seen. */
  get revision(): TeamRevision | null {
    return this.seen.revision;
  }

  isSeen(text: string): boolean {
    return hashOfText(text) === this.seen.textHash;
  }

  /** A person has changed it while Tocsin was not running. */
  get isEdited(): boolean {
    return this.text !== null && this.seen.textHash !== null && !this.isSeen(this.text);
  }

  /** Its text belongs to this revision from here on. */
  remember(revision: TeamRevision): void {
    if (this.text === null) return;
    keepLastGood(this.data, this.text);
    if (this.isSeen(this.text) && this.seen.revision === revision) return;
    this.keep({ ...this.seen, textHash: hashOfText(this.text), revision });
  }

  /** Becomes what the team has. It counts even where it cannot be written; then it is tried again at the next start. */
  async follow(text: string, revision: TeamRevision): Promise<Followed> {
    const onDisk = await readTeamFile(this.path);
    this.text = text;
    if (onDisk.ok && onDisk.text === text) {
      this.remember(revision);
      return { overwritten: null, fault: null };
    }
    const overwritten = onDisk.ok && !this.isSeen(onDisk.text) ? onDisk.text : null;
    const fault = this.write(text, revision);
    keepLastGood(this.data, text);
    return { overwritten, fault };
  }

  /** @returns why it could not be written, or null. */
  write(text: string, revision: TeamRevision | null): string | null {
    try {
      this.seen = placeTeamFile(this.path, this.data, text, revision);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  wasTold(conflict: string): boolean {
    return this.seen.told.includes(conflict);
  }

  told(conflict: string): void {
    this.keep({ ...this.seen, told: [...this.seen.told, conflict] });
  }

  private keep(seen: SeenTeam): void {
    this.seen = seen;
    keepSeenTeam(this.data, seen);
  }
}
