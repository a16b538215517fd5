/**
 * Turns what SQLite and the file system throw into a `JournalError`: one sentence with the place, the reason and the
 * remedy. Called wherever this room touches the disk.
 */
import { mkdtempSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { JournalError } from "#engine/ports";
import { UnreadableContent } from "./sqlite-file.ts";

/** Source of the numbers: https://www.sqlite.org/rescode.html; the low byte is the primary code. */
const sqliteCodes = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  constraint: 19,
  format: 24,
  notADatabase: 26,
  ioErrorRead: 10 | (1 << 8),
  ioErrorSharedMemorySize: 10 | (19 << 8),
} as const;

/** `what` begins the sentence, e.g. "Writing to the journal". Returns a `JournalError` as it is. */
export function journalErrorOf(error: unknown, directory: string, what: string): JournalError {
  if (error instanceof JournalError) return error;
  const reason = inFull(reasonOf(error), directory);
  const detail = error instanceof Error ? error.message : String(error);
  return new JournalError(reason, `${what} in ${directory} failed: ${explanations[reason]} (${detail})`, {
    cause: error,
  });
}

/** SQLite calls it an I/O error when a disk turns read-only while a file is open on it. */
function inFull(reason: JournalError["reason"], directory: string): JournalError["reason"] {
  if (reason !== "unavailable") return reason;
  try {
    // To ask for permission is not enough: a disk that the kernel has shut off still grants it.
    rmdirSync(mkdtempSync(join(directory, ".trial-")));
    return reason;
  } catch (error) {
    return reasonOf(error);
  }
}

/** True when the bytes on disk are wrong, as opposed to a disk that is full, read-only or away for now. */
export function isDamage(error: unknown): boolean {
  return reasonOf(error) === "damaged";
}

const explanations: Record<JournalError["reason"], string> = {
  full: "the disk is full. Free some space; nothing needs a restart.",
  "read-only":
    "the directory cannot be written, or its disk has turned read-only. Mount it writable, give this user write permission, or choose another with --data.",
  damaged: "the file is damaged. At the next start Tocsin keeps it aside and salvages what can be read.",
  locked: "another process is using it. Stop that process, or choose another directory with --data.",
  unavailable: "the disk or directory did not answer as it should. Check it, and start Tocsin again.",
};

function reasonOf(error: unknown): JournalError["reason"] {
  if (error instanceof JournalError) return error.reason;
  // Nothing is parsed in this room but what the journal itself has written.
  if (error instanceof UnreadableContent || error instanceof SyntaxError) return "damaged";
  if (!(error instanceof Error)) return "unavailable";
  if ("rawCode" in error && typeof error.rawCode === "number") return reasonOfSqlite(error.rawCode);
  // What the library throws when it cannot even open: its only trace of the code is the end of the text.
  const code = "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return "full";
    case "EROFS":
    case "EACCES":
    case "EPERM":
      return "read-only";
    default:
      return "unavailable";
  }
}

function reasonOfSqlite(code: number): JournalError["reason"] {
  if (code === sqliteCodes.ioErrorSharedMemorySize) return "full";
  if (code === sqliteCodes.ioErrorRead) return "damaged";
  switch (code & 0xff) {
    case sqliteCodes.full:
      return "full";
    case sqliteCodes.readOnly:
      return "read-only";
    case sqliteCodes.busy:
    case sqliteCodes.locked:
      return "locked";
    case sqliteCodes.corrupt:
    case sqliteCodes.format:
    case sqliteCodes.notADatabase:
    // The journal never violates its own constraints: an index contradicts its table.
    case sqliteCodes.constraint:
      return "damaged";
    default:
      return "unavailable";
  }
}
