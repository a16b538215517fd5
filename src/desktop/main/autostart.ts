/**
 * Start at login. Linux has no interface for it but a file (XDG Autostart Specification); elsewhere Electron does it.
 * Called by `index.ts`, which also repairs the entry at every start: an AppImage moves, a checkout is renamed.
 */
import { app } from "electron";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { DesktopState } from "../contract.ts";
import { desktopEntry } from "./desktop-entry.ts";

export class Autostart {
  /** `command`: the program and its arguments, as this start had them. */
  constructor(private readonly command: readonly [string, ...string[]]) {}

  status(): DesktopState["autostart"] {
    const obstacle = sandboxed();
    if (obstacle !== null) return { supported: false, enabled: false, text: obstacle };
    const enabled =
      process.platform === "linux" ? existsSync(file()) : app.getLoginItemSettings().openAtLogin;
    return {
      supported: true,
      enabled,
      text: enabled ? "Tocsin starts when you log in." : "Tocsin does not start by itself.",
    };
  }

  /** Returns null when it is done, else why not, with the remedy. */
  set(enabled: boolean): string | null {
    if (sandboxed() !== null) return sandboxed();
    const [path, ...args] = this.command;
    if (process.platform !== "linux") {
      app.setLoginItemSettings({ openAtLogin: enabled, path, args });
      return null;
    }
    try {
      if (!enabled) rmSync(file(), { force: true });
      else this.write();
      return null;
    } catch (error) {
      return `${file()} cannot be written (${(error as NodeJS.ErrnoException).code}): check who owns the folder.`;
    }
  }

  /** Points an existing entry at where the app is now, if it can. */
  repair(): void {
    if (process.platform !== "linux" || sandboxed() !== null || !existsSync(file())) return;
    try {
      if (readFileSync(file(), "utf8") !== desktopEntry(this.command)) this.write();
    } catch (error) {
      process.stderr.write(`${file()} cannot be repaired: ${String(error)}\n`);
    }
  }

  private write(): void {
    mkdirSync(folder(), { recursive: true });
    writeFileSync(file(), desktopEntry(this.command));
  }
}

function folder(): string {
  return join(process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config"), "autostart");
}

function file(): string {
  return join(folder(), "tocsin.desktop");
}

/** Flatpak and Snap keep the folder from us and have ways of their own. */
function sandboxed(): string | null {
  if (process.env["FLATPAK_ID"]) return "Inside Flatpak, switch it on in the system's settings.";
  if (process.env["SNAP"]) return "Inside Snap, switch it on in the system's settings.";
  return null;
}
