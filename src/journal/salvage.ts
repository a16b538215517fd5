/**
 * Makes a new journal of what can still be read of a damaged one. Called by sqlite.ts with the lock held.
 *
 * An alerter must not be off at 03:00, so this never asks. The damaged files are kept aside, untouched; every fact that
 * proves itself by its own hash goes over with its identity; the new journal writes as a new origin, so that no number
 * that was lost is given twice. What is missing of any origin comes again from the machines that have it. It can be killed at any point: the next start goes on or begins again.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { factsInPage, type CarvedRow, type Claim, type OnBroken, type OverflowPage } from "./carve.ts";
import { insertReceived, insertUnplaced } from "./carved-rows.ts";
import { newOrigin } from "./hash-chain.ts";
import type { Places } from "./places.ts";
import { findGaps } from "./rows.ts";
import { readReach } from "./reach.ts";
import { readReport, textOf, type DamageReason, type SalvageReport } from "./salvage-report.ts";
import { createSchema, pageBytes, writeGaps, writeMeta } from "./schema.ts";
import { intactSnapshots } from "./snapshot-files.ts";
import { SqliteFile } from "./sqlite-file.ts";
import { surveyLog, type LogSurvey } from "./write-ahead-log.ts";

/** `now`: epoch ms, for the name of the kept copy. Throws `JournalError` or what the disk throws; then nothing has changed. */
export function salvageJournal(places: Places, reason: DamageReason, now: number): void {
  const keptCopy = freeName(places.directory, "journal-damaged", now);
  if (existsSync(places.salvaging) && !existsSync(places.unfinished))
    renameSync(places.salvaging, places.unfinished);
  salvageFrom((onBroken) => carveAll(places, onBroken), places, reason, keptCopy);
}

/** The same from wherever `carve` finds the facts. Returns what it has told. */
export function salvageFrom(
  carve: (onBroken: OnBroken) => Generator<CarvedRow>,
  places: Places,
  reason: DamageReason,
  keptCopy: string,
): SalvageReport {
  removeFile(places.salvaging);
  const file = SqliteFile.open(places.salvaging);
  let report: SalvageReport;
  try {
    report = buildJournal(file, carve, places, reason, keptCopy);
    file.close();
  } catch (error) {
    file.close();
    // A full disk, most likely: do not make it worse.
    removeFile(places.salvaging);
    throw error;
  }
  renameSync(places.salvaging, places.salvaged);
  finishSalvage(places);
  return report;
}

/**
 * Puts a complete salvaged journal into the damaged one's place, when there is one; also after a crash in the middle
 * of that. The salvaged file keeps its name until the damaged ones are out of the way.
 */
export function finishSalvage(places: Places): void {
  if (!existsSync(places.salvaged)) return;
  const file = SqliteFile.openReadOnly(places.salvaged);
  const report = readReport(file);
  file.close();
  if (report === null) throw new Error(`${places.salvaged} is not a salvaged journal.`);
  const replaced = [
    places.log,
    places.sharedMemory,
    places.rollback,
    places.journal,
    places.unfinished,
  ].filter((path) => existsSync(path));
  if (replaced.length > 0) mkdirSync(report.keptCopy, { recursive: true, mode: 0o700 });
  for (const path of replaced) renameSync(path, join(report.keptCopy, basename(path)));
  renameSync(places.salvaged, places.journal);
  removeFile(places.salvageWanted);
}

function buildJournal(
  file: SqliteFile,
  carve: (onBroken: OnBroken) => Generator<CarvedRow>,
  places: Places,
  reason: DamageReason,
  keptCopy: string,
): SalvageReport {
  const origin = newOrigin();
  // `first` is known only at the end; the rows go in as they are found.
  createSchema(file, { origin, first: 1 });
  const broken = new Map<string, Claim | null>();
  const onBroken: OnBroken = (claim) => {
    broken.set(claim === null ? `unreadable ${broken.size}` : `${claim.origin} ${claim.seq}`, claim);
  };
  const unplaced = insertReceived(file, carve(onBroken));

  const [counted] = file
    .select<{ facts: number; last: number | null; at: number | null }>(
      ["facts", "last", "at"],
      "FROM (SELECT count(*) AS facts, max(position) AS last, at FROM facts)",
    )
    .all();
  const snapshot = intactSnapshots(places.directory).next().value?.position ?? 0;
  const reached = Math.max(snapshot, readReach(places.reach) ?? 0);
  const known = Math.max(counted?.last ?? 0, reached);
  const { placed, appended } = insertUnplaced(file, unplaced, known);
  const savedFacts = (counted?.facts ?? 0) + placed + appended;
  // Each that had to be appended has left a hole where it was.
  const holes = Math.max(0, known - savedFacts);
  const lostFacts = mayLackItsEnd(reason, missingOf(file, broken.values()), holes) ? "unknown" : holes;
  // Of those that are gone, as many as there are places for after the last one that is not.
  const lostAtEnd = Math.min(holes, known - (counted?.last ?? 0));
  const lastSavedAt = counted?.at ?? null;
  const text = textOf({
    reason,
    keptCopy,
    saved: savedFacts,
    lost: lostFacts,
    lostAtEnd,
    lastSavedAt,
    snapshot,
  });
  const report: SalvageReport = { reason, keptCopy, savedFacts, lostFacts, origin, text };
  file.transaction(() => {
    writeGaps(file, findGaps(file));
    writeMeta(file, "first", String(known + appended + 1));
    writeMeta(file, "salvage", JSON.stringify(report));
  });
  return report;
}

