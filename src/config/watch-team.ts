/**
 * Loads the team file again whenever its content changes, for as long as the engine runs. Called by compose.
 *
 * All or nothing: a faulty file goes to `onRejected`, and whoever listens keeps the last good team. No polling: the
 * operating system tells (inotify and its like) about the file's directory, since editors replace the file itself.
 */
import { type FSWatcher, realpathSync, watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Fault } from "./fault.ts";
import { loadTeam, type LoadedTeam, type LoadOptions } from "./load-team.ts";
import { fileFault, readTeamFile } from "./read-team-file.ts";

export interface WatchOptions extends LoadOptions {
  readonly file: string;
  /** The content that was loaded already. The first look comes at once and tells what differs from it; without it, everything. */
  readonly lastText?: string;
  readonly onLoaded: (loaded: LoadedTeam & { readonly ok: true }) => void;
  readonly onRejected: (faults: readonly Fault[]) => void;
  /** How long the file must have been left alone before it is read. */
  readonly debounceMs?: number;
}

/** Returns how to stop; nothing is called afterwards. */
export function watchTeam(options: WatchOptions): () => void {
  const { file, debounceMs = 200 } = options;
  const watchers = new Map<string, FSWatcher>();
  let lastSeen: string | null = options.lastText ?? null;
  let timer: NodeJS.Timeout | null = null;
  let reading = false;
  let stopped = false;

  const reject = (faults: readonly Fault[]): void => {
    const seen = JSON.stringify(faults);
    if (seen === lastSeen) return;
    lastSeen = seen;
    options.onRejected(faults);
  };

  const look = async (wasMissing: boolean): Promise<void> => {
    timer = null;
    // Whatever changes while the file is read is looked at afterwards.
    if (reading) return soon();
    reading = true;
    const read = await readTeamFile(file);
    reading = false;
    if (stopped) return;
    // Some editors delete the old file before they write the new one: give them as long again.
    if (!read.ok && read.missing && !wasMissing) return soon(true);
    follow();
    if (!read.ok) return reject(read.faults);
    if (read.text === lastSeen) return;
    lastSeen = read.text;
    const loaded = loadTeam(read.text, file, options);
    if (loaded.ok) options.onLoaded(loaded);
    else options.onRejected(loaded.faults);
  };

  const soon = (wasMissing = false, delayMs = debounceMs): void => {
    if (stopped) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void look(wasMissing), delayMs);
  };

  /** Watches the directory of the file and, behind a symbolic link, of what it leads to. */
  const follow = (): void => {
    const places = placesOf(file);
    for (const [directory, watcher] of watchers) {
      if (places.some((place) => dirname(place) === directory)) continue;
      watcher.close();
      watchers.delete(directory);
    }
    // Behind a link anything may be swapped, a directory in the middle too: then every name counts.
    const names = places.length === 1 ? new Set([basename(file)]) : null;
    for (const directory of new Set(places.map(dirname))) {
      if (watchers.has(directory)) continue;
      try {
        const watcher = watch(directory, { persistent: false }, (_, name) => {
          if (name === null || names === null || names.has(name)) soon();
        });
        watcher.on("error", (error) => lost(directory, error));
        watchers.set(directory, watcher);
      } catch (error) {
        lost(directory, error as Error);
      }
    }
  };

  const lost = (directory: string, error: Error): void => {
    watchers.get(directory)?.close();
    watchers.delete(directory);
    if (!stopped)
      reject([
        fileFault(file, `changes are no longer noticed (${error.message}); restart Tocsin after changing it`),
      ]);
  };

  follow();
  soon(false, 0);
  return () => {
    stopped = true;
    if (timer !== null) clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
    watchers.clear();
  };
}

function placesOf(file: string): readonly string[] {
  const place = resolve(file);
  try {
    return [...new Set([place, realpathSync(place)])];
  } catch {
    return [place];
  }
}
