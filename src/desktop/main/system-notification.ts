/**
 * The desktop's own notifications: for when the alert window cannot be relied on (no window, Wayland's rules) and when
 * the app itself is not to be trusted. Built by `index.ts`. A click opens what it is about.
 */
import { Notification } from "electron";

export interface Notice {
  /** A newer notice under the same key takes the place of the older one. */
  readonly key: string;
  readonly title: string;
  readonly body: string;
  /** No sound, and the desktop may take it away by itself: a courtesy, not an alert. */
  readonly quiet?: true;
}

export class SystemNotifications {
  private readonly shown = new Map<string, Notification>();

  constructor(
    private readonly icon: string,
    private readonly onClick: (key: string) => void,
  ) {}

  show(notice: Notice): void {
    this.close(notice.key);
    if (!Notification.isSupported()) return;
    const { title, body } = notice;
    // Desktops render markup in bodies; what comes from an alert is text.
    const notification = new Notification({
      title,
      body: process.platform === "linux" ? escaped(body) : body,
      icon: this.icon,
      urgency: notice.quiet ? "normal" : "critical",
      timeoutType: notice.quiet ? "default" : "never",
      silent: notice.quiet ?? false,
    });
    notification.on("click", () => this.onClick(notice.key));
    this.shown.set(notice.key, notification);
    notification.show();
  }

  close(key: string): void {
    this.shown.get(key)?.close();
    this.shown.delete(key);
  }

  stop(): void {
    for (const key of [...this.shown.keys()]) this.close(key);
  }
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Electron speaks Wayland by itself from this version on, whatever X server there is beside it. */
const waylandByDefault = 38;

/** On Wayland no application may put itself on top, place itself, or ask for attention but in this way. */
export function windowsAreUnreliable(environment: NodeJS.ProcessEnv, argv: readonly string[]): boolean {
  if (process.platform !== "linux" || argv.includes("--ozone-platform=x11")) return false;
  if (argv.includes("--ozone-platform=wayland")) return true;
  const isDefault = Number.parseInt(process.versions.electron ?? "0", 10) >= waylandByDefault;
  return environment["WAYLAND_DISPLAY"] !== undefined && (isDefault || environment["DISPLAY"] === undefined);
}
