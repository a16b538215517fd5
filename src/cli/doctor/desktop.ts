/** Checks of the desktop around Tocsin: display, notifications, tray, sound, Electron, start at login. For `tocsin doctor`. */
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { createSystemDesktops } from "#channels/system-notification";
import { installationDirectory } from "../installation.ts";
import { askProgram, isOnSessionBus } from "./ask-program.ts";
import { failure, fine, skipped, warning, type Check, type Finding } from "./finding.ts";

const onLinux = process.platform === "linux";

export function desktopChecks(): readonly Check[] {
  return [
    { name: "display", look: display },
    { name: "notifications", look: notifications },
    { name: "tray", look: tray },
    { name: "sound", look: sound },
    { name: "Electron", look: electron },
    { name: "start at login", look: startAtLogin },
  ];
}

async function display(): Promise<Finding> {
  if (!onLinux) return fine("the system's own");
  const { DISPLAY, WAYLAND_DISPLAY, XDG_RUNTIME_DIR = "" } = process.env;
  if (!DISPLAY && !WAYLAND_DISPLAY)
    return warning(
      "none (DISPLAY and WAYLAND_DISPLAY are unset): no window, no tray, no sound",
      "Start Tocsin inside a desktop session.",
    );
  const number = /^(?:unix)?:(\d+)/.exec(DISPLAY ?? "")?.[1];
  const sockets = [
    ...(WAYLAND_DISPLAY ? [join(XDG_RUNTIME_DIR, WAYLAND_DISPLAY)] : []),
    ...(number === undefined ? [] : [`/tmp/.X11-unix/X${number}`]),
  ];
  // Another machine's display, over ssh: not tried.
  if (sockets.length === 0) return fine(`DISPLAY is ${DISPLAY}`);
  const answers = await Promise.all(sockets.map(accepts));
  const which = WAYLAND_DISPLAY ? `Wayland (${WAYLAND_DISPLAY})` : `X11 (${DISPLAY})`;
  if (!answers.includes(true))
    return failure(`${which} does not answer`, "Start Tocsin inside a desktop session.");
  return WAYLAND_DISPLAY && DISPLAY === undefined
    ? warning(
        `${which}, where no program may put its window above the others`,
        "Install XWayland to have alerts on top.",
      )
    : fine(`${which} answers`);
}

function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.setTimeout(2_000, () => socket.destroy());
    socket.once("connect", () => (resolve(true), socket.destroy()));
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
  });
}

async function notifications(): Promise<Finding> {
  const availability = createSystemDesktops({ person: () => null }).availability();
  if (!availability.ok) return warning("a headless engine can show none here", availability.text);
  if (!onLinux) return fine("the system's own");
  const owned = await isOnSessionBus("org.freedesktop.Notifications");
  if (owned === null)
    return warning("the session bus does not answer", "Start Tocsin inside a desktop session.");
  // Not running is not broken: the bus starts many of them at the first notification.
  return owned
    ? fine("a notification daemon runs")
    : warning(
        "no notification daemon runs on the session bus",
        "Start your desktop's, or install one such as dunst.",
      );
}

async function tray(): Promise<Finding> {
  if (!onLinux) return fine("the system's own");
  if (!process.env["DBUS_SESSION_BUS_ADDRESS"]) return skipped("there is no session bus");
  const host = await isOnSessionBus("org.kde.StatusNotifierWatcher");
  if (host === null) return skipped("the session bus does not answer");
  return host
    ? fine("a panel shows status icons (StatusNotifierItem)")
    : warning(
        "no panel shows status icons",
        "On GNOME install the AppIndicator extension; alerts are shown all the same.",
      );
}

async function sound(): Promise<Finding> {
  if (!onLinux) return fine("the system's own");
  const about = await askProgram("pactl", ["info"]);
  if (about === null) {
    const { PULSE_SERVER, XDG_RUNTIME_DIR = "/nonexistent" } = process.env;
    const sockets = ["pulse/native", "pipewire-0"].map((name) => join(XDG_RUNTIME_DIR, name));
    const found = PULSE_SERVER ?? sockets.find(existsSync);
    return found === undefined
      ? warning(
          "no sound server: alerts are silent",
          "Start PulseAudio or PipeWire, inside the desktop session.",
        )
      : skipped(`a sound server seems to be at ${found}; install pulseaudio-utils to have it asked`);
  }
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(about)?.[1] ?? "unknown";
  const server = field("Server Name");
  const sink = field("Default Sink");
  if (sink === "auto_null" || sink === "@DEFAULT_SINK@" || sink === "unknown")
    return warning(
      `${server} runs, but has no output: alerts are silent`,
      "Connect or switch on a sound device.",
    );
  const muted = await askProgram("pactl", ["get-sink-mute", "@DEFAULT_SINK@"]);
  if (muted?.endsWith("yes") === true)
    return warning(
      `the output ${sink} is muted: alerts are silent`,
      "Unmute it: pactl set-sink-mute @DEFAULT_SINK@ 0",
    );
  return fine(`${server}, output ${sink}`);
}

/** In a checkout the set-up scripts know; the packaged app carries its own. */
async function electron(): Promise<Finding> {
  const script = join(installationDirectory(), "scripts", "setup", "electron.mjs");
  if (!existsSync(script)) return skipped("this is no checkout; the packaged app carries its own");
  const answer = await askProgram(process.execPath, [script, "--installed"]);
  const installed = answer === null ? null : (JSON.parse(answer) as Installed | null);
  if (installed === null)
    return warning("none has been fetched yet: no desktop app", 'Run "npm start" once.');
  const libraries = installed.missingLibraries;
  return libraries.length === 0
    ? fine(`${installed.version}, ${installed.reason}`)
    : warning(
        `${installed.version} lacks ${libraries.join(", ")}: no desktop app`,
        'Install them, or run "npm start" as root on Debian.',
      );
}

/** What `electron.mjs --installed` prints. */
interface Installed {
  readonly version: string;
  readonly reason: string;
  readonly missingLibraries: readonly string[];
}

/** The entry that the app writes (src/desktop/main/autostart.ts, XDG Autostart Specification). */
function startAtLogin(): Finding {
  if (!onLinux) return skipped("the app's settings show it");
  const folder = join(process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config"), "autostart");
  const file = join(folder, "tocsin.desktop");
  if (!existsSync(file))
    return warning(
      "off: after a restart of this machine nobody is alerted",
      "Switch it on in the console's settings.",
    );
  const program = /^Exec="?([^"\n ]+)/m.exec(readFileSync(file, "utf8"))?.[1];
  return program === undefined || !existsSync(program)
    ? failure(
        `${file} names ${program ?? "no program"}, which is not there`,
        "Start Tocsin once by hand: it repairs the entry.",
      )
    : fine("on");
}
