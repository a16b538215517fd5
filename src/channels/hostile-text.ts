/**
 * Makes text that came with an alert harmless where it is shown. Used by every channel here.
 *
 * Alert text is hostile: it must stay text, whatever it contains (contract §4, house rules). Nothing is dropped silently
 * except the invisible: a control character becomes U+FFFD, so that it can be seen that something was there.
 */

/** Line breaks and tabs of all kinds, as runs. */
const breaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
const controls = /\p{Cc}/gu;
/** Embeddings, overrides and isolates: they could turn round the text that follows (Unicode UAX #9). */
const directionMarks = /[\u202A-\u202E\u2066-\u2069]/g;

/** One line: breaks become a space, other control characters U+FFFD. The only form that may enter a header. */
export function singleLine(text: string): string {
  return text.replace(breaks, " ").replace(controls, "\uFFFD").trim();
}

/** Keeps line breaks (as `\n`) and tabs; every other control character becomes U+FFFD. */
export function multiLine(text: string): string {
  return text
    .replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, "\uFFFD")
    .trimEnd();
}

/** For places that are shown in one line with other text beside it, such as a subject in a list of mails. */
export function withoutDirectionMarks(text: string): string {
  return text.replace(directionMarks, "");
}

/** At most `limit` code points, the last one `…` where something was cut. Never splits a surrogate pair. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const points = [...text];
  return points.length <= limit ? text : `${points.slice(0, limit - 1).join("")}…`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * Safe inside an HTML element, a double-quoted attribute, and a notification's body (named entities, since GNOME's shell
 * shows numeric ones as they are written).
 */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? "");
}

/** The address in its normal form when it is an http(s) link that a person may safely be offered, else null. */
export function webAddress(href: string): string | null {
  try {
    const url = new URL(href);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}
