// Prints the same layers that canvas.mjs paints as an SVG picture, for the pages.

/** The file's text; `title` is what a screen reader says. Layers with `erase` are not supported. */
export function svgFile(size, layers, title) {
  const gradients = [];
  const shapes = layers.map((layer) => {
    const paint =
      typeof layer.color === "string" ? layer.color : `url(#${gradientFor(layer.color, gradients)})`;
    const brush = layer.pen
      ? `fill="none" stroke="${paint}" stroke-width="${layer.pen}" stroke-linecap="round" stroke-linejoin="round"`
      : `fill="${paint}"`;
    return `  <path ${brush} d="${outline(layer.path)}"/>`;
  });
  const definitions = gradients.length > 0 ? [`  <defs>`, ...gradients, `  </defs>`] : [];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" role="img" aria-label="${title}">`,
    `  <title>${title}</title>`,
    ...definitions,
    ...shapes,
    "</svg>",
    "",
  ].join("\n");
}

function gradientFor({ top, bottom, from, to }, gradients) {
  const id = `shade-${gradients.length + 1}`;
  gradients.push(
    `    <linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="0" x2="0" y1="${from}" y2="${to}">` +
      `<stop stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient>`,
  );
  return id;
}

function outline(source) {
  return source.commands
    .map(
      ([letter, ...numbers]) =>
        letter + numbers.map((value) => String(Math.round(value * 100) / 100)).join(" "),
    )
    .join("");
}
