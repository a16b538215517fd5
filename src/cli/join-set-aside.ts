/** What a data folder held before it joined a team: kept, and out of the way. Used by `join.ts`. */
import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import type { JournalError } from "#engine/ports";
import { takeLock } from "#journal/lock";
import { placesIn } from "#journal/places";
import { refused } from "./outcome.ts";

/** So that no engine runs on the folder meanwhile. Returns how to let go. */
export function holdJournal(data: string): () => void {
  try {
    return takeLock(placesIn(data));
  } catch (error) {
    if (!isJournalError(error)) throw error;
    if (error.reason !== "locked") throw refused(error.message);
    throw refused(`Tocsin is running on ${data}. Stop it, join, and start it again.`);
  }
}

/**
 * Moves the journal and the team file of before into a folder beside them. Returns its path, or null when there was
 * nothing. The reserve stays: it is only space.
 */
export function setAside(data: string, now: Date): string | null {
  const places = placesIn(data);
  const own = [
    places.journal,
    places.log,
    places.sharedMemory,
    places.rollback,
    places.salvageWanted,
    places.salvaging,
    places.salvaged,
  ].map((file) => basename(file));
  const names = readdirSync(data).filter(
    (name) => own.includes(name) || name === "team.yaml" || name.startsWith("snapshot-"),
  );
  if (names.length === 0) return null;
  const aside = join(
    data,
    `before-joining-${now
      .toISOString()
      .replace(/\.\d+Z$/, "Z")
      .replaceAll(":", "-")}`,
  );
  mkdirSync(aside, { mode: 0o700 });
  // The log before what it belongs to: interrupted in between, neither half is taken for a whole journal.
  for (const name of names.toSorted().toReversed()) renameSync(join(data, name), join(aside, name));
  return aside;
}

function isJournalError(error: unknown): error is JournalError {
  return error instanceof Error && error.name === "JournalError";
}
