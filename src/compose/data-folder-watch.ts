/**
 * The data folder while an engine runs on it: looked at every few seconds, also while nothing happens, and put back when it
 * is taken away. Used by `compose`.
 */
import { watch } from "node:fs";
import type { LoopEngine } from "#engine/engine";
import { openSqliteJournal, type OpenedJournal } from "#journal/sqlite";
import { KeptFolder } from "#system/kept-folder";
import { identityFileName } from "#peers/identity/machine-identity";
import { membershipFileName } from "#peers/identity/membership";

const everyMs = 2_000;
/** After the last file has gone: what is put back while a folder is being deleted is deleted with it. */
const settledMs = 200;
/** What the next start would make anew, and be somebody else with. */
const needed = [identityFileName, membershipFileName, "token"];

/** `onBroken`: see `SqliteJournalOptions.onDamaged`. Throws `JournalError`. */
export function openDataFolder(
  data: string,
  onBroken: (error: unknown) => void,
): OpenedJournal & { readonly folder: KeptFolder } {
  const folder = new KeptFolder(data);
  const beforePuttingBack = () => folder.putBack();
  return { folder, ...openSqliteJournal({ directory: data, onDamaged: onBroken, beforePuttingBack }) };
}

type Watched = Pick<LoopEngine, "lookAtClock" | "reportProblem" | "clearProblem">;

/** Returns how to stop it. */
export function watchDataFolder(data: string, folder: KeptFolder, engine: Watched): () => void {
  const look = () => {
    // The engine looks after its journal at every turn.
    engine.lookAtClock();
    const gone = folder.look(needed);
    if (gone.length === 0) return engine.clearProblem("data-folder");
    engine.reportProblem("data-folder", goneText(gone, data));
  };
  look();
  const timer = setInterval(look, everyMs);
  timer.unref();
  const stopWatching = onRenames(data, look);
  return () => {
    clearInterval(timer);
    stopWatching();
  };
}

/** A file that comes, goes or is renamed, the folder itself included: killed within those seconds, all would be lost. */
function onRenames(data: string, look: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  try {
    const watcher = watch(data, { persistent: false }, (event) => {
      if (event !== "rename") return;
      clearTimeout(timer);
      timer = setTimeout(look, settledMs);
      timer.unref();
    });
    // Where the system cannot tell, it is looked at every few seconds.
    watcher.on("error", () => watcher.close());
    return () => {
      clearTimeout(timer);
      watcher.close();
    };
  } catch {
    return () => {};
  }
}

/** `files`: at least one. */
export function goneText(files: readonly string[], data: string): string {
  const [are, others, them] = files.length === 1 ? ["is", "another one", "it"] : ["are", "others", "them"];
  return (
    `${files.join(" and ")} ${are} gone from ${data}. The next start would make ${others}, and this machine's ` +
    `team, apps and command line would not know ${them} any more. Put ${them} back from a backup before that.`
  );
}
