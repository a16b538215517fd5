/** Rows of cells for a terminal: columns as wide as they need to be, numbers to the right. */

/** A column whose cells (but for the heading) are all numbers is aligned to the right. Indented by `indent` spaces. */
export function tableLines(rows: readonly (readonly string[])[], indent = 0): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), 0),
  );
  const numeric = widths.map((_, column) =>
    rows.slice(1).every((row) => /^-?[\d.]*%?$/.test(row[column] ?? "")),
  );
  return rows.map((row) => {
    const cells = row.map((cell, column) =>
      numeric[column] === true ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
    );
    return `${" ".repeat(indent)}${cells.join("  ")}`.trimEnd();
  });
}
