/**
 * Brings a dead or hanging page back (nothing in Electron does): reloads it a few times, then gives it up so that its
 * owner can make a new window. Called by the alert and console windows.
 */
import type { WebContents } from "electron";

const attempts = 3;
const withinMs = 60_000;

/** `onDead` is called at every death, `onGivenUp` once, when reloading has not helped. */
export function recover(contents: WebContents, onDead: () => void, onGivenUp: (why: string) => void): void {
  const deaths: number[] = [];
  contents.on("render-process-gone", (_event, details) => {
    if (details.reason === "clean-exit") return;
    onDead();
    const now = performance.now();
    deaths.push(now);
    const recent = deaths.filter((at) => now - at < withinMs).length;
    // In the next turn: Chromium refuses a reload from within this event.
    if (recent <= attempts) setImmediate(() => !contents.isDestroyed() && contents.reload());
    else onGivenUp(details.reason);
  });
  contents.on("unresponsive", () => contents.forcefullyCrashRenderer());
}
