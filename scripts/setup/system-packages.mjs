// Debian packages that Tocsin and its tests need from the system. Called by start (Electron's libraries) and test (all).
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { withLock } from "./lock.mjs";
import { capture, onPath, run, say, secondsSince } from "./run.mjs";

/** What is needed for what. */
export const PACKAGES = {
  unpack: ["unzip"],
  electron: [
    "libgtk-3-0",
    "libnss3",
    "libasound2",
    "libgbm1",
    "libxss1",
    "libnotify4",
    "libsecret-1-0",
    "libxtst6",
    "libatspi2.0-0",
    "libdrm2",
    "libx11-xcb1",
    "xdg-utils",
    "ca-certificates",
  ],
  desktop: [
    "xvfb",
    "xauth",
    "dbus",
    "dbus-x11",
    "openbox",
    "dunst",
    "libnotify-bin",
    "xdotool",
    "x11-utils",
    "imagemagick",
    "pulseaudio",
    "pulseaudio-utils",
    "sox",
    "xfce4-panel",
    "xfconf",
    "fonts-dejavu-core",
    "adwaita-icon-theme",
  ],
  mail: ["exim4-daemon-light", "dovecot-imapd", "openssl"],
  monitoring: ["prometheus", "prometheus-alertmanager"],
  oncall: ["python3-dateutil", "tzdata"],
};

/**
 * Installs what is missing for the given purposes, where we are root on Debian.
 * Returns `{ ok: true }`, or `{ ok: false, remedy }` with the exact line to run (or what to look for elsewhere).
 */
export async function ensureSystemPackages(purposes) {
  if (process.platform !== "linux") return { ok: true };
  const wanted = [...new Set(purposes.flatMap((purpose) => PACKAGES[purpose]))];
  if (!onPath("dpkg-query")) {
    return { ok: false, remedy: `not a Debian system: install what it calls ${wanted.join(" ")}` };
  }
  if (missingOf(wanted).length === 0) return { ok: true };
  if (process.getuid() !== 0) return { ok: false, remedy: `sudo ${installLine(missingOf(wanted))}` };
  return withLock("apt", () => install(missingOf(wanted)));
}

async function install(missing) {
  if (missing.length === 0) return { ok: true };
  const startedMs = performance.now();
  say(`installing system packages: ${missing.join(" ")} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const quiet = { env, stdio: ["ignore", "ignore", 2] };
  const forbidding = forbidServiceStarts();
  try {
    await run("apt-get", ["-qq", "-o", "DPkg::Lock::Timeout=300", "update"], quiet);
    await run(
      "apt-get",
      ["-qq", "-o", "DPkg::Lock::Timeout=300", "install", "-y", "--no-install-recommends", ...missing],
      quiet,
    );
  } catch (error) {
    return { ok: false, remedy: `${error.message}; by hand: ${installLine(missing)}` };
  } finally {
    forbidding.end();
  }
  say(`system packages installed in ${secondsSince(startedMs)}`);
  return { ok: true };
}

const POLICY = "/usr/sbin/policy-rc.d";
const OURS = "#!/bin/sh\n# Made by Tocsin's set-up while it installs packages; safe to delete.\nexit 101\n";

/** While packages install, no daemon among them (exim, prometheus …) is started and takes its port (invoke-rc.d(8)). */
function forbidServiceStarts() {
  const end = () => {
    if (existsSync(POLICY) && readFileSync(POLICY, "utf8") === OURS) rmSync(POLICY);
  };
  if (existsSync(POLICY) && readFileSync(POLICY, "utf8") !== OURS) return { end: () => {} };
  writeFileSync(POLICY, OURS, { mode: 0o755 });
  process.once("exit", end);
  const interrupted = () => process.exit(130);
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  const endAndListenNoMore = () => {
    end();
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
  };
  return { end: endAndListenNoMore };
}

function missingOf(wanted) {
  const listed = capture("/bin/sh", [
    "-c",
    "dpkg-query -W -f '${Package} ${db:Status-Status}\\n' \"$@\" 2>/dev/null; true",
    "sh",
    ...wanted,
  ]);
  const installed = new Set(
    listed
      ?.split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]),
  );
  return wanted.filter((name) => !installed.has(name));
}

function installLine(packages) {
  return `apt-get install -y --no-install-recommends ${packages.join(" ")}`;
}
