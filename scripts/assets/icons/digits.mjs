// The figures of the unacknowledged count. Small trays get figures set pixel by pixel, since
// at 7 to 9 pixels of height any blurred edge costs legibility; double-density trays get the
// same figures drawn with a pen. Called by tray.mjs.

import { path, rectangle, transformed } from "../drawing/path.mjs";

/** Rows of pixels; strokes two pixels wide where they stand, to hold their own at arm's length. */
const SMALL = {
  1: [".##", "###", ".##", ".##", ".##", ".##", ".##"],
  2: ["####.", "...##", "...##", ".###.", "##...", "##...", "#####"],
  3: ["####.", "...##", "...##", ".###.", "...##", "...##", "####."],
  4: ["...##", "..###", ".####", "##.##", "#####", "...##", "...##"],
  5: ["#####", "##...", "####.", "...##", "...##", "...##", "####."],
  6: [".###.", "##...", "##...", "####.", "##.##", "##.##", ".###."],
  7: ["#####", "...##", "...##", "..##.", "..##.", ".##..", ".##.."],
  8: [".###.", "##.##", "##.##", ".###.", "##.##", "##.##", ".###."],
  9: [".###.", "##.##", "##.##", ".####", "...##", "...##", ".###."],
  "+": [".....", "..#..", "..#..", "#####", "..#..", "..#..", "....."],
};

const MEDIUM = {
  1: ["..##", ".###", "####", "..##", "..##", "..##", "..##", "..##", "..##"],
  2: [".####.", "##..##", "....##", "....##", "...##.", "..##..", ".##...", "##....", "######"],
  3: [".####.", "##..##", "....##", "....##", "..###.", "....##", "....##", "##..##", ".####."],
  4: ["...###", "...###", "..####", ".##.##", ".##.##", "##..##", "######", "....##", "....##"],
  5: ["######", "##....", "##....", "#####.", "....##", "....##", "....##", "##..##", ".####."],
  6: ["..###.", ".##...", "##....", "#####.", "##..##", "##..##", "##..##", "##..##", ".####."],
  7: ["######", "....##", "....##", "...##.", "...##.", "..##..", "..##..", ".##...", ".##..."],
  8: [".####.", "##..##", "##..##", "##..##", ".####.", "##..##", "##..##", "##..##", ".####."],
  9: [".####.", "##..##", "##..##", "##..##", "##..##", ".#####", "....##", "...##.", ".###.."],
  "+": [".....", ".....", "..#..", "..#..", "#####", "..#..", "..#..", ".....", "....."],
};

/** The same figures as pen strokes in a box of 1 by 1. */
const DRAWN = {
  1: () => path().move(0.1, 0.26).line(0.62, 0).line(0.62, 1),
  2: () =>
    path().move(0.02, 0.25).curve(0.06, -0.1, 1, -0.1, 1, 0.28).curve(1, 0.52, 0.3, 0.7, 0, 1).line(1, 1),
  3: () =>
    path()
      .move(0.02, 0.12)
      .curve(0.22, -0.05, 0.94, -0.1, 0.94, 0.24)
      .curve(0.94, 0.4, 0.76, 0.48, 0.4, 0.48)
      .curve(0.82, 0.48, 1, 0.6, 1, 0.74)
      .curve(1, 1.08, 0.24, 1.06, 0, 0.88),
  4: () => path().move(0.74, 1).line(0.74, 0).line(0, 0.7).line(1.04, 0.7),
  5: () =>
    path()
      .move(0.94, 0)
      .line(0.14, 0)
      .line(0.06, 0.45)
      .curve(0.3, 0.3, 1, 0.3, 1, 0.67)
      .curve(1, 1.08, 0.26, 1.08, 0, 0.88),
  6: () =>
    path()
      .move(0.86, 0.04)
      .curve(0.32, -0.1, 0, 0.32, 0, 0.68)
      .curve(0, 1.11, 1, 1.11, 1, 0.68)
      .curve(1, 0.29, 0, 0.29, 0, 0.68),
  7: () => path().move(0, 0).line(1, 0).line(0.36, 1),
  8: () =>
    path()
      .move(0.5, 0.47)
      .curve(-0.06, 0.47, -0.06, 0, 0.5, 0)
      .curve(1.06, 0, 1.06, 0.47, 0.5, 0.47)
      .curve(-0.17, 0.47, -0.17, 1, 0.5, 1)
      .curve(1.17, 1, 1.17, 0.47, 0.5, 0.47),
  9: () =>
    path()
      .move(0.14, 0.96)
      .curve(0.68, 1.1, 1, 0.68, 1, 0.32)
      .curve(1, -0.11, 0, -0.11, 0, 0.32)
      .curve(0, 0.71, 1, 0.71, 1, 0.32),
  "+": () => path().move(0.5, 0.24).line(0.5, 0.76).move(0, 0.5).line(1, 0.5),
};

const GRIDS = { 16: { rows: SMALL, height: 7 }, 22: { rows: MEDIUM, height: 9 } };

/** How wide and high a text is on a tray of 16 or 22 pixels, in pixels of that tray. */
export function textExtent(grid, text) {
  const { rows, height } = GRIDS[grid];
  const widths = [...text].map((figure) => rows[figure][0].length);
  return { width: widths.reduce((sum, width) => sum + width, text.length - 1), height };
}

/** The layers of a text, in pixels of the grid; `left` and `top` are its upper left corner. */
export function textLayers({ grid, density }, text, { left, top, color }) {
  const layers = [];
  let at = left;
  for (const figure of text) {
    const rows = GRIDS[grid].rows[figure];
    layers.push(density === 1 ? pixelLayer(rows, at, top, color) : penLayer(figure, rows, at, top, color));
    at += rows[0].length + 1;
  }
  return layers;
}

function pixelLayer(rows, left, top, color) {
  const squares = path();
  rows.forEach((row, y) => {
    [...row].forEach((mark, x) => {
      if (mark === "#") squares.add(rectangle(left + x, top + y, left + x + 1, top + y + 1));
    });
  });
  return { path: squares, color };
}

function penLayer(figure, rows, left, top, color) {
  const pen = figure === "+" ? 1.4 : 1.7;
  const width = rows[0].length - pen;
  const height = rows.length - pen;
  const place = ([x, y]) => [left + pen / 2 + x * width, top + pen / 2 + y * height];
  return { path: transformed(DRAWN[figure](), place), pen, color };
}
