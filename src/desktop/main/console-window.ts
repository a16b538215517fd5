/**
 * The console: board, alerts, settings. An ordinary window that remembers its place. Built by `index.ts`; opened from
 * the tray, from the alert window, and by a second start of the app.
 */
import { BrowserWindow, screen } from "electron";
import type { PreferenceStore } from "./preferences.ts";
import { isWithinOne } from "./window-placement.ts";
import { groundColour, pageAddress, securePreferences } from "./secure-window.ts";
import { recover } from "./renderer-recovery.ts";

export class ConsoleWindow {
  private window: BrowserWindow | null = null;

  constructor(
    private readonly preload: string,
    private readonly preferences: PreferenceStore,
    private readonly icon: string,
  ) {}

  /** Opens it, or brings it to the front, at one alert when `alertId` is given. */
  show(alertId: string | null): void {
    const fragment = alertId === null ? "" : `#/alerts/${encodeURIComponent(alertId)}`;
    if (this.window === null) this.open(fragment);
    else if (fragment !== "")
      void this.window.loadURL(pageAddress("console", fragment)).catch(() => undefined);
    if (this.window?.isMinimized()) this.window.restore();
    this.window?.show();
    this.window?.focus();
  }

  get browserWindow(): BrowserWindow | null {
    return this.window;
  }

  stop(): void {
    this.window?.destroy();
  }

  private open(fragment: string): void {
    const place = this.preferences.get("consolePlace");
    const areas = screen.getAllDisplays().map((display) => display.workArea);
    const window = new BrowserWindow({
      width: 1100,
      height: 760,
      ...(place !== null && isWithinOne(place, areas) ? place : {}),
      minWidth: 360,
      minHeight: 400,
      show: false,
      title: "Tocsin",
      icon: this.icon,
      autoHideMenuBar: true,
      backgroundColor: groundColour(),
      webPreferences: securePreferences(this.preload),
    });
    window.removeMenu();
    this.window = window;
    window.on("close", () => this.preferences.set("consolePlace", window.getNormalBounds()));
    window.on("closed", () => (this.window = null));
    recover(
      window.webContents,
      () => undefined,
      () => window.destroy(),
    );
    void window.loadURL(pageAddress("console", fragment)).catch(() => undefined);
  }
}
