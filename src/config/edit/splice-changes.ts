/**
 * Makes changes in the text of a YAML file, touching only the lines concerned. Used by `edit-team-file`, which checks
 * what comes out; so here the usual layouts are served and anything else may go wrong.
 */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type ParsedNode,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Path } from "../fault.ts";
import { flowText } from "../flow-text.ts";
import { type Change, personKeys } from "./plan-changes.ts";

/** Replaces `[start, end)` of the text. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The whole text, or null when a place is not laid out as expected. The changes must concern different places. */
export function spliceChanges(
  text: string,
  document: Document.Parsed<ParsedNode>,
  changes: readonly Change[],
): string | null {
  const surgeon = new Surgeon(text, document);
  const splices: Splice[] = [];
  // A new key of the last person stands before the next person.
  const inOrder = [...changes].sort((a, b) => Number(a.kind === "append") - Number(b.kind === "append"));
  for (const change of inOrder) {
    const made = surgeon.splice(change);
    if (made === null) return null;
    splices.push(...made);
  }
  // Stable, so that insertions at one place stay in their order.
  splices.sort((a, b) => a.start - b.start);
  let result = "";
  let reached = 0;
  for (const { start, end, text: replacement } of splices) {
    if (start < reached) return null;
    result += text.slice(reached, start) + replacement;
    reached = end;
  }
  return result + text.slice(reached);
}

class Surgeon {
  private readonly lineEnd: string;
  /** The whole file is JSON, and stays it. */
  private readonly isJson: boolean;

  constructor(
    private readonly text: string,
    private readonly document: Document.Parsed<ParsedNode>,
  ) {
    this.lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
    this.isJson = isMap(document.contents) && document.contents.flow === true;
  }

  splice(change: Change): Splice[] | null {
    const place: unknown = this.document.getIn(change.path, true);
    switch (change.kind) {
      case "append":
        return isSeq(place) && place.items.length > 0
          ? this.append(place, change.value)
          : this.beginList(change.path, place, change.value);
      case "remove":
        return isSeq(place) ? this.remove(place, change.index, change.path) : null;
      case "set":
        return isMap(place) ? this.set(place, change.key, change.value) : null;
    }
  }

  private append(list: YAMLSeq, value: object): Splice[] | null {
    const last: unknown = list.items.at(-1);
    if (!isMap(last) || !last.range) return null;
    if (list.flow === true) {
      const begin = last.range[0];
      const isAlone = this.text.slice(this.lineStart(begin), begin).trim() === "";
      const gap = isAlone ? this.lineEnd + " ".repeat(this.column(begin)) : " ";
      return [insertion(last.range[1], `,${gap}${this.inline(value)}`)];
    }
    const indent = this.column(list.range![0]);
    return [this.insertLines(endOf(last), this.itemLines(value, indent, last.flow !== true))];
  }

  /** A list that is not there yet, or is there without an entry. */
  private beginList(path: Path, place: unknown, value: object): Splice[] | null {
    const key = String(path.at(-1));
    const parent: unknown = this.document.getIn(path.slice(0, -1), true);
    if (!isMap(parent)) return null;
    const pair = pairOf(parent, key);
    const isEmptyList = pair !== undefined && isSeq(place) && place.flow === true;
    if (isEmptyList && parent.flow === true)
      return [{ start: place.range![0], end: place.range![1], text: `[${this.inline(value)}]` }];
    const before = pairOf(parent, "schedules") ?? pairOf(parent, "people") ?? parent.items.at(-1);
    if (parent.flow === true) {
      const list = `[${this.inline(value)}]`;
      if (pair !== undefined || before === undefined) return null;
      return [insertion(endOfPair(before), `, ${this.isJson ? JSON.stringify(key) : key}: ${list}`)];
    }
    const indent = this.column((parent.items[0]!.key as Node).range![0]);
    const item = this.itemLines(value, indent + 2, false);
    if (pair !== undefined) {
      const [, keyEnd] = (pair.key as Node).range!;
      const colon = this.text.indexOf(":", keyEnd);
      const brackets = isEmptyList ? [removal(colon + 1, place.range![1])] : [];
      return [...brackets, this.insertLines(isEmptyList ? place.range![1] : keyEnd, item)];
    }
    return [this.insertLines(endOfPair(before!), [`${" ".repeat(indent)}${key}:`, ...item])];
  }

