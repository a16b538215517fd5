/** Checks of the data folder: can it be used, is it private, has it room, is the journal in it whole. For `tocsin doctor`. */
import { existsSync, readdirSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { verifyJournal } from "#journal/verify";
import { openDataDirectory } from "#system/data-directory";
import { failure, fine, skipped, warning, type Check, type Finding } from "./finding.ts";

/** Below it the engine's emergency reserve is all that is left; see src/journal/reserve.ts. */
const tooLittleBytes = 16 * 1024 * 1024;
const littleBytes = 256 * 1024 * 1024;
/** A journal is proved fact by fact, some 200 MB a second; a larger one would keep people waiting. */
const largestProvenBytes = 500 * 1024 * 1024;

export function dataFolderChecks(data: string): readonly Check[] {
  const whenThere = (look: () => Finding) => () =>
    existsSync(data) ? look() : skipped(`${data} is not there yet; the first start makes it`);
  return [
    { name: "data folder", look: whenThere(() => usable(data)) },
    { name: "data folder privacy", look: whenThere(() => isPrivate(data)) },
    { name: "disk space", look: whenThere(() => freeSpace(data)) },
    { name: "token", look: whenThere(() => tokenMode(data)) },
    { name: "journal", look: whenThere(() => journalIntact(data)) },
    { name: "damaged journals", look: whenThere(() => damagedCopies(data)) },
  ];
}

function usable(data: string): Finding {
  const opened = openDataDirectory(data);
  return opened.ok
    ? fine(`${data} can be written to`)
    : failure(opened.text.replace(/\.$/, ""), "Until then the engine does not start.");
}

/** It holds names, addresses, keys and whatever alerts say. */
function isPrivate(data: string): Finding {
  if (process.platform === "win32") return skipped("Windows keeps it under the user's profile");
  const { mode, uid } = statSync(data);
  const own = process.getuid?.();
  if (own !== undefined && uid !== own && own !== 0)
    return failure(`${data} belongs to user ${uid}`, `Run Tocsin as that user, or: chown -R ${own} ${data}`);
  const others = [data, join(data, "journal.sqlite"), join(data, "team.yaml")].filter(
    (path) => existsSync(path) && (statSync(path).mode & 0o077) !== 0,
  );
  // A file inside is only as open as the folder around it.
  if ((mode & 0o077) === 0) return fine("only you can look into it");
  return warning(`other users of this machine can look into ${others.join(", ")}`, `Run: chmod 700 ${data}`);
}

function freeSpace(data: string): Finding {
  const { bavail, bsize } = statfsSync(data);
  const free = bavail * bsize;
  const text = `${Math.round(free / 1024 / 1024)} MiB are free where ${data} is`;
  if (free < tooLittleBytes)
    return failure(text, "Free some space: new alerts are refused once it is used up.");
  return free < littleBytes ? warning(text, "Free some space before it is used up.") : fine(text);
}

function tokenMode(data: string): Finding {
  const file = join(data, "token");
  if (!existsSync(file)) return skipped("the first start makes it");
  if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0)
    return failure(
      `${file} can be read by other users, who could acknowledge alerts with it`,
      `Run: chmod 600 ${file}`,
    );
  return fine("only you can read it");
}

function journalIntact(data: string): Finding {
  const file = join(data, "journal.sqlite");
  if (!existsSync(file)) return skipped("the first start makes it");
  const bytes = statSync(file).size;
  const byHand = `tocsin journal verify --data ${data}`;
  if (bytes > largestProvenBytes)
    return skipped(
      `it has ${Math.round(bytes / 1024 / 1024)} MiB, too many to prove on the side; run: ${byHand}`,
    );
  try {
    const verified = verifyJournal(data);
    if (verified.ok) return fine(`intact, ${verified.facts} facts`);
    return failure("it is damaged", verified.text);
  } catch (error) {
    return failure("it cannot be read", error instanceof Error ? error.message : String(error));
  }
}

/** What a salvage put aside (src/journal/salvage.ts); a person should have looked before it is thrown away. */
function damagedCopies(data: string): Finding {
  if (existsSync(join(data, "journal.salvage")))
    return failure("damage was found while Tocsin ran", "Restart Tocsin: it then saves what can be read.");
  const copies = readdirSync(data).filter((name) => /^journal-(damaged|replaced)-/.test(name));
  if (copies.length === 0) return fine("none");
  return warning(
    `${copies.length} kept in ${data}: ${copies.slice(0, 3).join(", ")}${copies.length > 3 ? ", …" : ""}`,
    "Compare the open alerts with your monitoring, check this disk, then delete them.",
  );
}
