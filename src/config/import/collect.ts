/**
 * What is in the exported files, sorted by kind, whatever form they have: a bundle of several lists, an API's answer with
 * its list (under its own key, `data` or `results`), one thing alone, or a bare list. Used by the vendors' importers.
 */
import type { Findings } from "./findings.ts";
import { type Page, reportMissingPages } from "./pages.ts";
import { child, entries, isMap, type Place } from "./place.ts";

/** One kind of thing that a vendor exports. */
export interface Kind<Name extends string> {
  readonly name: Name;
  /** The keys under which the API or a bundle has a list of it, or one alone. */
  readonly keys: readonly string[];
  /** What tells it from the other kinds in a list without such a key; kinds are asked in order. */
  readonly looksLikeIt: (item: Record<string, unknown>) => boolean;
}

/** A thing, and the id of the schedule or user that a bundle lists it under: `"overrides": { "PI7DH85": [...] }`. */
export interface Item extends Place {
  readonly owner: string | null;
}

export type Collected<Name extends string> = Readonly<Record<Name, readonly Item[]>>;

/** Envelopes that say nothing of what is in them. */
const envelopes = ["data", "results"];
/** Of paging and the like. */
const silentKeys = new Set(
  "limit offset more total count next previous current_page_number page_size total_pages paging took requestId requestid expandable totalCount _links".split(
    " ",
  ),
);

export function collect<Name extends string>(
  files: readonly Place[],
  kinds: readonly Kind<Name>[],
  findings: Findings,
): Collected<Name> {
  const collected = Object.fromEntries(kinds.map(({ name }) => [name, []])) as unknown as Record<
    Name,
    Item[]
  >;
  const add = (kind: Kind<Name>, place: Place, owner: string | null = null): void => {
    if (isMap(place.value)) collected[kind.name].push({ ...place, owner });
    else findings.fault(place, `must be a map, as the API gives ${kind.keys[0]}`);
  };
  const addUnknown = (place: Place): void => {
    const kind = isMap(place.value)
      ? kinds.find(({ looksLikeIt }) => looksLikeIt(place.value as never))
      : undefined;
    if (kind !== undefined) add(kind, place);
    else
      findings.leftOut(
        place,
        "something unknown",
        "it is nothing that this importer reads",
        "check that the file is an answer of the API, and for the right vendor",
      );
  };
  const addAll = (place: Place): void => {
    if (Array.isArray(place.value)) entries(place).forEach(addUnknown);
    else addUnknown(place);
  };
  /** A list, one alone, or a map from an owner's id to a list. */
  const addKind = (kind: Kind<Name>, place: Place): void => {
    if (place.value === null) return;
    if (Array.isArray(place.value)) return entries(place).forEach((entry) => add(kind, entry));
    if (!isMap(place.value)) return add(kind, place);
    const owners = Object.entries(place.value);
    if (owners.length === 0 || !owners.every(([, list]) => Array.isArray(list))) return add(kind, place);
    for (const [owner] of owners) for (const entry of entries(child(place, owner))) add(kind, entry, owner);
  };

  const pages: Page[] = [];
  const isPage = ({ value }: Place): boolean =>
    isMap(value) &&
    !isThing(value) &&
    Object.keys(value).some(
      (key) => envelopes.includes(key) || kinds.some((kind) => kind.keys.includes(key)),
    );
  // Several answers in one file, as `jq -s` makes it.
  const answers = files.flatMap((file) =>
    Array.isArray(file.value) && file.value.length > 0 && entries(file).every(isPage)
      ? entries(file)
      : [file],
  );
  for (const file of answers) {
    if (!isMap(file.value)) {
      if (Array.isArray(file.value)) addAll(file);
      else findings.fault(file, "must be a map or a list, as the API answers");
      continue;
    }
    const keys = Object.keys(file.value);
    const known = keys.filter((key) => kinds.some((kind) => kind.keys.includes(key)));
    const wrapped = keys.filter(
      (key) => envelopes.includes(key) && typeof child(file, key).value === "object",
    );
    const whole =
      known.length === 0 || isThing(file.value)
        ? kinds.find((kind) => kind.looksLikeIt(file.value as never))
        : undefined;
    if (whole !== undefined && wrapped.length === 0) {
      add(whole, file);
      continue;
    }
    for (const key of [...known, ...wrapped]) {
      const list = entries(child(file, key));
      const first = isMap(list[0]?.value) ? list[0].value : null;
      const kind = kinds.find(({ keys: own, looksLikeIt }) =>
        known.includes(key) ? own.includes(key) : first !== null && looksLikeIt(first),
      );
      if (!Array.isArray(child(file, key).value) || (kind === undefined && list.length === 0)) continue;
      const isAlone = known.length + wrapped.length === 1;
      pages.push({ place: file, what: kind?.keys[0] ?? key, count: list.length, isAlone });
    }
    for (const key of known)
      addKind(
        kinds.find((kind) => kind.keys.includes(key))!,
        child(file, key),
      );
    for (const key of wrapped) if (child(file, key).value !== null) addAll(child(file, key));
    for (const key of keys) {
      if (known.includes(key) || wrapped.includes(key) || silentKeys.has(key)) continue;
      addUnknown(child(file, key));
    }
    if (keys.length === 0) findings.fault(file, "empty; save the API's answer as it came");
  }
  reportMissingPages(pages, findings);
  return collected;
}

/** One thing saved alone may have keys like those of a bundle (a schedule has `users`), but then it has an id too. */
function isThing(value: Record<string, unknown>): boolean {
  return Object.hasOwn(value, "id");
}
