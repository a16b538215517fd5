// The tray icons. States differ in shape first and in colour second (contract, section 5), and
// every shape is light inside a dark rim, so that it reads on dark and on light panels alike.
// Called by make.mjs.

import { painted } from "../drawing/canvas.mjs";
import { path, polygon, rectangle, transformed, turnAbout } from "../drawing/path.mjs";
import { bell } from "./bell.mjs";
import { textExtent, textLayers } from "./digits.mjs";
import { TRAY_MEASURES } from "./tray-measures.mjs";

/** File names cannot hold a plus everywhere: "9plus" is drawn as 9+. */
const COUNTS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "9plus"];
export const TRAY_NAMES = [
  "quiet",
  "unacknowledged",
  ...COUNTS.map((count) => `unacknowledged-${count}`),
  "acknowledged",
  "not-trusted",
  "paused",
];

/** The pixels of an icon at `grid` (16 or 22) × `density` (1 or 2). */
export function trayIcon(name, grid, density) {
  const [, state, count] = /^(.*?)(?:-(\d\w*))?$/.exec(name);
  const layers = drawings[state](TRAY_MEASURES[grid], { grid, density, count: count?.replace("plus", "+") });
  return painted(
    grid * density,
    layers.map((layer) => ({
      ...layer,
      path: transformed(layer.path, ([x, y]) => [x * density, y * density]),
      pen: layer.pen && layer.pen * density,
    })),
  );
}

const INK = "#17212b";
const PLATE = "#ffffff";
const CALM = "#eef1f4";
const ALARM = "#f2372b";
const HELD = "#ffb61e";
const CAUTION = "#ffd400";
const RIM = 1;

const drawings = {
  quiet: (measures) => hangingBell(measures, CALM, { clapper: true }),
  unacknowledged: (measures, target) => [
    ...swungBell(measures),
    ...(target.count ? countPlate(measures, target) : []),
  ],
  acknowledged: (measures) => [...hangingBell(measures, HELD), ...check(measures)],
  "not-trusted": caution,
  paused: (measures) => [...hangingBell(measures, CALM), ...bars(measures)],
};

function hangingBell(measures, color, { clapper = false } = {}) {
  const parts = bell(measures.bell);
  const frame = path().add(parts.beam).add(parts.neck).add(parts.body);
  return [...(clapper ? rimmed(parts.clapper, color) : []), ...rimmed(frame, color)];
}

/** The beam stays level; body and clapper turn below it, the clapper further. */
function swungBell({ bell: measures, swungHalf }) {
  // It reaches further to the left than a hanging one: a pixel over, and a little slimmer.
  const center = measures.center + 1;
  const parts = bell({ ...measures, center, half: swungHalf });
  const swung = (part, halfTangent) =>
    transformed(part, turnAbout(center, measures.beam.bottom, halfTangent));
  const frame = path().add(parts.beam).add(parts.neck).add(swung(parts.body, 0.14));
  return [...rimmed(swung(parts.clapper, 0.22), ALARM), ...rimmed(frame, ALARM)];
}

function countPlate({ plate }, { grid, density, count }) {
  const { width, height } = textExtent(grid, count);
  const side = count.length > 1 ? plate.side - 1 : plate.side;
  const plateWidth = Math.max(plate.least, width + side * 2);
  const [right, bottom] = [grid - RIM, grid - RIM];
  const [left, top] = [right - plateWidth, bottom - height - plate.lid * 2];
  const textLeft = left + Math.floor((plateWidth - width) / 2);
  return [
    ...rimmed(rectangle(left, top, right, bottom, plate.radius), PLATE),
    ...textLayers({ grid, density }, count, { left: textLeft, top: top + plate.lid, color: INK }),
  ];
}

function check({ check: { start, corner, end, pen } }) {
  const line = polygon([start, corner, end], false);
  const FAR = 99; // beyond any grid: what of the bell lies below and beside the mark goes too
  return [
    { path: polygon([start, corner, end, [FAR, end[1]], [FAR, FAR], [start[0], FAR]]), erase: true },
    { path: line, pen: pen + RIM * 4, erase: true },
    { path: line, pen: pen + RIM * 2, color: INK },
    { path: line, pen, color: PLATE },
  ];
}

function bars({ bars: { left, right } }) {
  const both = rectangle(...left).add(rectangle(...right));
  return [{ path: both, pen: RIM * 4, erase: true }, ...rimmed(both, CALM)];
}

/** A warning sign hangs where the bell should be: this is no quiet, nothing would ring. */
function caution({ bell: measures, caution: { apex, right, left, stem, dot } }) {
  const sign = polygon([apex, right, left]);
  const exclamation = rectangle(...stem).add(rectangle(...dot));
  return [
    ...rimmed(bell(measures).beam, CALM),
    { path: sign, pen: RIM * 4, color: INK },
    { path: sign, pen: RIM * 2, color: CAUTION }, // rounds the sign's corners
    { path: sign, color: CAUTION },
    { path: exclamation, color: INK },
  ];
}

function rimmed(outline, color) {
  return [
    { path: outline, pen: RIM * 2, color: INK },
    { path: outline, color },
  ];
}
