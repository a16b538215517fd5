/**
 * What every window of the app has in common: a sandboxed page of our own protocol that can go nowhere else. Used by the
 * alert window, the console window and the sound player.
 */
import { app, dialog, nativeTheme, shell } from "electron";
import type { BrowserWindow, WebPreferences } from "electron";
import { pageOrigin } from "./protocol.ts";

export type PageName = "alert" | "console" | "sound";

export function pageAddress(page: PageName, fragment = ""): string {
  return `${pageOrigin}/${page}.html${fragment}`;
}

export function securePreferences(preload: string): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webviewTag: false,
    spellcheck: false,
  };
}

/** The pages' ground (theme.css), so that a window does not flash in another colour before its page is drawn. */
export function groundColour(): string {
  return nativeTheme.shouldUseDarkColors ? "#1a1c1e" : "#efefec";
}

/** For alerts and their sound, which must not wait because a window is covered or hidden. */
export const unthrottled: WebPreferences = { backgroundThrottling: false };

/** For every page that is ever made, whoever makes it. Call once. */
export function lockDownPages(): void {
  app.on("web-contents-created", (_event, contents) => {
    contents.on("will-navigate", (event) => event.preventDefault());
    contents.on("will-redirect", (event) => event.preventDefault());
    contents.on("will-attach-webview", (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: "deny" }));
    contents.session.setPermissionRequestHandler((_contents, permission, answer) =>
      answer(permission === "clipboard-sanitized-write"),
    );
    contents.session.setPermissionCheckHandler(
      (_contents, permission) => permission === "clipboard-sanitized-write",
    );
  });
}

/** Opens a link of an alert in the browser: http and https only, after the person has seen where it really goes. */
export async function openLink(href: string, parent: BrowserWindow | null): Promise<boolean> {
  const address = URL.canParse(href) ? new URL(href) : null;
  if (address === null || (address.protocol !== "https:" && address.protocol !== "http:")) return false;
  const question = {
    type: "question" as const,
    message: `Open ${address.host} in your browser?`,
    detail: address.href,
    buttons: ["Cancel", "Open"],
    defaultId: 1,
    cancelId: 0,
  };
  const { response } = await (parent
    ? dialog.showMessageBox(parent, question)
    : dialog.showMessageBox(question));
  if (response !== 1) return false;
  await shell.openExternal(address.href);
  return true;
}
