/**
 * What this machine remembers between starts (contract §5): electron-store's file, in TOCSIN_PREFERENCES_DIR when set.
 * Built by `index.ts`. A damaged file is replaced by the defaults: no preference is worth not starting.
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
  autostart: boolean;
  /** ISO 8601 UTC: paused on this machine until then. A restart does not end a pause. */
  pausedUntil: string | null;
}

export type PreferenceStore = Store<Preferences>;

const volume = { type: "integer", minimum: 0, maximum: 100 } as const;

export function openPreferences(environment: NodeJS.ProcessEnv): PreferenceStore {
  const folder = environment["TOCSIN_PREFERENCES_DIR"];
  return new Store<Preferences>({
    name: "preferences",
    ...(folder ? { cwd: folder } : {}),
    clearInvalidConfig: true,
    defaults: {
      theme: "system",
      volumes: { critical: 100, error: 85, warning: 60, info: 40 },
      person: null,
      consolePlace: null,
      autostart: false,
      pausedUntil: null,
    },
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
        properties: { x: { type: "integer" }, y: { type: "integer" }, width: { type: "integer" }, height: { type: "integer" } },
        required: ["x", "y", "width", "height"],
      },
      autostart: { type: "boolean" },
      pausedUntil: { type: ["string", "null"] },
    },
  });
}
