// Makes every icon and sound of Tocsin: `node scripts/assets/make.mjs [FOLDER]`, FOLDER being
// assets/ of this checkout unless given. The same bytes every time and everywhere; what it
// makes is committed, and test/assets holds the two equal.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { icnsFile, icoFile } from "./drawing/containers.mjs";
import { framed } from "./drawing/canvas.mjs";
import { pngFile } from "./drawing/png.mjs";
import { APPLICATION_SIZES, applicationIcon, applicationSvg } from "./icons/application.mjs";
import { TRAY_NAMES, trayIcon } from "./icons/tray.mjs";
import { PATTERNS } from "./sounds/patterns.mjs";
import { inFileMs, rendered, SAMPLE_RATE } from "./sounds/tone.mjs";
import { waveFile } from "./sounds/wave.mjs";

const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256];

const folder = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), "..", "..", "assets");
for (const [name, content] of [...trayFiles(), ...applicationFiles(), ...soundFiles()]) {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/**
 * `icons/` holds 22 pixels (Linux, macOS), `icons/16/` what Windows wants, `icons/24/` the 22
 * pixels in a margin. A suffix is Electron's name for a display's density.
 */
function* trayFiles() {
  for (const name of TRAY_NAMES) {
    const file = `tray-${name}`;
    const [normal, dense] = [trayIcon(name, 22, 1), trayIcon(name, 22, 2)];
    const margined = pngFile(24, framed(22, normal, 1));
    yield [`icons/${file}.png`, pngFile(22, normal)];
    yield [`icons/${file}@2x.png`, pngFile(44, dense)];
    yield [`icons/24/${file}.png`, margined];
    yield [`icons/24/${file}@2x.png`, pngFile(48, framed(44, dense, 2))];
    yield [`icons/16/${file}.png`, pngFile(16, trayIcon(name, 16, 1))];
    yield [`icons/16/${file}@1.5x.png`, margined];
    yield [`icons/16/${file}@2x.png`, pngFile(32, trayIcon(name, 16, 2))];
  }
}

function* applicationFiles() {
  const made = new Map();
  const fileOf = (size) => {
    if (!made.has(size)) made.set(size, pngFile(size, applicationIcon(size)));
    return made.get(size);
  };
  for (const size of APPLICATION_SIZES) yield [`icons/app-${size}.png`, fileOf(size)];
  yield ["icons/app.svg", applicationSvg()];
  yield ["icons/icon.ico", icoFile(ICO_SIZES.map((size) => ({ size, file: fileOf(size) })))];
  yield ["icons/icon.icns", icnsFile(fileOf)];
}

/** sounds.json is what the player reads: see assets/README.md. */
function* soundFiles() {
  const index = {};
  for (const [name, pattern] of Object.entries(PATTERNS)) {
    const samples = rendered(pattern);
    const file = `${name}.wav`;
    yield [`sounds/${file}`, waveFile(samples, SAMPLE_RATE)];
    index[name] = {
      file,
      priority: pattern.priority,
      pulses: pattern.pulses.length,
      gapMs: pattern.gapMs,
      durationMs: (samples.length * 1000) / SAMPLE_RATE,
      pattern: pattern.pulses.map((pulse) => ({ ...pulse, startMs: inFileMs(pulse.startMs) })),
    };
  }
  yield ["sounds/sounds.json", `${JSON.stringify(index, null, 2)}\n`];
}
