/**
 * Whether this journal is the very file that this machine wrote to, or a copy put back in its place. A copy would give out
 * numbers that have been given out already, and other machines hold the facts that had them; so it begins another log.
 * Asked when a journal is opened. What keeps the file's identity (a snapshot of a whole disk) is found out by the other
 * machines instead, see `Journal.startNewOrigin`.
 */
import { statSync } from "node:fs";
import { newOrigin } from "./hash-chain.ts";
import { readMeta, writeMeta } from "./schema.ts";
import type { SqliteFile } from "./sqlite-file.ts";

/** `identity`: the number that the file system knows the file by; a copy has another one. */
export function beginNewLogInCopy(file: SqliteFile, identity: string): void {
  const known = readMeta(file, "file");
  if (known === identity) return;
  file.transaction(() => {
    if (known !== null) writeMeta(file, "origin", newOrigin());
    writeMeta(file, "file", identity);
  });
}

/** The same as long as the file is moved on its disk and not copied. */
export function identityOf(path: string): string {
  return String(statSync(path, { bigint: true }).ino);
}
