/**
 * Snapshots: the state after a fact, as opaque text, so that a start need not replay everything. The two newest are
 * kept, each in a file of its own beside the journal. Called by sqlite.ts, open-check.ts and salvage.ts.
 *
 * A snapshot is never trusted for being there: its digest must fit its text, and its anchor the journal's hash chain.
 * Files, not rows: 10 MB in the write-ahead log would make appends wait for its checkpoint.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  fdatasyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

export interface StoredSnapshot {
  /** The position of the last fact in it. */
  readonly position: number;
  /** That fact's hash. */
  readonly anchor: string;
  readonly snapshot: string;
}

interface Header {
  readonly format: 1;
  readonly position: number;
  readonly anchor: string;
  /** SHA-256 over position, anchor and text. */
  readonly digest: string;
}

const kept = 2;
const namePattern = /^snapshot-(\d{15})\.json$/;

/** On disk when it returns; blocks for about 40 ms with 10 MB on a solid-state disk. Throws what the file system throws. */
export function writeSnapshot(directory: string, stored: StoredSnapshot): void {
  const { position, anchor, snapshot } = stored;
  const header: Header = { format: 1, position, anchor, digest: digestOf(stored) };
  const name = `snapshot-${String(position).padStart(15, "0")}.json`;
  const unfinished = join(directory, "snapshot-unfinished");
  try {
    const file = openSync(unfinished, "w", 0o600);
    try {
      writeFully(file, `${JSON.stringify(header)}\n`);
      writeFully(file, snapshot);
      fdatasyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, join(directory, name));
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  for (const old of snapshotNames(directory).slice(kept)) rmSync(join(directory, old), { force: true });
}

/** Those after a position: the facts that they stand on are about to change their places. */
export function removeSnapshotsFrom(directory: string, position: number): void {
  for (const name of snapshotNames(directory)) {
    if (Number(namePattern.exec(name)?.[1]) >= position) rmSync(join(directory, name));
  }
}

/** The snapshots whose text is intact, newest first, read one at a time. The damaged are passed over. */
export function* intactSnapshots(directory: string): Generator<StoredSnapshot> {
  for (const name of snapshotNames(directory)) {
    const stored = readSnapshot(join(directory, name));
    if (stored !== null) yield stored;
  }
}

function snapshotNames(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => namePattern.test(name))
    .sort()
    .reverse();
}

function readSnapshot(path: string): StoredSnapshot | null {
  try {
    const text = readFileSync(path, "utf8");
    const headerEnd = text.indexOf("\n");
    const header = JSON.parse(text.slice(0, headerEnd)) as Partial<Header>;
    const { format, position, anchor, digest } = header;
    const snapshot = text.slice(headerEnd + 1);
    if (format !== 1 || typeof position !== "number" || typeof anchor !== "string") return null;
    const stored = { position, anchor, snapshot };
    return digest === digestOf(stored) ? stored : null;
  } catch {
    return null;
  }
}

function digestOf({ position, anchor, snapshot }: StoredSnapshot): string {
  return createHash("sha256").update(`${position}\n${anchor}\n`).update(snapshot).digest("hex");
}

function writeFully(file: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  for (let offset = 0; offset < bytes.length;) offset += writeSync(file, bytes, offset);
}
