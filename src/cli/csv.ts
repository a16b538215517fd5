/**
 * Comma-separated values as RFC 4180 has them, safe to open in a spreadsheet: a cell that one would take for a formula
 * begins with an apostrophe (OWASP, "CSV Injection").
 */

/** Ends with CRLF, as every line does. */
export function csvText(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

/** Numbers are written as they are: ours are never formulas. */
export function csvCell(value: string | number): string {
  if (typeof value === "number") return String(value);
  const safe = /^\s*[=+\-@\t\r\n＝＋－＠]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
