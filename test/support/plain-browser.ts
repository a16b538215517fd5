/** A plain browser for test/e2e: a bare window of Electron, without Tocsin's main process or preload. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { _electron } from "playwright-core";
import type { ElectronApplication, Page } from "playwright-core";
import { electronExecutable } from "./desktop-app.ts";

/** No `await` at the top: Electron is not ready before its main module has run. */
const program = `import { app, BrowserWindow } from "electron";
app.on("window-all-closed", () => undefined);
app.whenReady().then(() => {
  new BrowserWindow({ width: 1100, height: 860, useContentSize: true }).loadURL(process.env.PLAIN_BROWSER_URL);
});
`;

export class PlainBrowser {
  private constructor(
    private readonly electron: ElectronApplication,
    private readonly folder: string,
    readonly page: Page,
  ) {}

  static async open(url: string): Promise<PlainBrowser> {
    const folder = mkdtempSync(join(tmpdir(), "tocsin-browser-"));
    writeFileSync(
      join(folder, "package.json"),
      `{"name":"plain-browser","version":"1.0.0","type":"module","main":"main.js"}`,
    );
    writeFileSync(join(folder, "main.js"), program);
    const electron = await _electron.launch({
      executablePath: await electronExecutable(),
      args: ["--no-sandbox", folder, `--user-data-dir=${join(folder, "profile")}`],
      env: { ...process.env, PLAIN_BROWSER_URL: url } as Record<string, string>,
      colorScheme: null,
    });
    return new PlainBrowser(electron, folder, await electron.firstWindow());
  }

  /** CSS pixels of the page. */
  async resize(width: number, height: number): Promise<void> {
    await this.electron.evaluate(
      ({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0]!.setContentSize(w!, h!),
      [width, height],
    );
  }

  /** What the system prefers. */
  async prefer(theme: "light" | "dark"): Promise<void> {
    await this.electron.evaluate(({ nativeTheme }, wanted) => {
      nativeTheme.themeSource = wanted;
    }, theme);
  }

  async close(): Promise<void> {
    await this.electron.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
