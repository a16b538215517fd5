// The application's own icon: the brass bell on its beam, on night blue, its clapper swung as
// it strikes. Small sizes are a drawing of their own. Called by make.mjs.

import { path, rectangle, transformed, turnAbout } from "../drawing/path.mjs";
import { painted } from "../drawing/canvas.mjs";
import { svgFile } from "../drawing/svg.mjs";
import { bell } from "./bell.mjs";

export const APPLICATION_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];
/** Up to here the icon fills its square and leaves out what would only blur. */
const SMALL_UNTIL = 48;

/** The pixels of the icon. */
export function applicationIcon(size) {
  const drawing = size <= SMALL_UNTIL ? small(size) : large();
  const scale = size / drawing.canvas;
  return painted(
    size,
    drawing.layers.map((layer) => scaledLayer(layer, scale)),
  );
}

/** The large drawing as SVG text. */
export function applicationSvg() {
  const { canvas, layers } = large();
  return svgFile(canvas, layers, "Tocsin");
}

const NIGHT = ["#22384f", "#0b141d"];
const BRASS = ["#ffd682", "#ee8f14"];
const IVORY = "#f6eddb";
const EMBER = "#ff5a36";

function large() {
  const parts = bell({
    center: 256,
    top: 146,
    bottom: 372,
    half: 156,
    foot: 8,
    beam: { half: 122, top: 78, bottom: 112, neck: 20, radius: 8 },
    clapper: { center: 394, radius: 36 },
  });
  const frame = path().add(parts.beam).add(parts.neck);
  return {
    canvas: 512,
    layers: [
      { path: rectangle(12, 12, 500, 500, 116), color: shade(NIGHT, 12, 500) },
      { path: frame, color: IVORY },
      { path: transformed(parts.clapper, turnAbout(256, 130, -0.1)), color: EMBER },
      { path: parts.body, pen: 22, color: shade(NIGHT, 12, 500) },
      { path: parts.body, color: shade(BRASS, 146, 372) },
    ],
  };
}

/** On the icon's own whole pixels. */
function small(size) {
  const unit = size / 16;
  const snap = (value) => Math.round(value * unit);
  const center = size / 2;
  const top = snap(4);
  const bottom = snap(12);
  const parts = bell({
    center,
    top,
    bottom,
    half: snap(5.4),
    beam: { half: snap(4), top: snap(3) - snap(1.2), bottom: snap(3), neck: snap(0.8) },
    clapper: { center: bottom + 0.5 * unit, radius: 1.5 * unit },
  });
  return {
    canvas: size,
    layers: [
      { path: rectangle(0, 0, size, size, 3.4 * unit), color: shade(NIGHT, 0, size) },
      { path: transformed(parts.clapper, ([x, y]) => [x + snap(1.2), y]), color: EMBER },
      { path: path().add(parts.beam).add(parts.neck), color: IVORY },
      { path: parts.body, color: shade(BRASS, top, bottom) },
    ],
  };
}

function shade([top, bottom], from, to) {
  return { top, bottom, from, to };
}

function scaledLayer(layer, scale) {
  const { color } = layer;
  return {
    path: transformed(layer.path, ([x, y]) => [x * scale, y * scale]),
    pen: layer.pen && layer.pen * scale,
    color: typeof color === "string" ? color : { ...color, from: color.from * scale, to: color.to * scale },
  };
}
