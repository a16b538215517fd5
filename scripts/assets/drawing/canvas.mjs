// Paints layers into a square picture with anti-aliased edges. A layer is
// { path, color, pen?, erase? }: `color` is '#rrggbb' or { top, bottom, from, to } (a vertical
// blend), `pen` draws the outline with a round pen that many pixels wide in place of filling
// it, `erase` takes away what is below, so that the panel shows through.

import { flattened, penArea } from "./path.mjs";

/** Lines measured in each pixel row. Along a line coverage is exact. */
const LINES_PER_PIXEL = 16;

/** Returns size × size pixels, 4 bytes each: red, green, blue, alpha (not premultiplied). */
export function painted(size, layers) {
  const canvas = new Float64Array(size * size * 4); // premultiplied, 0..1
  for (const layer of layers) {
    const polygons = layer.pen
      ? penArea(layer.path, layer.pen)
      : flattened(layer.path).map((line) => line.points);
    const coverage = covered(size, polygons);
    for (let row = 0; row < size; row += 1) {
      const color = colorAt(layer.color, row + 0.5);
      for (let column = 0; column < size; column += 1) {
        const share = coverage[row * size + column];
        if (share === 0) continue;
        const at = (row * size + column) * 4;
        for (let channel = 0; channel < 4; channel += 1) {
          const below = canvas[at + channel] * (1 - share);
          canvas[at + channel] = layer.erase ? below : below + share * (channel === 3 ? 1 : color[channel]);
        }
      }
    }
  }
  return toBytes(canvas);
}

/** The same picture with `margin` empty pixels on every side. */
export function framed(size, pixels, margin) {
  const outer = size + margin * 2;
  const result = Buffer.alloc(outer * outer * 4);
  for (let row = 0; row < size; row += 1) {
    pixels.copy(result, ((row + margin) * outer + margin) * 4, row * size * 4, (row + 1) * size * 4);
  }
  return result;
}

/** The part of each pixel that lies inside the polygons (non-zero winding). */
function covered(size, polygons) {
  const coverage = new Float64Array(size * size);
  crossingsByLine(size * LINES_PER_PIXEL, polygons).forEach((crossings, line) => {
    crossings.sort((a, b) => a.x - b.x);
    const row = Math.floor(line / LINES_PER_PIXEL) * size;
    let winding = 0;
    for (let at = 0; at + 1 < crossings.length; at += 1) {
      winding += crossings[at].direction;
      if (winding !== 0) addSpan(coverage, row, size, crossings[at].x, crossings[at + 1].x);
    }
  });
  return coverage.map((share) => Math.min(1, share));
}

/** For each measured line, where the polygons' sides cross it, and whether downwards (1) or upwards (-1). */
function crossingsByLine(lines, polygons) {
  const crossings = Array.from({ length: lines }, () => []);
  for (const points of polygons) {
    points.forEach(([ax, ay], at) => {
      const [bx, by] = points[at + 1 === points.length ? 0 : at + 1];
      const direction = by > ay ? 1 : -1;
      const [top, bottom] = direction === 1 ? [ay, by] : [by, ay];
      const first = Math.max(0, Math.ceil(top * LINES_PER_PIXEL - 0.5));
      const end = Math.min(lines, Math.ceil(bottom * LINES_PER_PIXEL - 0.5));
      for (let line = first; line < end; line += 1) {
        const y = (line + 0.5) / LINES_PER_PIXEL;
        crossings[line].push({ x: ax + ((y - ay) / (by - ay)) * (bx - ax), direction });
      }
    });
  }
  return crossings;
}

function addSpan(coverage, row, size, left, right) {
  const from = Math.max(0, left);
  const to = Math.min(size, right);
  for (let column = Math.floor(from); column < to; column += 1) {
    coverage[row + column] += (Math.min(column + 1, to) - Math.max(column, from)) / LINES_PER_PIXEL;
  }
}

function colorAt(color, y) {
  if (typeof color === "string") return parsed(color);
  if (!color) return [0, 0, 0];
  const share = Math.min(1, Math.max(0, (y - color.from) / (color.to - color.from)));
  const bottom = parsed(color.bottom);
  return parsed(color.top).map((value, channel) => value * (1 - share) + bottom[channel] * share);
}

function parsed(hex) {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
}

function toBytes(canvas) {
  const bytes = Buffer.alloc(canvas.length);
  for (let at = 0; at < canvas.length; at += 4) {
    const alpha = canvas[at + 3];
    const opacity = Math.round(alpha * 255);
    if (opacity === 0) continue; // leave unseen pixels all zero: it packs better
    for (let channel = 0; channel < 3; channel += 1) {
      bytes[at + channel] = Math.min(255, Math.round((canvas[at + channel] / alpha) * 255));
    }
    bytes[at + 3] = opacity;
  }
  return bytes;
}