function* carveAll({ journal, log, unfinished }: Places, onBroken: OnBroken): Generator<CarvedRow> {
  yield* carveFiles(journal, surveyLog(log), onBroken);
  if (existsSync(unfinished)) yield* carveFiles(unfinished, null, () => {});
}

/** Out of files that are open and not in their places any more, through SQLite, page by page. */
export function* carveOpen(file: SqliteFile, onBroken: OnBroken): Generator<CarvedRow> {
  const page = file.select<{ page: string }>(
    ["page"],
    "FROM (SELECT hex(data) AS page FROM sqlite_dbpage WHERE pgno = ?)",
  );
  const read: OverflowPage = (number) => {
    try {
      const [row] = page.all(number);
      return row === undefined ? null : Buffer.from(row.page, "hex");
    } catch {
      return null;
    }
  };
  const [counted] = file.pragma<{ page_count: number }>("page_count");
  for (let number = 1; number <= (counted?.page_count ?? 0); number++) {
    const content = read(number);
    if (content !== null) yield* factsInPage(content, read, onBroken);
  }
}

/** Every fact in a journal file and its log, in the order of the pages; many of them several times. */
function* carveFiles(path: string, log: LogSurvey | null, onBroken: OnBroken): Generator<CarvedRow> {
  // Frames after the last commit were never answered for, unless the log is broken: then they are all there is.
  const frames = log === null ? [] : log.broken ? log.frames : log.frames.slice(0, log.usable);
  const inLog = new Map(frames.map((frame) => [frame.pageNumber, frame.page]));
  const file = existsSync(path) ? openSync(path, "r") : null;
  try {
    const pages = file === null ? 0 : Math.ceil(statSync(path).size / pageBytes);
    const inFile: OverflowPage = (number) =>
      file !== null && number <= pages ? readPage(file, number) : null;
    const newest: OverflowPage = (number) => inLog.get(number) ?? inFile(number);
    for (let number = 1; number <= pages; number++) {
      const page = inFile(number);
      if (page !== null) yield* factsInPage(page, newest, onBroken);
    }
    for (const frame of frames) yield* factsInPage(frame.page, newest, onBroken);
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** Null for a page that the disk cannot read; short at the end of a file that was cut. */
function readPage(file: number, number: number): Buffer | null {
  const page = Buffer.alloc(pageBytes);
  try {
    return page.subarray(0, readSync(file, page, 0, pageBytes, (number - 1) * pageBytes));
  } catch {
    return null;
  }
}

/** How many rows were begun and cannot be had: neither read there nor found elsewhere. */
function missingOf(file: SqliteFile, broken: Iterable<Claim | null>): number {
  const same = file.select<{ seq: number }>(["seq"], "FROM facts WHERE origin = ? AND seq = ?");
  let missing = 0;
  for (const claim of broken) {
    if (claim === null || same.all(claim.origin, claim.seq).length === 0) missing += 1;
  }
  return missing;
}

/** `missing`: rows that begin and do not prove themselves. `holes`: positions without a fact, before the last one. */
function mayLackItsEnd(reason: DamageReason, missing: number, holes: number): boolean {
  switch (reason) {
    case "file-missing":
    case "file-cut-short":
    case "not-a-journal":
    case "log-missing":
    case "log-blank":
      return true;
    case "end-missing":
    case "files-taken":
    case "log-damaged":
    case "pages-damaged":
    case "chain-broken":
    case "asked-for":
      // More than the holes explain: one of them may have come after the last fact that is known.
      return missing > holes;
  }
}

/** `journal-damaged-20260728T030159Z`, or with `-2` … when that is taken. */
export function freeName(directory: string, prefix: string, now: number): string {
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const name = join(directory, `${prefix}-${stamp}`);
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? name : `${name}-${count}`;
    if (!existsSync(candidate)) return candidate;
  }
}

/** With everything that SQLite makes beside it. */
export function removeFile(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(path + suffix, { force: true });
}

/** For the next start, when damage is found while the journal is open. */
export function askForSalvage({ salvageWanted }: Places, why: string): void {
  try {
    writeFileSync(salvageWanted, `${why}\n`);
  } catch {
    // A full disk besides: the next failure asks again.
  }
}
