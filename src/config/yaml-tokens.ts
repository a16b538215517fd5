/**
 * Parses a YAML text into tokens, within bounds. Used by `yaml-source`, which composes them.
 *
 * The library composes recursively: half a million opening brackets do not only overflow its stack, they abort the
 * whole process (V8 runs out of memory compiling a regular expression at the stack's end). Its parser is a loop and
 * safe, so the bounds are kept here.
 */
import { type CST, Lexer, Parser } from "yaml";

/** A team file needs fewer than twenty. */
const maxDepth = 40;
/** Looking for duplicate keys costs the square of this. */
const maxEntries = 10_000;

export type YamlTokens =
  | { readonly ok: true; readonly tokens: readonly CST.Token[] }
  | { readonly ok: false; readonly offset: number; readonly text: string };

/** `onNewLine` is told the offset at which each line begins. */
export function yamlTokens(text: string, onNewLine: (offset: number) => void): YamlTokens {
  const parser = new Parser(onNewLine);
  onNewLine(0);
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    const { offset, stack } = parser;
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (stack.length > maxDepth) return { ok: false, offset, text: "nested far too deeply" };
    const innermost = stack.at(-1);
    if (innermost !== undefined && "items" in innermost && innermost.items.length > maxEntries) {
      return { ok: false, offset, text: `more than ${maxEntries} entries in one place` };
    }
  }
  return { ok: true, tokens: [...tokens, ...parser.end()] };
}
