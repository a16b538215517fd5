/**
 * Opens a journal for reading from another process, whether or not an engine runs on it. Called by verify.ts and
 * export.ts. SQLite lets a reader in beside the one writer; pages of rows keep its read transactions short.
 */
import { existsSync } from "node:fs";
import { JournalError } from "#engine/ports";
import { journalErrorOf } from "./failure.ts";
import { placesIn } from "./places.ts";
import { hasSchema, readMeta, schemaVersion } from "./schema.ts";
import { SqliteFile } from "./sqlite-file.ts";

/** Throws `JournalError`: there is none, it is damaged beyond opening, or a newer Tocsin wrote it. */
export function openReadOnlyView(directory: string): SqliteFile {
  const places = placesIn(directory);
  if (!existsSync(places.journal)) {
    throw new JournalError(
      "unavailable",
      `There is no journal in ${places.directory}: give the engine's data directory with --data.`,
    );
  }
  let file: SqliteFile | null = null;
  try {
    file = SqliteFile.openReadOnly(places.journal);
    if (!hasSchema(file)) {
      throw new JournalError(
        "damaged",
        `${places.journal} is not a Tocsin journal. At its next start the engine salvages what can be read.`,
      );
    }
    const schema = Number(readMeta(file, "schema"));
    if (schema !== schemaVersion) {
      throw new JournalError(
        "unavailable",
        `${places.journal} has format ${schema}, this Tocsin reads ${schemaVersion}: ${
          schema < schemaVersion
            ? "start Tocsin on it once, which brings it up to date."
            : "use the version that wrote it."
        }`,
      );
    }
    return file;
  } catch (error) {
    file?.close();
    throw journalErrorOf(error, places.directory, "Reading the journal");
  }
}
