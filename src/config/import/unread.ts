/**
 * What of an export nobody has looked at: every field of it is taken, of no matter, or listed, so that nothing is dropped
 * in silence. Used by `import-team`, after everything has been read.
 */
import type { Findings } from "./findings.ts";
import { isMap, type Place } from "./place.ts";

/** What is known of the fields that an importer does not take, by their names: `teams`, or `users.teams` for those of users. */
export interface KnownFields {
  /** Of no matter to who is on call, or said once more elsewhere. */
  readonly ofNoMatter: readonly string[];
  /** Lost, in words. */
  readonly lost: Readonly<Record<string, Loss>>;
}

export interface Loss {
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

/** More kinds of fields than this no API has. */
const mostKinds = 200;
const unknown: Omit<Loss, "what"> = {
  why: "this importer does not know what it means",
  remedy: "look at what it says there, and write by hand what matters",
};

export function reportUnread(files: readonly Place[], known: KnownFields, findings: Findings): void {
  const silent = new Set(known.ofNoMatter);
  const lost = new Map(Object.entries(known.lost));
  const unread = new Map<string, { place: Place; key: string; parent: string; count: number }>();
  let isCut = false;

  const visit = (place: Place, parent: string, pattern: string): void => {
    const { value } = place;
    if (Array.isArray(value)) {
      value.forEach((entry: unknown, index) => {
        if (typeof entry === "object" && entry !== null)
          visit({ ...place, path: [...place.path, index], value: entry }, parent, `${pattern}[]`);
      });
      return;
    }
    if (!isMap(value) || findings.isLeftOut(place) || place.reads?.isPassedOver(value) === true) return;
    for (const key of Object.keys(value)) {
      const inner = { ...place, path: [...place.path, key], value: value[key] };
      if (saysNothing(inner.value)) continue;
      if (place.reads?.has(value, key) === true) {
        if (typeof inner.value === "object") visit(inner, key, `${pattern}.${key}`);
        continue;
      }
      if (silent.has(key) || silent.has(`${parent}.${key}`)) continue;
      const kind = `${pattern}.${key}`;
      const seen = unread.get(kind);
      if (seen !== undefined) seen.count += 1;
      else if (findings.isLeftOut(inner)) continue;
      else if (unread.size < mostKinds) unread.set(kind, { place: inner, key, parent, count: 1 });
      else isCut = true;
    }
  };
  for (const file of files) visit(file, "", "");

  for (const { place, key, parent, count } of unread.values()) {
    const loss = lost.get(`${parent}.${key}`) ?? lost.get(key);
    const { what, why, remedy } = loss ?? { what: `the field ${key.slice(0, 80)}`, ...unknown };
    findings.leftOut(place, count === 1 ? what : `${what} (${count} times)`, why, remedy);
  }
  if (isCut)
    findings.note(
      { file: "", path: [] },
      "further fields",
      `only the first ${mostKinds} kinds of unknown fields are listed`,
      "check that the files are answers of the API",
    );
}

function saysNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === "" || value === 0) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
