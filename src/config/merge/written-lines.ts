/**
 * Where the parts of a YAML text stand in its lines, the comments before them included. Used by `write-merged`. Pure.
 */
import { type Document, isCollection, isMap, isPair, isSeq, type Node, type Pair } from "yaml";

/** From `start` to before `end`, whole lines. */
export interface Lines {
  readonly start: number;
  readonly end: number;
}

/** From the comments before it to the line's end. Null: something else is on its first line. */
function linesFrom(text: string, begin: number, end: number): Lines | null {
  let start = text.lastIndexOf("\n", begin - 1) + 1;
  const indent = text.slice(start, begin);
  if (indent.trim() !== "") return null;
  while (start > 0) {
    const before = text.lastIndexOf("\n", start - 2) + 1;
    if (!text.startsWith(`${indent}#`, before)) break;
    start = before;
  }
  return { start, end: afterLine(text, end) };
}

/** From its dash, and the comments of its own before it, to its end. Null: it shares a line. */
export function linesOfEntry(text: string, entry: Node): Lines | null {
  return linesFrom(text, text.lastIndexOf("-", entry.range![0] - 1), endOf(entry));
}

/** How entries and sections of the texts are written, without their indent, by what they say; the last text counts. */
export function writtenLines(
  texts: readonly { readonly source: string; readonly document: Document }[],
): ReadonlyMap<string, readonly string[]> {
  const known = new Map<string, readonly string[]>();
  for (const { source, document } of texts) {
    const keep = (value: unknown, place: Lines | null) => {
      if (place === null) return;
      const lines = source.slice(place.start, place.end).trimEnd().split(/\r?\n/);
      const indent = /^ */.exec(lines[0]!)![0];
      if (lines.every((line) => line.trim() === "" || line.startsWith(indent)))
        known.set(
          JSON.stringify(value),
          lines.map((line) => line.slice(indent.length)),
        );
    };
    const meaning = (node: unknown) =>
      isNodeWithRange(node) ? node.toJS(document, { maxAliasCount: 100 }) : null;
    const look = (node: unknown): void => {
      if (isMap(node))
        for (const pair of node.items) {
          look(pair.value);
          if (node.flow === true || !isCollection(pair.value)) continue;
          const place = linesFrom(source, (pair.key as Node).range![0], endOfPair(pair));
          keep({ [String(meaning(pair.key))]: meaning(pair.value) }, place);
        }
      if (!isSeq(node)) return;
      for (const item of node.items as Node[]) {
        look(item);
        if (node.flow !== true && isCollection(item)) keep(meaning(item), linesOfEntry(source, item));
      }
    };
    look(document.contents);
  }
  return known;
}

export function isNodeWithRange(node: unknown): node is Node & { range: [number, number, number] } {
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);
}

export function afterLine(text: string, position: number): number {
  // A text of several lines (|) ends with the line's end.
  if (position > 0 && text[position - 1] === "\n") return position;
  const end = text.indexOf("\n", position);
  return end === -1 ? text.length : end + 1;
}

/** Where the last thing in it ends, without the comments and blank lines that YAML counts to it. */
export function endOf(node: Node): number {
  if (isCollection(node) && node.flow !== true) {
    const last: unknown = node.items.at(-1);
    if (last !== undefined) return endOfAny(last);
  }
  return node.range?.[1] ?? 0;
}

export function endOfAny(item: unknown): number {
  return isPair(item) ? endOfPair(item) : endOf(item as Node);
}

export function startOfAny(item: unknown): number {
  return ((isPair(item) ? item.key : item) as Node).range![0];
}

export function endOfPair({ key, value }: Pair): number {
  const ends = [key, value].filter(isNodeWithRange).map(endOf);
  return Math.max(...ends);
}
