/**
 * Writes what a merged team file must say into the text of one of its two sides: only what differs is touched, so that
 * comments and layout stay; what comes from the other side keeps its own lines. Used by `merge-team-texts`. Pure.
 *
 * The usual layouts are served. What comes out is read again, and where it does not say what it must, the sections
 * concerned are laid out anew.
 */
import { isDeepStrictEqual as isSame } from "node:util";
import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type ParsedNode,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { flowText } from "../flow-text.ts";
import { readYaml } from "../yaml-source.ts";
import { wordsOf } from "./words-of.ts";
import {
  afterLine,
  endOf,
  endOfAny,
  endOfPair,
  isNodeWithRange,
  linesOfEntry,
  startOfAny,
  writtenLines,
} from "./written-lines.ts";

type Dictionary = Readonly<Record<string, unknown>>;
type Parsed = Document.Parsed<ParsedNode>;

/** `text` with the meaning `wanted`; `other`: the text in which the lines of what is new may be found. */
export function writeMerged(text: string, wanted: Dictionary, other: string): string {
  if (isSame(readYaml(text).value, wanted)) return text;
  const spliced = new Patch(text, other).write(wanted);
  if (spliced !== null && isSame(readYaml(spliced).value, wanted)) return spliced;
  return laidOutAnew(text, wanted);
}

function laidOutAnew(text: string, wanted: Dictionary): string {
  try {
    const document = parse(text);
    const now = document.toJS({ maxAliasCount: 100 }) as Dictionary;
    for (const key of Object.keys(now)) if (!Object.hasOwn(wanted, key)) document.delete(key);
    for (const [key, value] of Object.entries(wanted))
      if (!isSame(now[key], value)) document.set(key, document.createNode(value));
    const printed = document.toString({ lineWidth: 0 });
    if (isSame(readYaml(printed).value, wanted)) return printed;
  } catch {
    // Anchors whose place is gone.
  }
  return stringify(wanted, style);
}

const style = { version: "1.2", schema: "core", lineWidth: 0 } as const;

function parse(text: string): Parsed {
  return parseDocument(text, { version: "1.2", schema: "core", resolveKnownTags: false });
}

class Patch {
  private readonly document: Parsed;
  private readonly isJson: boolean;
  private readonly splices: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  private readonly known: ReadonlyMap<string, readonly string[]>;

  constructor(
    private readonly text: string,
    other: string,
  ) {
    this.document = parse(text);
    this.isJson = isMap(this.document.contents) && this.document.contents.flow === true;
    this.known = writtenLines([text, other].map((source) => ({ source, document: parse(source) })));
  }

  /** Null: it is not laid out as expected. */
  write(wanted: Dictionary): string | null {
    const { contents } = this.document;
    if (!isMap(contents) || !this.patchMap(contents, wanted)) return null;
    let result = "";
    let reached = 0;
    // Stable, so that insertions at one place stay in their order, before what is removed there.
    for (const { start, end, text } of this.splices.sort((a, b) => a.start - b.start || a.end - b.end)) {
      if (start < reached) return null;
      result += this.text.slice(reached, start) + text;
      reached = end;
    }
    return result + this.text.slice(reached);
  }

  private patch(node: unknown, wanted: unknown): boolean {
    if (isSame(this.meaning(node), wanted)) return true;
    const made = this.splices.length;
    if (isMap(node) && isDictionary(wanted) && this.patchMap(node, wanted)) return true;
    if (isSeq(node) && Array.isArray(wanted) && this.patchList(node, wanted)) return true;
    if (!isNodeWithRange(node)) return false;
    // All of it, on one line.
    this.splices.length = made;
    const [start] = node.range;
    const end = endOf(node);
    const isQuoted = isScalar(node) && node.type === "QUOTE_DOUBLE" && typeof wanted === "string";
    const written = isQuoted ? JSON.stringify(wanted) : this.inline(wanted);
    this.splice(start, end, start === end ? ` ${written}` : written);
    return true;
  }

  // ---- maps

