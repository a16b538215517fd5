/** What a data folder held before it joined a team: kept, and out of the way. Used by `join-here.ts`. */
import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import { placesIn } from "#journal/places";

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
    places.reach,
    places.salvageWanted,
    places.salvaging,
    places.salvaged,
    places.unfinished,
  ].map((file) => basename(file));
  const names = readdirSync(data).filter(
    (name) => own.includes(name) || name === "team.yaml" || name.startsWith("snapshot-"),
  );
  if (names.length === 0) return null;
  const at = now
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-");
  const aside = join(data, `before-joining-${at}`);
  mkdirSync(aside, { mode: 0o700 });
  // The log before what it belongs to: interrupted in between, neither half is taken for a whole journal.
  for (const name of names.toSorted().toReversed()) renameSync(join(data, name), join(aside, name));
  return aside;
}
