/**
 * A desktop besides the one that the tests run on: a display, a session bus, a tray, a sound server and a person's hands,
 * all of its own. For tests with the screens of several people.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export class OtherDesktop {
  private corner = 0;

  private constructor(
    /** For whatever is to run on it. */
    readonly env: NodeJS.ProcessEnv,
    private readonly sessionFolder: string,
    private readonly end: () => Promise<void>,
  ) {}

  static async start(): Promise<OtherDesktop> {
    // By address, since the script is plain JavaScript without types.
    const script = new URL("../../scripts/setup/desktop.mjs", import.meta.url).href;
    const { startDesktop } = (await import(script)) as {
      startDesktop(): Promise<{ env: NodeJS.ProcessEnv; stop(): Promise<void> }>;
    };
    const { env, stop } = await startDesktop();
    const folder = mkdtempSync(join(tmpdir(), "tocsin-session-"));
    const desktop = new OtherDesktop(
      { ...env, PATH: `${folder}${delimiter}${env["PATH"]}`, XDG_SESSION_ID: "c1" },
      folder,
      stop,
    );
    // Stands in for the session's own word, which this desktop has nobody to give.
    desktop.lock(false);
    writeFileSync(join(folder, "loginctl"), `#!/bin/sh\ncat "${join(folder, "locked")}"\n`);
    chmodSync(join(folder, "loginctl"), 0o755);
    return desktop;
  }

  lock(on: boolean): void {
    writeFileSync(join(this.sessionFolder, "locked"), on ? "yes\n" : "no\n");
  }

  /** A real movement, in an empty corner of the screen: not over the alert window. */
  moveMouse(): void {
    this.corner = (this.corner + 7) % 50;
    execFileSync("xdotool", ["mousemove", String(5 + this.corner), "5"], { env: this.env });
  }

  async stop(): Promise<void> {
    await this.end();
    rmSync(this.sessionFolder, { recursive: true, force: true });
  }
}
