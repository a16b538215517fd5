/**
 * When an app's alert window came and went, when its sound did, and when somebody pressed in it: as the app itself saw it,
 * in ms of the machine's clock, which all apps on it share. For test/e2e.
 */
import type { Page } from "playwright-core";
import type { DesktopApp } from "./desktop-app.ts";
import { eventually } from "./desktop-app.ts";

/** The last time of each; 0: never. */
export interface Recorded {
  readonly shownAt: number;
  readonly hiddenAt: number;
  /** Samples that can be heard have left the sound page. */
  readonly soundingAt: number;
  readonly silentAt: number;
}

export class AlertRecorder {
  private constructor(
    private readonly app: DesktopApp,
    /** The alert window's. */
    readonly page: Page,
  ) {}

  static async of(app: DesktopApp): Promise<AlertRecorder> {
    await eventually(async () => {
      if ((await app.window("Tocsin alert")) === null) throw new Error("no alert window");
    });
    const page = await app.page("alert");
    await page.evaluate(`addEventListener("pointerdown", () => (window.pressedAt = Date.now()), true)`);
    await app.electron.evaluate(({ BrowserWindow, ipcMain }) => {
      const recorded = { shownAt: 0, hiddenAt: 0, soundingAt: 0, silentAt: 0 };
      Object.assign(globalThis, { recorded });
      const window = BrowserWindow.getAllWindows().find((one) => one.getTitle() === "Tocsin alert")!;
      window.on("show", () => (recorded.shownAt = Date.now()));
      window.on("hide", () => (recorded.hiddenAt = Date.now()));
      ipcMain.on("tocsin:sound-report", (_event, report: { type: string; sounding?: boolean }) => {
        if (report.type === "sounding") recorded[report.sounding ? "soundingAt" : "silentAt"] = Date.now();
      });
    });
    return new AlertRecorder(app, page);
  }

  recorded(): Promise<Recorded> {
    return this.app.electron.evaluate(() => (globalThis as unknown as { recorded: Recorded }).recorded);
  }

  /** 0: never. */
  pressedAt(): Promise<number> {
    return this.page.evaluate("window.pressedAt ?? 0");
  }

  /** Resolves with when the window came, once it is on the screen and its sound is heard. */
  shownAt(since: number): Promise<number> {
    return eventually(async () => {
      const { shownAt, soundingAt } = await this.recorded();
      if (shownAt < since || soundingAt < since) throw new Error("the alert is not on the screen and heard");
      return shownAt;
    });
  }

  /** Resolves with when both the window and its sound were gone, once they are. */
  goneAt(since: number, withinMs?: number): Promise<number> {
    return eventually(async () => {
      const { hiddenAt, silentAt } = await this.recorded();
      if (hiddenAt < since || silentAt < since) throw new Error("the window or its sound is still there");
      return Math.max(hiddenAt, silentAt);
    }, withinMs);
  }
}
