/**
 * Measures a YAML text before it is composed. Used by `yaml-source`.
 *
 * The library composes recursively: half a million opening brackets do not only overflow its stack, they abort the
 * whole process (V8 runs out of memory compiling a regular expression at the stack's end). Its parser is a loop and safe.
 */
import type { CST } from "yaml";

/** A team file needs eight. */
const maxDepth = 40;
/** Looking for duplicate keys costs the square of this. */
const maxEntries = 10_000;

/** Where and why the text is not composed, or null when it can be. */
export function exceedsNesting(
  tokens: readonly CST.Token[],
): { readonly offset: number; readonly reason: string } | null {
  const open = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > maxDepth) return { offset: token.offset, reason: `nested more than ${maxDepth} deep` };
    if (token.type === "document" && token.value !== undefined) open.push({ token: token.value, depth });
    if (!("items" in token)) continue;
    if (token.items.length > maxEntries)
      return { offset: token.offset, reason: `more than ${maxEntries} entries in one place` };
    for (const item of token.items) {
      for (const child of ["key" in item ? item.key : null, item.value])
        if (child) open.push({ token: child, depth: depth + 1 });
    }
  }
  return null;
}
