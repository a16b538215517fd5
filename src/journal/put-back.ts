/**
 * Writes a journal whose files were taken away to its places anew, out of the files that are still open. Called by
 * sqlite.ts; the next start finds it as it finds a salvaged one.
 */
import { renameSync } from "node:fs";
import { newOrigin } from "./hash-chain.ts";
import { makeDirectory, type Places } from "./places.ts";
import type { SalvageReport } from "./salvage-report.ts";
import { finishSalvage, freeName, removeFile } from "./salvage.ts";
import { durable, writeMeta } from "./schema.ts";
import { SqliteFile } from "./sqlite-file.ts";

/**
 * On disk when it returns; takes about a second for a gigabyte on a solid-state disk. `position`: of the last fact. `now`:
 * epoch ms. Returns what to tell people. Throws what SQLite and the file system throw; then nothing stands at its place
 * that did not before.
 */
export function putBack(file: SqliteFile, places: Places, position: number, now: number): string {
  makeDirectory(places);
  removeFile(places.salvaging);
  const keptCopy = freeName(places.directory, "journal-replaced", now);
  // Those files go on, perhaps under another engine: no number may be given twice.
  const origin = newOrigin();
  const [counted] = file
    .select<{ facts: number }>(["facts"], "FROM (SELECT count(*) AS facts FROM facts)")
    .all();
  const savedFacts = counted?.facts ?? 0;
  const text =
    `The journal's files in ${places.directory} were removed, moved or replaced while Tocsin ran. All ${savedFacts} facts ` +
    `were written there again; none was lost. What stood in their place, if anything, is kept in ${keptCopy}. ` +
    "Find out who or what did it: a clean-up, a backup that was put back, a renamed folder.";
  try {
    file.exec(`VACUUM INTO '${places.salvaging.replaceAll("'", "''")}'`);
    const copy = SqliteFile.open(places.salvaging);
    try {
      copy.exec(durable);
      copy.transaction(() => {
        const report: SalvageReport = {
          reason: "files-taken",
          keptCopy,
          savedFacts,
          lostFacts: 0,
          origin,
          text,
        };
        copy.exec("DELETE FROM meta WHERE key = 'file'");
        writeMeta(copy, "state", "closed");
        writeMeta(copy, "origin", origin);
        writeMeta(copy, "first", String(position + 1));
        writeMeta(copy, "salvage", JSON.stringify(report));
      });
    } finally {
      copy.close();
    }
  } catch (error) {
    removeFile(places.salvaging);
    throw error;
  }
  renameSync(places.salvaging, places.salvaged);
  finishSalvage(places);
  return text;
}
