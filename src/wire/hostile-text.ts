/**
 * Makes text from outside harmless to show and to keep. Everything that comes in over the network passes through here
 * (ingest, api) before it is a signal or a command.
 *
 * Replaced visibly by U+FFFD, so that nobody is fooled by what is missing: control characters, halves of surrogate
 * pairs, and the bidirectional overrides and isolates that make text read differently from what it says (Unicode TR36
 * §2.6). Ordinary right-to-left text and emoji pass untouched.
 */

/** With the `u` flag, \p{Cs} matches only a surrogate that has lost its other half. */
const unsafe = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{Cs}/u;
const lineEnds = /\r\n?|[\u2028\u2029]/g;
const unsafeOnes = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu;

/** Text of several lines, at most `maxLength` UTF-16 units; what is cut off is marked with `…`. */
export function cleanText(text: string, maxLength: number): string {
  const enough = text.length > maxLength + 1 ? cut(text, maxLength) : text;
  const safe = unsafe.test(enough) ? enough.replace(lineEnds, "\n").replace(unsafeOnes, "\uFFFD") : enough;
  return cut(safe, maxLength);
}

/** Text of one line: line ends and tabs become spaces, so that a title can never become a header or a second line. */
export function cleanLine(text: string, maxLength: number): string {
  const line = /[\t\n\r\u2028\u2029]/.test(text) ? text.replace(/[\t\n\r\u2028\u2029]+/g, " ") : text;
  return cleanText(line.trim(), maxLength);
}

/**
 * A key, which tells two alerts apart: what cannot be shown is spelled out, so that two different keys stay two. At most
 * eight times as long; who reads a key from outside holds it to a length.
 */
export function cleanKey(key: string): string {
  return key.replace(
    new RegExp(unsafe, "gu"),
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** Never cuts a surrogate pair in two. */
function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const kept = text.slice(0, maxLength - 1);
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}
