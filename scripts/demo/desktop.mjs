// The desktop of the demo's Ana: this very one where there is one, else a test desktop without a screen where its parts
// are installed, else none; then Tocsin says so and goes on at once to Ana's mail.
import { startDesktop } from "../setup/desktop.mjs";
import { onPath } from "../setup/run.mjs";
import { afterwards } from "./stage.mjs";

const parts = ["Xvfb", "dbus-daemon", "openbox", "dunst", "pulseaudio", "xfce4-panel", "notify-send"];

/** Resolves with `{ env, what }`; `what` null: there is none. */
export async function findDesktop() {
  const { DBUS_SESSION_BUS_ADDRESS: bus, DISPLAY, WAYLAND_DISPLAY } = process.env;
  const here = process.platform !== "linux" || (bus && (DISPLAY || WAYLAND_DISPLAY) && onPath("notify-send"));
  if (here) return { env: process.env, what: "this desktop" };
  if (!parts.every(onPath)) return { env: process.env, what: null };
  const starting = startDesktop().catch(() => null); // the story goes on without
  afterwards(async () => (await starting)?.stop());
  const desktop = await starting;
  return desktop === null
    ? { env: process.env, what: null }
    : { env: desktop.env, what: "a desktop without a screen" };
}
