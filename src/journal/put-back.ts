/**
 * Writes a journal whose files were taken away to its places anew, out of the files that are still open. Called by
 * sqlite-journal.ts; the next start finds it as it finds a salvaged one.
 */
import { renameSync } from "node:fs";
import type { OriginId } from "#domain/ids";
import { isDamage } from "./failure.ts";
import { newOrigin, type Head } from "./hash-chain.ts";
import { makeDirectory, type Places } from "./places.ts";
import { Reach } from "./reach.ts";
import { readHeads } from "./rows.ts";
import type { SalvageReport } from "./salvage-report.ts";
import { askForSalvage, carveOpen, finishSalvage, freeName, removeFile, salvageFrom } from "./salvage.ts";
import { durable, writeMeta } from "./schema.ts";
import { SqliteFile } from "./sqlite-file.ts";
import { verifyJournal } from "./verify.ts";

/**
 * On disk when it returns; takes some 30 µs for each fact. `position`: of the last fact; `heads`: of each origin, as they
 * were answered for. `now`: epoch ms. Returns what to tell people. Throws what SQLite and the file system throw; then
 * nothing stands at its place that did not before.
 */
export function putBack(
  file: SqliteFile,
  places: Places,
  { position, heads }: { readonly position: number; readonly heads: Heads },
  now: number,
): string {
  makeDirectory(places);
  noteReach(places, position);
  const keptCopy = freeName(places.directory, "journal-replaced", now);
  const taken =
    `The journal's files in ${places.directory} were removed, moved or replaced while Tocsin ran. ` +
    `What stood in their place, if anything, is kept in ${keptCopy}. ` +
    "Find out who or what did it: a clean-up, a backup that was put back, a renamed folder.";
  try {
    // In its place before it is proven: killed meanwhile, what was open is gone.
    const report = copyWhole(file, places, position, keptCopy, taken);
    const proven = verifyJournal(places.directory);
    if (proven.ok && proven.facts === report.savedFacts && reaches(places, heads)) {
      const text = `${taken} All ${proven.facts} facts were written there again and proven; none was lost.`;
      tell(places, { ...report, text });
      return text;
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  return putBackDamaged(file, places, keptCopy, taken, now);
}

type Heads = ReadonlyMap<OriginId, Head>;

/** A chain that ends too early holds all the same. */
function reaches(places: Places, heads: Heads): boolean {
  const copy = SqliteFile.openReadOnly(places.journal);
  const found = readHeads(copy);
  copy.close();
  return [...heads].every(([origin, { hash }]) => found.get(origin)?.hash === hash);
}

/** What was open is damaged itself: what proves itself of it, and how much does not. */
function putBackDamaged(
  file: SqliteFile,
  places: Places,
  keptCopy: string,
  taken: string,
  now: number,
): string {
  try {
    const aside = freeName(places.directory, "journal-damaged", now);
    const report = salvageFrom((onBroken) => carveOpen(file, onBroken), places, "files-taken", aside);
    const lost = report.lostFacts === "unknown" ? "an unknown number" : report.lostFacts;
    const text =
      `${taken} They were damaged besides: ${report.savedFacts} facts were written there again, ${lost} could not be read. ` +
      "Compare the open alerts with your monitoring, and check this disk.";
    tell(places, { ...report, keptCopy, text });
    return text;
  } catch (error) {
    // The next start tries it with what could be copied.
    askForSalvage(places, taken);
    return `${taken} It is damaged besides, and what can be read is salvaged at the next start (${String(error)}).`;
  }
}

function copyWhole(
  file: SqliteFile,
  places: Places,
  position: number,
  keptCopy: string,
  taken: string,
): SalvageReport {
  removeFile(places.salvaging);
  const [counted] = file
    .select<{ facts: number }>(["facts"], "FROM (SELECT count(*) AS facts FROM facts)")
    .all();
  // Those files go on, perhaps under another engine: no number may be given twice.
  const origin = newOrigin();
  const savedFacts = counted?.facts ?? 0;
  const text = `${taken} ${savedFacts} facts were written there again; Tocsin was interrupted before it had proven them.`;
  const report: SalvageReport = { reason: "files-taken", keptCopy, savedFacts, lostFacts: 0, origin, text };
  try {
    file.exec(`VACUUM INTO '${places.salvaging.replaceAll("'", "''")}'`);
    const copy = SqliteFile.open(places.salvaging);
    try {
      copy.exec(durable);
      copy.transaction(() => {
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
  return report;
}

/** Killed in the middle, the next start knows what there was, even if nothing of it is left. */
function noteReach(places: Places, position: number): void {
  const reach = new Reach(places.reach);
  reach.note(position);
  reach.close();
}

function tell(places: Places, report: SalvageReport): void {
  const copy = SqliteFile.open(places.journal);
  try {
    copy.exec(durable);
    copy.transaction(() => writeMeta(copy, "salvage", JSON.stringify(report)));
  } finally {
    copy.close();
  }
}
