// Outlines made of straight lines and cubic curves, in pixels with y downwards. The icon
// drawings build them; canvas.mjs fills them, svg.mjs prints them. Only + - * / and square
// roots are used, so every machine computes the same bits.

const CURVE_STEPS = 16;
/** How far a cubic's handles reach to imitate a quarter of a circle, as a part of its radius. */
const QUARTER_CIRCLE = 0.5522847498;

/** Starts an empty outline. Its methods chain; a path is plain data: a list of [letter, ...numbers]. */
export function path() {
  const commands = [];
  const chain = {
    commands,
    move: (x, y) => (commands.push(["M", x, y]), chain),
    line: (x, y) => (commands.push(["L", x, y]), chain),
    curve: (ax, ay, bx, by, x, y) => (commands.push(["C", ax, ay, bx, by, x, y]), chain),
    close: () => (commands.push(["Z"]), chain),
    add: (other) => (commands.push(...other.commands), chain),
  };
  return chain;
}

/** A rectangle; corners of `radius` pixels. */
export function rectangle(left, top, right, bottom, radius = 0) {
  if (radius === 0) {
    return path().move(left, top).line(right, top).line(right, bottom).line(left, bottom).close();
  }
  const near = radius * (1 - QUARTER_CIRCLE);
  return path()
    .move(left + radius, top)
    .line(right - radius, top)
    .curve(right - near, top, right, top + near, right, top + radius)
    .line(right, bottom - radius)
    .curve(right, bottom - near, right - near, bottom, right - radius, bottom)
    .line(left + radius, bottom)
    .curve(left + near, bottom, left, bottom - near, left, bottom - radius)
    .line(left, top + radius)
    .curve(left, top + near, left + near, top, left + radius, top)
    .close();
}

export function circle(x, y, radius) {
  return rectangle(x - radius, y - radius, x + radius, y + radius, radius);
}

/** A polyline through the given [x, y] points; closed unless told otherwise. */
export function polygon(points, closed = true) {
  const result = path().move(...points[0]);
  for (const point of points.slice(1)) result.line(...point);
  return closed ? result.close() : result;
}

/** The same outline with every point sent through `place([x, y])`. */
export function transformed(source, place) {
  const result = path();
  for (const [letter, ...numbers] of source.commands) {
    const moved = [];
    for (let at = 0; at < numbers.length; at += 2) moved.push(...place([numbers[at], numbers[at + 1]]));
    result.commands.push([letter, ...moved]);
  }
  return result;
}

/** A turn about a point, clockwise on the screen; `halfTangent` is tan(angle / 2), so no trigonometry is needed. */
export function turnAbout(x, y, halfTangent) {
  const square = halfTangent * halfTangent;
  const cosine = (1 - square) / (1 + square);
  const sine = (2 * halfTangent) / (1 + square);
  return ([px, py]) => [x + cosine * (px - x) - sine * (py - y), y + sine * (px - x) + cosine * (py - y)];
}

/** Straightens the curves: a list of { points, closed }. */
export function flattened(source) {
  const lines = [];
  let line;
  for (const [letter, ...n] of source.commands) {
    if (letter === "M") lines.push((line = { points: [[n[0], n[1]]], closed: false }));
    else if (letter === "L") line.points.push([n[0], n[1]]);
    else if (letter === "Z") line.closed = true;
    else {
      const [startX, startY] = line.points.at(-1);
      for (let step = 1; step <= CURVE_STEPS; step += 1) {
        const t = step / CURVE_STEPS;
        const s = 1 - t;
        const [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
        line.points.push([
          a * startX + b * n[0] + c * n[2] + d * n[4],
          a * startY + b * n[1] + c * n[3] + d * n[5],
        ]);
      }
    }
  }
  return lines;
}

/** The area that a round pen of `width` pixels covers along the path, as polygons that all wind the same way. */
export function penArea(source, width) {
  const radius = width / 2;
  const polygons = [];
  for (const { points, closed } of flattened(source)) {
    const route = closed ? [...points, points[0]] : points;
    for (const [x, y] of route) polygons.push(flattened(circle(x, y, radius))[0].points);
    for (let at = 1; at < route.length; at += 1) {
      const [ax, ay] = route[at - 1];
      const [bx, by] = route[at];
      const length = Math.sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay));
      if (length === 0) continue;
      const acrossX = (-(by - ay) / length) * radius;
      const acrossY = ((bx - ax) / length) * radius;
      polygons.push([
        [ax - acrossX, ay - acrossY],
        [bx - acrossX, by - acrossY],
        [bx + acrossX, by + acrossY],
        [ax + acrossX, ay + acrossY],
      ]);
    }
  }
  return polygons;
}
