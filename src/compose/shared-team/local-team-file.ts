/**
 * The team file on this machine's disk, and what was last seen of it. Used by `shared-team-file` alone.
 *
 * `text` is the content that counts: read and found good, or written by Tocsin. What a person is writing at this moment
 * may differ from it.
 */
import { existsSync } from "node:fs";
import { readTeamFile } from "#config/read-team-file";
import type { TeamFileVersion, TeamRevision } from "#domain/ids";
import { keepLastGood } from "../team-file.ts";
import { hashOfText, keepSeenTeam, placeTeamFile, readSeenTeam, type SeenTeam } from "./seen-team.ts";

export type EditName = Pick<SeenTeam, "revision" | "version">;

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

  /** What a person who changes the file now makes the edit from. */
  get version(): TeamFileVersion | null {
    return this.seen.version;
  }

  isSeen(text: string): boolean {
    return hashOfText(text) === this.seen.textHash;
  }

  /** Null: there is none, or it cannot be read. */
  async onDisk(): Promise<string | null> {
    const read = await readTeamFile(this.path);
    return read.ok ? read.text : null;
  }

  /** Its text is this edit from here on. */
  remember({ revision, version }: EditName): void {
    if (this.text === null) return;
    keepLastGood(this.data, this.text);
    const isKnown = this.seen.revision === revision && this.seen.version === version;
    if (isKnown && this.isSeen(this.text)) return;
    this.keep({ ...this.seen, textHash: hashOfText(this.text), revision, version });
  }

  /**
   * It becomes what the team has, in the place of `before` (null: of nothing), unless somebody has just changed it. It
   * counts even where it cannot be written; then it is tried again at the next start.
   */
  async follow(text: string, before: string | null, edit: EditName): Promise<Followed> {
    if ((await this.onDisk()) !== before) return { isOvertaken: true };
    this.text = text;
    keepLastGood(this.data, text);
    if (before === text) {
      this.remember(edit);
      return { isOvertaken: false, fault: null };
    }
    try {
      this.seen = placeTeamFile(this.path, this.data, text, edit);
      return { isOvertaken: false, fault: null };
    } catch (error) {
      return { isOvertaken: false, fault: (error as Error).message };
    }
  }

  wasTold(merge: string): boolean {
    return this.seen.told.includes(merge);
  }

  told(merge: string): void {
    this.keep({ ...this.seen, told: [...this.seen.told, merge] });
  }

  /** Of which people were told, and that are still there. */
  get setAside(): readonly string[] {
    const left = this.seen.setAside.filter((file) => existsSync(file));
    if (left.length < this.seen.setAside.length) this.keep({ ...this.seen, setAside: left });
    return left;
  }

  wasSetAside(file: string): void {
    this.keep({ ...this.seen, setAside: [...this.setAside, file] });
  }

  private keep(seen: SeenTeam): void {
    this.seen = seen;
    keepSeenTeam(this.data, seen);
  }
}

export type Followed =
  | { readonly isOvertaken: true }
  /** `fault`: why the file could not be written; null: it was, or had that text already. */
  | { readonly isOvertaken: false; readonly fault: string | null };
