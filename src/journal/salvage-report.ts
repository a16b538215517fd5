/** What a salvage says of itself: kept in the journal that it made, and told to people at the next start. */
import type { OriginId } from "#domain/ids";
import { JournalError } from "#engine/ports";
import { hasSchema, readMeta } from "./schema.ts";
import type { SqliteFile } from "./sqlite-file.ts";

export interface SalvageReport {
  readonly reason: DamageReason;
  /** The directory with the damaged files. */
  readonly keptCopy: string;
  readonly savedFacts: number;
  /** Numbers without a fact, those of earlier salvages included; `unknown` when the end itself may be missing. */
  readonly lostFacts: number | "unknown";
  /** The origin that began with this salvage. Absent in reports from format 1. */
  readonly origin?: OriginId;
  /** What happened, for people: one or two sentences with the remedy. */
  readonly text: string;
}

export type DamageReason =
  | "asked-for"
  /** While it was in use; see put-back.ts. */
  | "files-taken"
  | "file-missing"
  | "file-cut-short"
  | "not-a-journal"
  | "log-missing"
  | "log-blank"
  | "end-missing"
  | "log-damaged"
  | "pages-damaged"
  | "chain-broken";

/** Null for a journal that no salvage made. */
export function readReport(file: SqliteFile): SalvageReport | null {
  if (!hasSchema(file)) return null;
  const text = readMeta(file, "salvage");
  if (text === null) return null;
  try {
    return JSON.parse(text) as SalvageReport;
  } catch {
    throw new JournalError("damaged", "The report of an earlier salvage cannot be read.");
  }
}

const explanations: Record<DamageReason, string> = {
  "asked-for": "damage was found while it was in use, or a salvage was asked for",
  "files-taken": "its files were taken away while it was in use",
  "file-missing": "its main file was missing",
  "file-cut-short": "its file was cut short",
  "not-a-journal": "its file was not a journal any more",
  "log-missing": "its write-ahead log was missing",
  "log-blank": "its write-ahead log was blank",
  "end-missing": "its end was missing",
  "log-damaged": "its write-ahead log was damaged",
  "pages-damaged": "pages of its file were damaged",
  "chain-broken": "its chain of facts was broken",
};

/** What a salvage has found out, for the sentence about it. */
export interface Salvaged {
  readonly reason: DamageReason;
  readonly keptCopy: string;
  readonly saved: number;
  readonly lost: number | "unknown";
  /** Facts that came after the last one saved and are gone; 0: none, as far as is known. */
  readonly lostAtEnd: number;
  /** Of the last fact saved, epoch ms; null: none was. */
  readonly lastSavedAt: number | null;
  /** The position up to which a snapshot holds the state; 0: none does. */
  readonly snapshot: number;
}

export function textOf({
  reason,
  keptCopy,
  saved,
  lost,
  lostAtEnd,
  lastSavedAt,
  snapshot,
}: Salvaged): string {
  const loss =
    lost === "unknown"
      ? "it cannot be known whether the last ones before the damage are among them"
      : lost === 0
        ? "none was lost"
        : `${lost} could not be read`;
  const since = lastSavedAt === null ? "" : ` since ${new Date(lastSavedAt).toISOString()}`;
  const many = `${lost === "unknown" ? "at least " : ""}${lostAtEnd} ${lostAtEnd === 1 ? "fact" : "facts"}`;
  const end = lostAtEnd > 0 ? ` The journal lost everything${since}: ${many}.` : "";
  const state = snapshot > 0 ? ` The open alerts were also kept by a snapshot, up to fact ${snapshot}.` : "";
  return (
    `The journal was damaged (${explanations[reason]}). ${saved} facts were salvaged; ${loss}.${end}${state} ` +
    `The damaged files are kept in ${keptCopy}. Compare the open alerts with your monitoring, and check this disk.`
  );
}
