/** The snapshots of a journal in use: those that stand on its own chain. Part of sqlite.ts. */
import type { FactRow } from "./hash-chain.ts";
import { intactSnapshots, writeSnapshot, type StoredSnapshot } from "./snapshot-files.ts";
import type { SqliteFile } from "./sqlite-file.ts";

export class KeptSnapshots {
  constructor(
    private readonly file: SqliteFile,
    private readonly directory: string,
    /** Read when the journal was checked; handed out once, then read from disk again. */
    private atOpen: StoredSnapshot | null,
  ) {}

  /** See `Journal.saveSnapshot`. */
  keep(position: number, anchor: string, snapshot: string): void {
    this.forget();
    writeSnapshot(this.directory, { position, anchor, snapshot });
  }

  /** See `Journal.loadSnapshot`. */
  load(): { readonly seq: number; readonly snapshot: string } | null {
    const stored = this.atOpen ?? this.read();
    this.forget();
    return stored === null ? null : { seq: stored.position, snapshot: stored.snapshot };
  }

  /** What was read at open may not be so any more. */
  forget(): void {
    this.atOpen = null;
  }

  private read(): StoredSnapshot | null {
    const at = this.file.select<Pick<FactRow, "hash">>(["hash"], "FROM facts WHERE position = ?");
    for (const stored of intactSnapshots(this.directory)) {
      const anchor = at.all(stored.position)[0]?.hash;
      if (anchor === undefined || anchor === stored.anchor) return stored;
    }
    return null;
  }
}
