/**
 * What is wrong with a team file, and where. Made by the loader's checks, printed by `tocsin check`, `tocsin serve` and
 * the console.
 */

export interface Fault {
  readonly file: string;
  /** Both count from 1; columns in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** Where in the data, `people[0].emial`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and what to write instead. Never contains a secret. */
  readonly text: string;
  /** A file with an error is refused whole; a warning is only told. */
  readonly severity: "error" | "warning";
}

/** One line, as contract §2 has it: `FILE:LINE:COLUMN: people[0].emial: unknown key, did you mean "email"?` */
export function printFault({ file, line, column, path, text, severity }: Fault): string {
  const parts = [`${file}:${line}:${column}`, severity === "warning" ? "warning" : "", path, text];
  return visible(parts.filter((part) => part !== "").join(": "));
}

/** The keys and indexes that lead from the top of the file to a place. */
export type Path = readonly (string | number)[];

/** How a check reports. `of` says whether the key or the value is at fault; the value, unless told otherwise. */
export type Report = (path: Path, text: string, of?: "key" | "value") => void;

/** `people[0].name`; a key that is no plain word is quoted: `match.labels["a b"]`. */
export function printPath(path: Path): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (!/^[\w<>-]{1,64}$/.test(part)) text += `[${quote(part)}]`;
    else text += text === "" ? part : `.${part}`;
  }
  return text;
}

/** A value from the file, for a message: in quotes and not too long. */
export function quote(text: string): string {
  return `"${text.length > 60 ? `${text.slice(0, 59)}…` : text}"`;
}

/** What could break the line, the terminal or the reader's eye becomes `\u{…}`. */
function visible(text: string): string {
  return text.replace(unprintable, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** Control characters, line separators, bidirectional overrides and isolates, halves of surrogate pairs. */
export const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