  private remove(list: YAMLSeq, index: number, path: Path): Splice[] | null {
    const [previous, item, next] = [
      rangeOf(list.items[index - 1]),
      rangeOf(list.items[index]),
      rangeOf(list.items[index + 1]),
    ];
    if (item === null) return null;
    if (list.flow === true) {
      if (previous !== null) return [removal(previous[1], item[1])];
      return [removal(item[0], next === null ? item[1] : next[0])];
    }
    const dash = this.text.lastIndexOf("-", item[0] - 1);
    const lines = removal(this.lineStart(dash), this.afterLine(endOf(list.items[index] as Node)));
    if (list.items.length > 1) return [lines];
    const parent: unknown = this.document.getIn(path.slice(0, -1), true);
    const key = isMap(parent) ? (pairOf(parent, String(path.at(-1)))?.key as Node | undefined) : undefined;
    if (!key?.range) return null;
    return [insertion(this.text.indexOf(":", key.range[1]) + 1, " []"), lines];
  }

  private set(map: YAMLMap, key: string, value: string): Splice[] | null {
    const pair = pairOf(map, key);
    const written = this.inline(value);
    if (pair !== undefined) {
      const range = rangeOf(pair.value);
      if (range === null) return null;
      const [start, end] = range;
      return [{ start, end, text: start === end ? ` ${written}` : written }];
    }
    const earlier = personKeys.slice(0, personKeys.indexOf(key as (typeof personKeys)[number]));
    const before = earlier.map((name) => pairOf(map, name)).findLast((found) => found !== undefined);
    if (before === undefined) return null;
    const name = this.isJson ? JSON.stringify(key) : key;
    if (map.flow !== true) {
      const indent = " ".repeat(this.column((map.items[0]!.key as Node).range![0]));
      return [this.insertLines(endOfPair(before), [`${indent}${name}: ${written}`])];
    }
    const begin = (before.key as Node).range![0];
    const isAlone = this.text.slice(this.lineStart(begin), begin).trim() === "";
    const gap = isAlone ? this.lineEnd + " ".repeat(this.column(begin)) : " ";
    return [insertion(endOfPair(before), `,${gap}${name}: ${written}`)];
  }

  /** One line, whatever the value. */
  private inline(value: unknown): string {
    if (this.isJson) return JSON.stringify(value);
    return flowText(value);
  }

  private itemLines(value: object, indent: number, isBlock: boolean): string[] {
    const pad = " ".repeat(indent);
    if (!isBlock) return [`${pad}- ${this.inline(value)}`];
    const lines = stringify(value, style).trimEnd().split("\n");
    return lines.map((line, index) => `${pad}${index === 0 ? "- " : "  "}${line}`);
  }

  /** After the line on which `position` is, and its comment. */
  private insertLines(position: number, lines: readonly string[]): Splice {
    const at = this.afterLine(position);
    const isAfterEnd = at === this.text.length && !this.text.endsWith("\n");
    const block = lines.join(this.lineEnd);
    return insertion(at, isAfterEnd ? this.lineEnd + block : block + this.lineEnd);
  }

  private afterLine(position: number): number {
    // A text of several lines (|) ends with the line's end.
    if (position > 0 && this.text[position - 1] === "\n") return position;
    const end = this.text.indexOf("\n", position);
    return end === -1 ? this.text.length : end + 1;
  }

  private lineStart(position: number): number {
    return this.text.lastIndexOf("\n", position - 1) + 1;
  }

  private column(position: number): number {
    return position - this.lineStart(position);
  }
}

const style = { version: "1.2", schema: "core", lineWidth: 0 } as const;

function insertion(at: number, text: string): Splice {
  return { start: at, end: at, text };
}

function removal(start: number, end: number): Splice {
  return { start, end, text: "" };
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isPair(pair) && isScalar(pair.key) && pair.key.value === key);
}

function rangeOf(node: unknown): readonly [number, number, number] | null {
  return isScalar(node) || isCollection(node) || isAlias(node) ? ((node as Node).range ?? null) : null;
}

/** Where the last thing in it ends, without the comments and blank lines that YAML counts to it. */
function endOf(node: Node): number {
  if (isCollection(node) && node.flow !== true) {
    const last: unknown = node.items.at(-1);
    if (isPair(last)) return endOfPair(last);
    if (last !== undefined) return endOf(last as Node);
  }
  return node.range?.[1] ?? 0;
}

function endOfPair({ key, value }: Pair): number {
  return Math.max(
    endOf(key as Node),
    isScalar(value) || isCollection(value) || isAlias(value) ? endOf(value as Node) : 0,
  );
}
