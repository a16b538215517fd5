/**
 * Puts other texts in the places of a team file's secrets, and leaves all the rest of it as it is written. Used where a
 * machine has to forget them. By place, not by what they say: a password may be a word that stands elsewhere too.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, parseDocument, type Scalar } from "yaml";
import { readYaml } from "../yaml-source.ts";

/** `other`: the text for a secret, which reads as given. Null: the file cannot be read, so nobody knows where they are. */
export function replaceSecrets(text: string, other: (secret: string) => string): string | null {
  if (readYaml(text).value === undefined) return null;
  const document = parseDocument(text, { version: "1.2", schema: "core", resolveKnownTags: false });
  const places = [...new Set(secretsOf(document))].sort((a, b) => b.range![0] - a.range![0]);
  let changed = text;
  for (const { range, value } of places) {
    const [start, end] = range!;
    if (start === end) continue;
    // A text of several lines (|) ends with the line's end.
    const behind = text[end - 1] === "\n" ? "\n" : "";
    changed = changed.slice(0, start) + JSON.stringify(other(String(value))) + behind + changed.slice(end);
  }
  return changed;
}

/** Keys that are given twice included: both stand in the text. */
function secretsOf(document: Document): Scalar[] {
  const entriesOf = (node: unknown): unknown[] => {
    const list = followed(node, document);
    return isSeq(list) ? list.items : [];
  };
  const top = document.contents;
  const found = [
    ...valuesOf(top, "integrations", document).flatMap(entriesOf).flatMap(at("key")),
    ...valuesOf(top, "calendars", document).flatMap(entriesOf).flatMap(at("url")),
    ...valuesOf(top, "email", document).flatMap(at("password")),
  ];
  return found.map((node) => followed(node, document)).filter(isScalar);

  function at(key: string) {
    return (node: unknown) => valuesOf(node, key, document);
  }
}

function valuesOf(node: unknown, key: string, document: Document): unknown[] {
  const map = followed(node, document);
  if (!isMap(map)) return [];
  return map.items.filter((pair) => isScalar(pair.key) && pair.key.value === key).map(({ value }) => value);
}

function followed(node: unknown, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}
