/**
 * The small files of the data folder, remembered while the engine runs: who this machine is, its token, its team. When the
 * folder is renamed or removed under it, they can be written again. The journal looks after itself. Used by `compose`.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface KeptFile {
  readonly content: Buffer;
  readonly mode: number;
  readonly stamp: string;
}

/** More than any of them has. */
const largestBytes = 1024 * 1024;
/** The journal's own, logs, and what is there only in passing. */
const notKept = /^(journal|snapshot-|reserve$)|\.(log|log\.1|new)$|^\.trial-/;

export class KeptFolder {
  private readonly identity: string | null;
  private files = new Map<string, KeptFile>();

  constructor(private readonly folder: string) {
    this.identity = identityOf(folder);
    this.look();
  }

  /** Remembers what has changed. Returns those of `needed` that are gone, while the folder is there. Never throws. */
  look(needed: readonly string[] = []): readonly string[] {
    if (!this.isThere()) return [];
    try {
      const files = new Map<string, KeptFile>();
      for (const name of readdirSync(this.folder)) {
        const file = notKept.test(name) ? null : this.read(name);
        if (file !== null) files.set(name, file);
      }
      const gone = needed.filter((name) => !files.has(name) && this.files.has(name));
      for (const name of gone) files.set(name, this.files.get(name)!);
      this.files = files;
      return gone;
    } catch {
      return [];
    }
  }

  /** Writes what is missing, when the folder is another one or gone. Throws what the file system throws. */
  putBack(): void {
    if (this.isThere()) return;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    for (const [name, { content, mode }] of this.files) {
      try {
        writeFileSync(join(this.folder, name), content, { mode, flag: "wx" });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
  }

  private isThere(): boolean {
    return this.identity !== null && identityOf(this.folder) === this.identity;
  }

  private read(name: string): KeptFile | null {
    const path = join(this.folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || !found.isFile() || found.size > largestBytes) return null;
    const stamp = `${found.ino} ${found.size} ${found.mtimeMs}`;
    const known = this.files.get(name);
    return known?.stamp === stamp ? known : { content: readFileSync(path), mode: found.mode & 0o777, stamp };
  }
}

function identityOf(folder: string): string | null {
  try {
    const found = statSync(folder, { bigint: true, throwIfNoEntry: false });
    return found === undefined ? null : `${found.dev} ${found.ino}`;
  } catch {
    return null;
  }
}
