/**
 * What this machine remembers between starts (contract §5): electron-store's file, in TOCSIN_PREFERENCES_DIR when set.
 * Built by `index.ts`. A damaged file is replaced by the defaults, and one that cannot be written is done without: no
 * preference is worth not starting.
 */
import Store from "electron-store";
import { themes } from "../contract.ts";
import type { Theme, Volumes } from "../contract.ts";
import type { Rectangle } from "./window-placement.ts";

export interface Preferences {
  theme: Theme;
  volumes: Volumes;
  /** Whose machine this is; null: not chosen here. */
  person: string | null;
  consolePlace: Rectangle | null;
  /** An ISO 8601 interval in UTC, `FROM/UNTIL`: paused on this machine. A restart does not end a pause. */
  pausedUntil: string | null;
  /** Without key or mouse for so long, nobody is taken to be here. */
  idleAfterMinutes: number;
}

const defaults: Preferences = {
  theme: "system",
  volumes: { critical: 100, error: 85, warning: 60, info: 40 },
  person: null,
  consolePlace: null,
  pausedUntil: null,
  idleAfterMinutes: 5,
};

const volume = { type: "integer", minimum: 0, maximum: 100 } as const;

export class PreferenceStore {
  /** Null: it could not be opened, and what is chosen holds until the app ends. */
  private readonly store: Store<Preferences> | null;
  /** electron-store reads and checks its file at every look; in a flood of alerts that is many a second. */
  private values: Preferences;

  /** `folder`: TOCSIN_PREFERENCES_DIR, or undefined for the system's place. */
  constructor(folder: string | undefined) {
    this.store = openStore(folder);
    this.values = this.store?.store ?? defaults;
  }

  get<Key extends keyof Preferences>(key: Key): Preferences[Key] {
    return this.values[key];
  }

  /** Kept at once; when the disk refuses, it holds at least until the app ends. */
  set<Key extends keyof Preferences>(key: Key, value: Preferences[Key]): void {
    this.values = { ...this.values, [key]: value };
    try {
      this.store?.set(key, value);
    } catch (error) {
      process.stderr.write(`the preferences cannot be written: ${String(error)}\n`);
    }
  }
}

/** It writes at once what the file lacks, which a full disk, or a folder in the file's place, refuses. */
function openStore(folder: string | undefined): Store<Preferences> | null {
  try {
    return new Store<Preferences>({
      name: "preferences",
      ...(folder ? { cwd: folder } : {}),
      clearInvalidConfig: true,
      defaults,
      schema: {
        theme: { enum: [...themes] },
        volumes: {
          type: "object",
          properties: { critical: volume, error: volume, warning: volume, info: volume },
          required: ["critical", "error", "warning", "info"],
          additionalProperties: false,
        },
        person: { type: ["string", "null"] },
        consolePlace: {
          type: ["object", "null"],
          properties: {
            x: { type: "integer" },
            y: { type: "integer" },
            width: { type: "integer" },
            height: { type: "integer" },
          },
          required: ["x", "y", "width", "height"],
        },
        pausedUntil: { type: ["string", "null"] },
        idleAfterMinutes: { type: "integer", minimum: 1, maximum: 240 },
      },
    });
  } catch (error) {
    process.stderr.write(`the preferences cannot be opened, these are the defaults: ${String(error)}\n`);
    return null;
  }
}
