/**
 * A YAML 1.2 text as plain data, and the way back from a place in the data to line and column. Used by `load-team`.
 *
 * The core schema only: no tags, no timestamps, no merge keys, whatever the text itself asks for.
 */
import {
  Composer,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  visit,
} from "yaml";
import { type Path, unprintable } from "./fault.ts";
import { yamlTokens } from "./yaml-tokens.ts";

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface YamlSource {
  /** Undefined when the text is too broken to look at its content. */
  readonly value: unknown;
  /** What is wrong with the text as YAML, not with what it says. */
  readonly faults: readonly YamlFault[];
  /** Where a key or its value stands; for what is missing, the nearest thing around it. */
  position(path: Path, of: "key" | "value"): Position;
}

export interface YamlFault extends Position {
  readonly path: Path;
  readonly text: string;
}

/** A megabyte of team is thousands of people. */
export const maxTeamFileBytes = 1024 * 1024;
/** Aliases times what they stand for: beyond it a few lines could unfold into gigabytes. */
const maxAliasCount = 100;
const maxSyntaxFaults = 20;

export function readYaml(text: string): YamlSource {
  if (Buffer.byteLength(text) > maxTeamFileBytes)
    return unreadable(top, "larger than 1 MiB, which no team file needs to be");
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const parsed = yamlTokens(text, lines.addNewLine);
  if (!parsed.ok) return unreadable(at(parsed.offset), parsed.text);

  const composer = new Composer({ version: "1.2", schema: "core", resolveKnownTags: false });
  const [document, ...more] = composer.compose(parsed.tokens, true, text.length);
  if (document === undefined || (document.contents === null && document.errors.length === 0)) {
    return unreadable(top, "empty; describe the team, starting with version: 1");
  }
  if (more.length > 0)
    return unreadable(at(more[0]!.range[0]), "a second YAML document; one file describes one team");

  const faults: YamlFault[] = [];
  const isDuplicate = (error: { readonly code: string }): boolean => error.code === "DUPLICATE_KEY";
  for (const problem of [...document.errors, ...document.warnings].slice(0, maxSyntaxFaults)) {
    const position = at(problem.pos[0]);
    if (isDuplicate(problem)) {
      const path = pathOfKeyAt(document, problem.pos[0]);
      faults.push({ ...position, path, text: "given twice; keep one of them" });
    } else if (!faults.some(({ line }) => line === position.line)) {
      // What follows on the same line is confusion about the first.
      faults.push({ ...position, path: [], text: wordsOf(problem) });
    }
  }
  if (document.errors.some((error) => !isDuplicate(error)))
    return { value: undefined, faults, position: () => top };

  checkNodes(document, (node, path, said) => faults.push({ ...at(node.range?.[0] ?? 0), path, text: said }));
  if (faults.some(({ text: said }) => said === unknownAlias))
    return { value: undefined, faults, position: () => top };
  try {
    return {
      value: document.toJS({ maxAliasCount }),
      faults,
      position: (path, of) => at(offsetOf(document, path, of)),
    };
  } catch (error) {
    // The library's own word for an alias bomb.
    if (error instanceof ReferenceError)
      return unreadable(top, "its aliases (*name) unfold into far too much; write things out");
    throw error;
  }
}

/** In no case what the file says there: it may be a password. */
function wordsOf({ code, message }: { readonly code: string; readonly message: string }): string {
  if (code === "TAG_RESOLVE_FAILED") return "a text that begins with ! is a tag in YAML; put it in quotes";
  return `not valid YAML: ${message.split("\n")[0]!.replace(/: .*$/, "")}`;
}

const top: Position = { line: 1, column: 1 };
const unknownAlias = "stands for nothing; no anchor of this name comes before it";

function unreadable(position: Position, text: string): YamlSource {
  return { value: undefined, faults: [{ ...position, path: [], text }], position: () => position };
}

/** Looks at every key, text and alias: what YAML allows and a team file does not. */
function checkNodes(
  document: Document.Parsed,
  complain: (node: Node, path: Path, text: string) => void,
): void {
  visit(document, {
    Alias(_, node, ancestors) {
      if (node.resolve(document) === undefined) complain(node, pathTo(ancestors, node), unknownAlias);
    },
    Pair(_, pair, ancestors) {
      const key = pair.key as Node;
      const complainOfKey = (said: string) =>
        complain(key ?? document.contents!, pathTo(ancestors, pair), said);
      if (!isScalar(key)) complainOfKey("a key must be a plain word");
      else if (key.value === "__proto__") complainOfKey("a key that cannot be used; rename it");
    },
    Scalar(_, node, ancestors) {
      if (typeof node.value !== "string") return;
      const [character] = node.value.match(unprintable) ?? [];
      if (character === undefined) return;
      const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
      complain(
        node,
        pathTo(ancestors, node),
        `contains the character U+${code}, which cannot be shown; leave it out`,
      );
    },
  });
}

/** `ancestors` run from the document down to the parent of `node`. */
function pathTo(ancestors: readonly unknown[], node: unknown): Path {
  const path: (string | number)[] = [];
  const chain = [...ancestors, node];
  chain.forEach((ancestor, index) => {
    const child = chain[index + 1];
    if (isPair(ancestor)) path.push(isScalar(ancestor.key) ? String(ancestor.key.value) : "?");
    else if (isCollection(ancestor) && !isMap(ancestor) && child !== undefined)
      path.push(ancestor.items.indexOf(child));
  });
  return path;
}

function pathOfKeyAt(document: Document.Parsed, offset: number): Path {
  let path: Path = [];
  visit(document, {
    Pair(_, pair, ancestors) {
      if (isNode(pair.key) && pair.key.range?.[0] === offset) path = pathTo(ancestors, pair);
    },
  });
  return path;
}

/** Follows the path through the nodes, and through aliases to what they stand for, as far as it goes. */
function offsetOf(document: Document.Parsed, path: Path, of: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const [depth, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    let key: unknown;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (pair === undefined) break;
      [key, node] = [pair.key, pair.value];
    } else if (isCollection(node) && typeof part === "number") {
      node = node.items[part];
    } else {
      break;
    }
    const wanted = of === "key" && depth === path.length - 1 && isNode(key) ? key : (node ?? key);
    if (isNode(wanted)) offset = wanted.range?.[0] ?? offset;
  }
  return offset;
}