  private patchMap(map: YAMLMap, wanted: Dictionary): boolean {
    const pairs = map.items;
    const keyOf = (pair: Pair) => (isScalar(pair.key) ? String(pair.key.value) : "");
    const stays = pairs.filter((pair) => Object.hasOwn(wanted, keyOf(pair)));
    if (stays.length === 0) return false;
    for (const pair of pairs) {
      const isDone = stays.includes(pair)
        ? this.patch(pair.value ?? pair.key, wanted[keyOf(pair)])
        : this.removePair(map, pair, stays);
      if (!isDone) return false;
    }
    const known = new Set(pairs.map(keyOf));
    const last = stays.at(-1)!;
    for (const [key, value] of Object.entries(wanted))
      if (!known.has(key)) this.addPair(map, last, this.isJson ? JSON.stringify(key) : key, value);
    return true;
  }

  private removePair(map: YAMLMap, pair: Pair, stays: readonly Pair[]): boolean {
    const [start] = (pair.key as Node).range!;
    if (map.flow === true)
      return this.removeFlow(map.items, map.items.indexOf(pair), map.items.indexOf(stays[0]!));
    const line = this.lineStart(start);
    // The first one of a list's entry stands behind its dash.
    if (this.text.slice(line, start).trim() !== "") return false;
    this.splice(line, this.afterLine(endOfPair(pair)), "");
    return true;
  }

  private addPair(map: YAMLMap, after: Pair, key: string, value: unknown): void {
    if (map.flow === true)
      return this.splice(endOfPair(after), endOfPair(after), `, ${key}: ${this.inline(value)}`);
    const indent = this.column((after.key as Node).range![0]);
    const isLong = isCollectionValue(value);
    const known = this.known.get(JSON.stringify({ [key]: value }));
    const lines =
      known ??
      (isLong
        ? stringify({ [key]: value }, style)
            .trimEnd()
            .split("\n")
        : [`${key}: ${this.inline(value)}`]);
    this.insertLines(endOfPair(after), lines, indent);
  }

  // ---- lists

  private patchList(list: YAMLSeq, wanted: readonly unknown[]): boolean {
    const items = list.items as Node[];
    const now = items.map((item) => this.meaning(item));
    const places = placesOf(now, wanted);
    const fixed = new Set(longestRise(places));
    const stays = places.map((place, index) => (fixed.has(index) ? place : -1));
    const becomes = new Map(stays.map((place, index) => [place, index]));
    const firstStaying = items.findIndex((_, index) => becomes.has(index));
    for (const [index, item] of items.entries()) {
      const of = becomes.get(index);
      if (of === undefined ? !this.removeItem(list, index, firstStaying) : !this.patch(item, wanted[of]))
        return false;
    }
    let after = -1;
    for (const [index, value] of wanted.entries()) {
      if (stays[index] !== -1) after = stays[index]!;
      else if (!this.addItem(list, after, value)) return false;
    }
    return fixed.size > 0;
  }

  private removeItem(list: YAMLSeq, index: number, firstStaying: number): boolean {
    const item = list.items[index] as Node;
    if (list.flow === true) return this.removeFlow(list.items, index, firstStaying);
    const lines = linesOfEntry(this.text, item);
    if (lines === null) return false;
    this.splice(lines.start, lines.end, "");
    return true;
  }

  /** With the comma before it; those before the first one that stays go at once, with the comma behind them. */
  private removeFlow(items: readonly unknown[], index: number, firstStaying: number): boolean {
    if (firstStaying === -1) return false;
    if (index > firstStaying) this.splice(endOfAny(items[index - 1]), endOfAny(items[index]), "");
    else if (index === 0) this.splice(startOfAny(items[0]), startOfAny(items[firstStaying]), "");
    return true;
  }

