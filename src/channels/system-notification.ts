/**
 * The desktop of a headless engine: the system's own notifications, where there is no Electron to draw a window. Made by
 * compose for `tocsin serve`; a fallback without buttons, never a way to acknowledge.
 *
 * Linux: `notify-send` with an argument list, since node-notifier hands its command line to a shell there and takes a
 * title that begins with `-` for an option. macOS and Windows: node-notifier, which uses argument lists there.
 */
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Tell } from "#domain/command";
import type { PersonId } from "#domain/ids";
import type { Severity } from "#domain/severity";
import type { Desktops, Notice } from "#engine/ports";
import { escapeMarkup, shorten, singleLine, withoutDirectionMarks } from "./hostile-text.ts";

/** As much of a notice as is shown: a desk has no more than this. */
export interface Popup extends Pick<Notice, "why" | "stillWanted"> {
  readonly alert: Pick<Notice["alert"], "id" | "severity" | "title" | "source">;
  readonly person: Pick<Notice["person"], "id">;
}

export interface SystemDesktops extends Desktops {
  present(popup: Popup, signal: AbortSignal): ReturnType<Desktops["present"]>;
  /** Whether this machine can show notifications at all, and if not, why, with the remedy. */
  availability(): Availability;
  isAvailable(): boolean;
  /** A quiet word for whoever this machine belongs to; for anybody else, or without a desktop, it is not said. */
  tell(word: Tell): void;
}

export type Availability = { readonly ok: true } | { readonly ok: false; readonly text: string };

export interface SystemDesktopsOptions {
  /** Whose machine this is; null while that is not known. */
  readonly person: () => PersonId | null;
  readonly platform?: NodeJS.Platform;
  /** Environment variables; read anew each time, since a session bus may come later. */
  readonly environment?: NodeJS.ProcessEnv;
}

export function createSystemDesktops(options: SystemDesktopsOptions): SystemDesktops {
  const platform = options.platform ?? process.platform;
  const environment = options.environment ?? process.env;
  const availability = (): Availability =>
    platform === "linux" ? availabilityOnLinux(environment) : availabilityElsewhere(platform);

  return {
    availability,
    isAvailable: () => availability().ok,
    tell(word) {
      if (word.person !== options.person() || !availability().ok) return;
      const words: Words = {
        title: line(word.title, titleMax),
        body: line(word.text, bodyMax),
        urgency: "normal",
        stays: false,
      };
      const limit = AbortSignal.timeout(tellWithinMs);
      const said = platform === "linux" ? notifySend(words, environment, limit) : nodeNotifier(words);
      // Nothing waits for it, and there is nobody else to tell.
      said.catch(() => undefined);
    },
    async present(notice, signal) {
      if (notice.person.id !== options.person() || !availability().ok) return "none-attached";
      if (!notice.stillWanted()) return "not-shown";
      const words = wordsOf(notice);
      try {
        if (platform === "linux") await notifySend(words, environment, signal);
        else await nodeNotifier(words);
        return "shown";
      } catch {
        return "not-shown";
      }
    },
  };
}

interface Words {
  readonly title: string;
  readonly body: string;
  readonly urgency: "critical" | "normal";
  /** Until somebody closes it. */
  readonly stays: boolean;
}

const titleMax = 120;
const bodyMax = 400;
const tellWithinMs = 10_000;

function line(text: string, limit: number): string {
  return shorten(withoutDirectionMarks(singleLine(text)), limit);
}

function wordsOf({ alert, why }: Popup): Words {
  return {
    title: line(`${alert.severity.toUpperCase()}: ${alert.title}`, titleMax),
    body: line(`${why} From ${alert.source}. To acknowledge: tocsin ack ${alert.id}`, bodyMax),
    urgency: urgencyOf(alert.severity),
    stays: true,
  };
}

/** `low` is never used: desktops show it late or not at all. */
function urgencyOf(severity: Severity): Words["urgency"] {
  return severity === "info" ? "normal" : "critical";
}

/**
 * Resolves once the notification daemon has taken it. The body may be markup (freedesktop.org's Desktop Notifications
 * specification), the title never is.
 */
function notifySend(
  { title, body, urgency, stays }: Words,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<void> {
  const args = [
    "--app-name=Tocsin",
    `--urgency=${urgency}`,
    ...(stays ? ["--expire-time=0"] : []),
    "--",
    title,
    escapeMarkup(body),
  ];
  return new Promise((resolve, reject) => {
    execFile("notify-send", args, { env: environment, signal, timeout: 10_000 }, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

async function nodeNotifier({ title, body }: Words): Promise<void> {
  // Loaded only where it is used: on Linux it never is.
  const { default: notifier } = await import("node-notifier");
  return new Promise((resolve, reject) => {
    notifier.notify({ title, message: body, wait: false, timeout: false }, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

function availabilityOnLinux(environment: NodeJS.ProcessEnv): Availability {
  if (!environment["DBUS_SESSION_BUS_ADDRESS"]) {
    return {
      ok: false,
      text: "No session bus (DBUS_SESSION_BUS_ADDRESS is not set): start Tocsin inside a desktop session.",
    };
  }
  if (!isOnPath("notify-send", environment)) {
    return {
      ok: false,
      text: "notify-send is missing: install libnotify-bin (Debian) or libnotify (Fedora, Arch).",
    };
  }
  return { ok: true };
}

function availabilityElsewhere(platform: NodeJS.Platform): Availability {
  if (platform === "darwin" || platform === "win32") return { ok: true };
  return { ok: false, text: `Tocsin knows no notifications on ${platform}.` };
}

function isOnPath(command: string, environment: NodeJS.ProcessEnv): boolean {
  return (environment["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return folder !== "";
    } catch {
      return false;
    }
  });
}
