/**
 * Loads the team file again whenever its content changes, for as long as the engine runs. Called by compose.
 *
 * All or nothing: a faulty file goes to `onRejected`, and whoever listens keeps the last good team. No polling: the
 * operating system tells (inotify and its like) about the file's directory, since editors replace the file itself.
 */
import { type FSWatcher, realpathSync, watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Fault } from "./fault.ts";
import { brokenText, loadTeam, type LoadedTeam, type LoadOptions } from "./load-team.ts";
import { fileFault, readTeamFile } from "./read-team-file.ts";

export interface WatchOptions extends LoadOptions {
  readonly file: string;
  /** The content that was loaded already: the first look, at once, tells only what differs. Without it, everything is new. */
  readonly lastText?: string;
  readonly onLoaded: (loaded: LoadedTeam & { readonly ok: true }, text: string) => void;
  readonly onRejected: (faults: readonly Fault[]) => void;
  /** How long the file must have been left alone before it is read. */
  readonly debounceMs?: number;
}

export interface TeamWatch {
  /** Nothing is called afterwards. */
  stop(): void;
  /** Tocsin has written this content itself and taken it over: it need not be told, and what comes after it must be. */
  tookOver(text: string): void;
}

export function watchTeam(options: WatchOptions): TeamWatch {
  const { file, lastText, debounceMs = 200 } = options;
  const places = new DirectoryWatch(file, () => soon());
  /** Content, or faults in its place: the same is not told twice. */
  let lastTold = lastText === undefined ? null : `content ${lastText}`;
  let timer: NodeJS.Timeout | null = null;
  let reading = false;
  let stopped = false;

  function soon(wasMissing = false, delayMs = debounceMs): void {
    if (stopped) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void look(wasMissing).catch(broken), delayMs);
  }

  /** Whatever a file makes of the program, the team in force goes on. */
  function broken(error: unknown): void {
    reading = false;
    if (!stopped) tellFaults([fileFault(file, brokenText(error))]);
  }

  async function look(wasMissing: boolean): Promise<void> {
    timer = null;
    // Whatever changes while the file is read is looked at afterwards.
    if (reading) return soon();
    reading = true;
    // Watching comes first, so that no change falls between the two.
    const lost = places.follow();
    const read = await readTeamFile(file);
    reading = false;
    if (stopped) return;
    // Some editors delete the old file before they write the new one: give them as long again.
    if (!read.ok && read.missing && !wasMissing) return soon(true);
    if (!read.ok) return tellFaults(read.faults);
    tellContent(read.text);
    if (lost !== null)
      tellFaults([fileFault(file, `changes go unnoticed (${lost}); restart Tocsin after changing it`)]);
  }

  function tellContent(text: string): void {
    if (lastTold === `content ${text}`) return;
    lastTold = `content ${text}`;
    const loaded = loadTeam(text, file, options);
    if (loaded.ok) options.onLoaded(loaded, text);
    else options.onRejected(loaded.faults);
  }

  function tellFaults(faults: readonly Fault[]): void {
    const told = JSON.stringify(faults);
    if (lastTold === told) return;
    lastTold = told;
    options.onRejected(faults);
  }

  soon(false, 0);
  return {
    stop: () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      places.close();
    },
    tookOver: (text) => {
      lastTold = `content ${text}`;
    },
  };
}

/** Watches the directory of a file and, when the file is a symbolic link, that of what it leads to. */
class DirectoryWatch {
  private readonly watchers = new Map<string, FSWatcher>();
  /** The names that count, by directory. */
  private wanted: ReadonlyMap<string, ReadonlySet<string>> = new Map();

  constructor(
    private readonly file: string,
    private readonly onChange: () => void,
  ) {}

  /** Begins to watch, and again after a link was turned. Returns why it cannot, or null. */
  follow(): string | null {
    this.wanted = placesOf(this.file);
    for (const directory of this.watchers.keys()) if (!this.wanted.has(directory)) this.drop(directory);
    for (const directory of this.wanted.keys()) {
      if (this.watchers.has(directory)) continue;
      try {
        const watcher = watch(directory, { persistent: false }, (_, changed) => {
          // A directory that was itself replaced is told with its own name; its watcher sees nothing of the new one.
          const isReplaced = changed === basename(directory);
          if (isReplaced) this.drop(directory);
          if (isReplaced || changed === null || this.wanted.get(directory)?.has(changed)) this.onChange();
        });
        watcher.on("error", () => {
          this.drop(directory);
          this.onChange();
        });
        this.watchers.set(directory, watcher);
      } catch (error) {
        return (error as Error).message;
      }
    }
    return null;
  }

  close(): void {
    for (const directory of this.watchers.keys()) this.drop(directory);
  }

  private drop(directory: string): void {
    this.watchers.get(directory)?.close();
    this.watchers.delete(directory);
  }
}

/** Where the file is and where it leads to: names by directory. */
function placesOf(file: string): Map<string, Set<string>> {
  const place = resolve(file);
  const places = new Map([[dirname(place), new Set([basename(place)])]]);
  let target = place;
  try {
    target = realpathSync(place);
  } catch {
    // There is no such file now; its directory will tell when it comes.
  }
  const directory = dirname(target);
  places.set(directory, (places.get(directory) ?? new Set<string>()).add(basename(target)));
  return places;
}
