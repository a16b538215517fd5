// A whole desktop for tests, without a screen: X server, window manager, notifications, a panel with a tray, sound.
// Called by scripts/with-desktop.mjs. Needs PACKAGES.desktop of setup/system-packages.mjs. Nothing of the user's is read
// or written: HOME, the XDG folders, the session bus and the sound server are new, and gone afterwards.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { cacheDir } from "./paths.mjs";
import { onPath } from "./run.mjs";
import { PACKAGES } from "./system-packages.mjs";

const READY_MS = 30_000;
/** What tests may ask for by name: the only sink, recorded with `parec -d nul.monitor`. */
export const SINK = "nul";

/** Resolves with `{ env, stop }` once every part answers; rejects with the part that does not, and what it said. */
export async function startDesktop() {
  const missing = ["Xvfb", "dbus-daemon", "openbox", "dunst", "pulseaudio", "xfce4-panel"].find(
    (name) => !onPath(name),
  );
  if (missing)
    throw new Error(
      `${missing} is not installed: apt-get install -y --no-install-recommends ${PACKAGES.desktop.join(" ")}`,
    );
  const home = mkdtempSync(join(tmpdir(), "tocsin-desktop-"));
  const env = environment(home);
  const parts = [];
  const stop = async () => {
    await Promise.all(parts.reverse().map(end));
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    await startParts(home, env, parts);
    return { env, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(home, env, parts) {
  const start = (name, command, args, fds = []) => {
    const log = join(home, "logs", name);
    const file = openSync(log, "a");
    const part = {
      name,
      log,
      child: spawn(...tiedToUs(command, args), {
        env,
        detached: true,
        stdio: ["ignore", file, file, ...fds],
      }),
    };
    part.exited = new Promise((done) => part.child.once("exit", done).once("error", done));
    parts.push(part);
    return part;
  };
  const bus = (name) => {
    const address = `--address=unix:path=${join(env.XDG_RUNTIME_DIR, name)}`;
    return start(
      name,
      "dbus-daemon",
      ["--session", "--nofork", "--nopidfile", address, "--print-address=3"],
      ["pipe"],
    );
  };
  env.DBUS_SESSION_BUS_ADDRESS = await firstLine(bus("bus"));
  // A private system bus too: Electron looks there for suspend and resume, and a test may play logind on it.
  env.DBUS_SYSTEM_BUS_ADDRESS = await firstLine(bus("system-bus"));
  const screen = [
    "-screen",
    "0",
    process.env.TOCSIN_DESKTOP_SCREEN ?? "1600x1000x24",
    "-nolisten",
    "tcp",
    "-noreset",
  ];
  const x = start("xvfb", "Xvfb", ["-displayfd", "3", ...screen], ["pipe"]);
  env.DISPLAY = `:${await firstLine(x)}`;

  start("openbox", "openbox", ["--sm-disable"]);
  const notifications = start("dunst", "dunst", []);
  const sink = ["-L", `module-null-sink sink_name=${SINK}`, "-L", "module-native-protocol-unix"];
  const sound = start("pulseaudio", "pulseaudio", [
    "-n",
    "--daemonize=no",
    "--use-pid-file=no",
    "--exit-idle-time=-1",
    ...sink,
  ]);
  const panel = start("panel", "xfce4-panel", ["--disable-wm-check"]);

  const answers = (command, args) =>
    spawnSync(command, args, { env, stdio: "ignore", timeout: 5000 }).status === 0;
  const owns = (name) =>
    answers("dbus-send", [
      "--session",
      "--print-reply",
      "--dest=org.freedesktop.DBus",
      "/",
      "org.freedesktop.DBus.GetNameOwner",
      `string:${name}`,
    ]);
  await ready(notifications, () => owns("org.freedesktop.Notifications"));
  await ready(sound, () => answers("pactl", ["set-default-sink", SINK]));
  await ready(panel, () => owns("org.kde.StatusNotifierWatcher"));
}

function environment(home) {
  const runtime = join(home, "run");
  mkdirSync(join(home, "logs"));
  mkdirSync(runtime, { mode: 0o700 });
  writePanelConfiguration(join(home, ".config/xfce4/xfconf/xfce-perchannel-xml"));
  const env = { ...process.env, TOCSIN_CACHE_DIR: cacheDir() }; // found through the old HOME, shared on purpose
  for (const name of Object.keys(env)) {
    if (/^(XDG_|WAYLAND_|DBUS_|PULSE_|SESSION_MANAGER|XAUTHORITY|DESKTOP_SESSION)/.test(name))
      delete env[name];
  }
  return Object.assign(env, {
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    XDG_CURRENT_DESKTOP: "XFCE",
    XDG_SESSION_TYPE: "x11",
    PULSE_SERVER: `unix:${join(runtime, "pulse/native")}`,
    NO_AT_BRIDGE: "1", // GTK asks for an accessibility bus otherwise, and waits for it
    TOCSIN_DESKTOP: "1",
    TOCSIN_DESKTOP_LOGS: join(home, "logs"),
  });
}

/** One panel at the bottom with a tray in it: the systray plugin is the StatusNotifierWatcher (freedesktop SNI). */
function writePanelConfiguration(folder) {
  mkdirSync(folder, { recursive: true });
  const panel = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=10;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
    </property>
  </property>
</channel>
`;
  writeFileSync(join(folder, "xfce4-panel.xml"), panel);
}

/** Should this process be killed outright, the kernel ends the parts (util-linux's setpriv). */
function tiedToUs(command, args) {
  return onPath("setpriv") ? ["setpriv", ["--pdeathsig", "TERM", "--", command, ...args]] : [command, args];
}

function firstLine(part) {
  return new Promise((done, fail) => {
    let text = "";
    part.child.stdio[3].on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) done(text.split("\n")[0]);
    });
    part.exited.then(() => fail(failure(part, "ended")));
  });
}

async function ready(part, answers) {
  const untilMs = performance.now() + READY_MS;
  while (!answers()) {
    if (part.child.exitCode !== null) throw failure(part, `ended with ${part.child.exitCode}`);
    if (performance.now() > untilMs) throw failure(part, `did not answer for ${READY_MS / 1000} s`);
    await pause(50);
  }
}

function failure(part, what) {
  return new Error(
    `the test desktop's ${part.name} ${what}:\n${readFileSync(part.log, "utf8").slice(-2000)}`,
  );
}

async function end(part) {
  const signal = (name) => {
    try {
      process.kill(-part.child.pid, name);
    } catch {
      // It is gone.
    }
  };
  signal("SIGTERM");
  await Promise.race([part.exited, pause(2000, undefined, { ref: false })]);
  signal("SIGKILL");
}