  private addItem(list: YAMLSeq, after: number, value: unknown): boolean {
    const items = list.items as Node[];
    if (list.flow === true) {
      const written = this.inline(value);
      if (after === -1) this.splice(items[0]!.range![0], items[0]!.range![0], `${written}, `);
      else this.splice(endOf(items[after]!), endOf(items[after]!), `, ${written}`);
      return true;
    }
    const indent = this.column(list.range![0]);
    const isBlock = isCollection(items[0]) && items[0].flow !== true;
    const lines = this.known.get(JSON.stringify(value)) ?? this.itemLines(value, isBlock);
    if (after !== -1) this.insertLines(endOf(items[after]!), lines, indent);
    else
      this.insertAt(
        linesOfEntry(this.text, items[0]!)?.start ?? this.lineStart(list.range![0]),
        lines,
        indent,
      );
    return true;
  }

  private itemLines(value: unknown, isBlock: boolean): readonly string[] {
    if (!isBlock) return [`- ${this.inline(value)}`];
    return stringify(value, style)
      .trimEnd()
      .split("\n")
      .map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`));
  }

  // ---- the text

  private meaning(node: unknown): unknown {
    return isNodeWithRange(node) ? node.toJS(this.document, { maxAliasCount: 100 }) : node;
  }

  /** One line, whatever the value. */
  private inline(value: unknown): string {
    if (this.isJson) return JSON.stringify(value);
    return flowText(value);
  }

  private insertLines(behind: number, lines: readonly string[], indent: number): void {
    this.insertAt(afterLine(this.text, behind), lines, indent);
  }

  private insertAt(at: number, lines: readonly string[], indent: number): void {
    const lineEnd = this.text.includes("\r\n") ? "\r\n" : "\n";
    const pad = " ".repeat(indent);
    const block = lines.map((line) => (line === "" ? "" : pad + line)).join(lineEnd);
    const isAfterEnd = at === this.text.length && !this.text.endsWith("\n");
    this.splice(at, at, isAfterEnd ? lineEnd + block : block + lineEnd);
  }

  private splice(start: number, end: number, text: string): void {
    this.splices.push({ start, end, text });
  }

  private lineStart(position: number): number {
    return this.text.lastIndexOf("\n", position - 1) + 1;
  }

  private afterLine(position: number): number {
    return afterLine(this.text, position);
  }

  private column(position: number): number {
    return position - this.lineStart(position);
  }
}

/** For each wanted entry the present one that becomes it, or -1. */
function placesOf(now: readonly unknown[], wanted: readonly unknown[]): number[] {
  const left = new Set(now.keys());
  const places = wanted.map(() => -1);
  const take = (index: number, of: number | undefined) => {
    if (places[index] !== -1 || of === undefined || !left.has(of)) return;
    places[index] = of;
    left.delete(of);
  };
  const match = (nameOf: (entry: unknown) => string | null) => {
    const known = new Map<string | null, number[]>();
    for (const of of left) known.set(nameOf(now[of]), [...(known.get(nameOf(now[of])) ?? []), of]);
    wanted.forEach((entry, index) => {
      const name = nameOf(entry);
      if (name !== null && places[index] === -1) take(index, known.get(name)?.shift());
    });
  };
  match(wordsOf);
  match((entry) => (isDictionary(entry) && typeof entry["id"] === "string" ? entry["id"] : null));
  // What is left in the same place.
  if (now.length === wanted.length)
    wanted.forEach((entry, index) => {
      if (!isDictionary(entry) || entry["id"] === undefined) take(index, index);
    });
  return places;
}

/** The indices of the longest part that is in order, without those that are -1. */
function longestRise(places: readonly number[]): number[] {
  /** For each length the index at which such a part ends lowest, and what comes before each index. */
  const ends: number[] = [];
  const before = places.map(() => -1);
  places.forEach((place, index) => {
    if (place === -1) return;
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[ends[middle]!]! < place) low = middle + 1;
      else high = middle;
    }
    before[index] = low === 0 ? -1 : ends[low - 1]!;
    ends[low] = index;
  });
  const rise: number[] = [];
  for (let index = ends.at(-1) ?? -1; index !== -1; index = before[index]!) rise.push(index);
  return rise;
}

function isDictionary(value: unknown): value is Dictionary {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCollectionValue(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}
