/**
 * Sleep and wakefulness of the machine: tells of suspend and resume, and keeps the app from being put to sleep while an
 * alert is climbing its policy. Built by `index.ts`.
 */
import { powerMonitor, powerSaveBlocker } from "electron";

export type PowerEvent = "suspend" | "resume" | "lock-screen" | "unlock-screen";

export class Power {
  private blocker: number | null = null;

  constructor(onEvent: (event: PowerEvent) => void) {
    powerMonitor.on("suspend", () => onEvent("suspend"));
    powerMonitor.on("resume", () => onEvent("resume"));
    // These two exist on macOS and Windows only.
    powerMonitor.on("lock-screen", () => onEvent("lock-screen"));
    powerMonitor.on("unlock-screen", () => onEvent("unlock-screen"));
  }

  /** Holds the system awake only while needed: on a laptop it costs the battery. */
  keepAwake(wanted: boolean): void {
    if (wanted && this.blocker === null) this.blocker = powerSaveBlocker.start("prevent-app-suspension");
    if (!wanted && this.blocker !== null) {
      powerSaveBlocker.stop(this.blocker);
      this.blocker = null;
    }
  }
}
