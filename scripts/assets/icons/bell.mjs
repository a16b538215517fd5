// The one bell that all icons share: a church bell hanging from its beam, which together make
// a T for Tocsin. Called by tray.mjs and application.mjs.

import { circle, path, rectangle } from "../drawing/path.mjs";

/**
 * The outlines of a bell hanging straight. All in pixels: `center` is its axis, `top` and
 * `bottom` bound the body without beam and clapper, `half` is half the width of the mouth,
 * `foot` rounds the lip's lower corners.
 */
export function bell({ center, top, bottom, half, beam, clapper, foot = 0 }) {
  return {
    body: body(center, top, bottom, half, foot),
    beam: rectangle(center - beam.half, beam.top, center + beam.half, beam.bottom, beam.radius ?? 0),
    neck: rectangle(center - beam.neck, beam.bottom - 0.1, center + beam.neck, top + (bottom - top) * 0.1),
    clapper: circle(center, clapper.center, clapper.radius),
  };
}

/** Shoulders, waist and flared lip; y and x as parts of the height and of half the width. */
function body(center, top, bottom, half, foot) {
  const x = (part) => center + part * half;
  const y = (part) => top + part * (bottom - top);
  const right = [
    [0.34, 0, 0.56, 0.12, 0.6, 0.36],
    [0.64, 0.62, 0.72, 0.72, 0.94, 0.83],
    [0.985, 0.855, 1, 0.87, 1, 0.9],
  ];
  const outline = path().move(x(0), y(0));
  for (const n of right) outline.curve(x(n[0]), y(n[1]), x(n[2]), y(n[3]), x(n[4]), y(n[5]));
  outline.line(x(1), bottom - foot).curve(x(1), bottom, x(1), bottom, x(1) - foot, bottom);
  outline
    .line(x(-1) + foot, bottom)
    .curve(x(-1), bottom, x(-1), bottom, x(-1), bottom - foot)
    .line(x(-1), y(0.9));
  outline.curve(x(-1), y(0.87), x(-0.985), y(0.855), x(-0.94), y(0.83));
  outline.curve(x(-0.72), y(0.72), x(-0.64), y(0.62), x(-0.6), y(0.36));
  outline.curve(x(-0.56), y(0.12), x(-0.34), y(0), x(0), y(0));
  return outline.close();
}
