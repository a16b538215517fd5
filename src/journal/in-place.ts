/**
 * Whether the journal's files are still where the next start looks for them. An open file can be written although it was
 * deleted, or its folder renamed: everything would be answered for, and nothing found again. Part of sqlite.ts.
 */
import { statSync, type Stats } from "node:fs";
import { JournalError, type Misplaced } from "#engine/ports";
import { takeLock } from "./lock.ts";
import type { Places } from "./places.ts";

/** What only others need of us (the lock, the shared memory) is looked at less often. */
const lookAtAllEveryMs = 1_000;
/** Putting back writes all of the journal: not over and over on a disk that does not take it. */
const tryAgainAfterMs = 30_000;

export class InPlace {
  private readonly files: SameFiles;
  private readonly sharedMemory: SameFiles;
  private lock: SameFiles;
  private lookedAtAllMs = -Infinity;
  private isPutBack: Misplaced | null = null;
  private copy: SameFiles | null = null;
  private failure: Misplaced | null = null;
  private triedAtMs = -Infinity;

  /**
   * `putBack` writes the journal to its places anew, and returns what to tell people; throws what the disk throws. Made
   * once the files are there.
   */
  constructor(
    private readonly places: Places,
    private releaseLock: () => void,
    private readonly putBack: () => string,
  ) {
    this.files = new SameFiles([places.journal, places.log]);
    this.sharedMemory = new SameFiles([places.sharedMemory]);
    this.lock = new SameFiles([places.lock]);
  }

  /** Costs two looks at the file system, some 3 µs each. Puts the files back when they are not there. Never throws. */
  look(): Misplaced | null {
    if (this.isPutBack !== null) return this.lookAfterCopy();
    const now = performance.now();
    const looksAtAll = now >= this.lookedAtAllMs + lookAtAllEveryMs;
    if (looksAtAll) this.lookedAtAllMs = now;
    if (this.files.areThere() && (!looksAtAll || this.sharedMemory.areThere())) {
      if (looksAtAll) this.failure = this.lookAtLock();
      else if (this.failure?.openGoOn === true) this.failure = null;
      return this.failure;
    }
    if (this.failure?.openGoOn === true && now < this.triedAtMs + tryAgainAfterMs) return this.failure;
    this.triedAtMs = now;
    try {
      return this.putBackNow();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const text =
        `The journal's files in ${this.places.directory} were removed, moved or replaced, and could not be put back: ${why} ` +
        "New alerts are refused, open ones go on. Put the folder back, or make it writable and give it room.";
      this.failure = { text, openGoOn: true };
      return this.failure;
    }
  }

  /**
   * Null: there is none. Whoever deletes a folder file by file may take what was put back with it: to be asked as long as
   * the files are open.
   */
  lookAfterCopy(): Misplaced | null {
    if (this.isPutBack === null || this.copy?.areThere() === true) return this.isPutBack;
    try {
      return this.putBackNow();
    } catch {
      // Asked again.
      return this.isPutBack;
    }
  }

  private putBackNow(): Misplaced {
    this.isPutBack = { text: this.putBack(), openGoOn: false };
    this.copy = new SameFiles([this.places.journal]);
    return this.isPutBack;
  }

  /** Facts that are added now are not in what was put back: refuse them. */
  refuseWhenPutBack(): void {
    if (this.isPutBack !== null) throw new JournalError("unavailable", this.isPutBack.text);
  }

  release(): void {
    this.releaseLock();
  }

  /** Without its file the lock keeps nobody out. */
  private lookAtLock(): Misplaced | null {
    if (this.lock.areThere()) return null;
    try {
      this.releaseLock();
      this.releaseLock = () => {};
      this.releaseLock = takeLock(this.places);
      this.lock = new SameFiles([this.places.lock]);
      return null;
    } catch (error) {
      return { text: error instanceof Error ? error.message : String(error), openGoOn: false };
    }
  }
}

class SameFiles {
  private readonly known: readonly (readonly [path: string, stats: Stats | null])[];

  constructor(paths: readonly string[]) {
    this.known = paths.map((path) => [path, statsOf(path)]);
  }

  areThere(): boolean {
    return this.known.every(([path, before]) => {
      const now = statsOf(path);
      return now?.ino === before?.ino && now?.dev === before?.dev;
    });
  }
}

/** Null: nothing that could be looked at. */
function statsOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}
