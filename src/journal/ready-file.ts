/**
 * Leaves a whole journal of the current format in its place: new, checked, migrated or salvaged. Called by sqlite.ts with
 * the lock held.
 */
import { chmodSync } from "node:fs";
import { JournalError } from "#engine/ports";
import { isDamage, journalErrorOf } from "./failure.ts";
import { newOrigin } from "./hash-chain.ts";
import { migrateJournal } from "./migration.ts";
import { checkJournal, type OpenCheck } from "./open-check.ts";
import type { Places } from "./places.ts";
import { dropReserve } from "./reserve.ts";
import { finishSalvage, salvageJournal } from "./salvage.ts";
import { createSchema } from "./schema.ts";
import type { StoredSnapshot } from "./snapshot-files.ts";
import { SqliteFile } from "./sqlite-file.ts";

/** `now`: epoch ms. Returns the newest trusted snapshot. */
export function readyFile(places: Places, now: number): StoredSnapshot | null {
  finishSalvage(places);
  let check = checkJournal(places);
  if (check.condition === "older") check = migrated(places);
  if (check.condition === "damaged") {
    salvageJournal(places, check.reason, now);
    check = checkJournal(places);
  }
  switch (check.condition) {
    case "whole":
      return check.snapshot;
    case "older":
      throw new Error("A salvaged or migrated journal has the current format.");
    case "damaged":
      throw new JournalError(
        "damaged",
        `The journal in ${places.directory} could not be salvaged (${check.reason}): check this disk, or choose another directory with --data.`,
      );
    case "absent": {
      const file = SqliteFile.open(places.journal);
      chmodSync(places.journal, 0o600);
      createSchema(file, { origin: newOrigin(), first: 1 });
      file.close();
      return null;
    }
  }
}

/** Migration reads all of it, also what lies before the snapshot, and may be the first to find damage there. */
function migrated(places: Places): OpenCheck {
  try {
    migrateInAnyRoom(places);
  } catch (error) {
    if (isDamage(error)) return { condition: "damaged", reason: "chain-broken" };
    throw error;
  }
  return checkJournal(places);
}

/** On a full disk the reserve makes room: an alerter must start. */
function migrateInAnyRoom(places: Places): void {
  try {
    migrateJournal(places);
  } catch (error) {
    const { reason } = journalErrorOf(error, places.directory, "Bringing the journal up to date");
    if (reason !== "full" || !dropReserve(places.reserve)) throw error;
    migrateJournal(places);
  }
}
