/** Ids as people write them in the team file: `[a-z0-9][a-z0-9-]{0,62}`. Source: contract §2. */
import { quote } from "./fault.ts";
import { accept, type Parsed, reject } from "./parsed.ts";

export const idWords = 'an id of a-z, 0-9 and "-", at most 63, such as ana-ruiz';

export function parseId(text: string): Parsed<string> {
  if (isId(text)) return accept(text);
  const meant = meantId(text);
  return reject(`must be ${idWords}${meant === null ? "" : `; did you mean ${quote(meant)}?`}`);
}

/** The id that `text` would be without capitals, blanks and dots; null when it would still be none. */
export function meantId(text: string): string | null {
  const likely = text
    .trim()
    .toLowerCase()
    .replace(/[ _.]+/g, "-");
  return isId(likely) ? likely : null;
}

function isId(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text);
}
