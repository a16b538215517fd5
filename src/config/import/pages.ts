/**
 * Answers of an API that are one page of several: whether all of them are there. Used by `collect`.
 *
 * PagerDuty says `more`, Opsgenie `paging.next`, Grafana OnCall `next`. Half of the users without a word is worse than none.
 */
import type { Findings } from "./findings.ts";
import { child, numberOf, type Place, textOf } from "./place.ts";

export interface Page {
  readonly place: Place;
  /** `users`, `escalation_policies`: the pages of one list have it in common. */
  readonly what: string;
  /** How many there are on it. */
  readonly count: number;
  /** Nothing else is in the answer, so that what it counts is this. */
  readonly isAlone: boolean;
}

interface Position {
  readonly page: Page;
  /** Comparable among the pages of one list. */
  readonly start: number;
  /** Where the next one begins; null after the last one. */
  readonly next: { readonly start: number; readonly said: Place; readonly ask: string } | null;
}

export function reportMissingPages(pages: readonly Page[], findings: Findings): void {
  const positions = pages.map(positionOf);
  const key = (what: string, start: number): string => `${start} ${what}`;
  const there = new Set(positions.map(({ page, start }) => key(page.what, start)));
  for (const { page, start, next } of positions) {
    if (next === null || (next.start !== start && there.has(key(page.what, next.start)))) continue;
    findings.leftOut(
      next.said,
      `the rest of the ${page.what.replaceAll("_", " ")}`,
      `this is only a part: the API has more after these ${page.count}`,
      `export again with ${next.ask} until there are no more, and import all of the files together`,
    );
  }
}

function positionOf(page: Page): Position {
  const { place, count, isAlone } = page;
  const at = (...keys: readonly string[]): number | null => numberOf(child(place, ...keys));
  const after = (start: number, said: Place, ask: string) => ({ start, said, ask });

  // Grafana OnCall: pages by number.
  const [number, of] = [at("current_page_number"), at("total_pages")];
  const address = child(place, "next");
  const asked = parameterOf(textOf(address), "page");
  if (number !== null || asked !== null) {
    const start = number ?? asked! - 1;
    const hasMore = textOf(address) !== null || (of !== null && of > start);
    const said = textOf(address) !== null ? address : child(place, "total_pages");
    const ask = `page=${start + 1}`;
    return { page, start, next: hasMore ? after(asked ?? start + 1, said, ask) : null };
  }
  // Opsgenie: an address that says where the next one begins; this one's own place is known by its neighbours.
  const [following, before] = ["next", "prev"].map((key) => child(place, "paging", key)) as [Place, Place];
  const [offset, previous] = [textOf(following), textOf(before)].map((url) => parameterOf(url, "offset"));
  if (textOf(following) !== null) {
    const limit = parameterOf(textOf(following), "limit") ?? count;
    const start = (offset ?? count) - limit;
    return { page, start, next: after(offset ?? count, following, `offset=${offset ?? count}`) };
  }
  if (previous !== null && previous !== undefined)
    return { page, start: previous + (parameterOf(textOf(before), "limit") ?? count), next: null };
  // PagerDuty, and whoever counts.
  const start = at("offset") ?? 0;
  const [limit, total] = [at("limit") ?? count, at("total") ?? at("totalCount") ?? at("count")];
  const more = child(place, "more");
  const isCounted = isAlone && total !== null && start + count < total && more.value !== false;
  const beyond = more.value === true ? start + Math.max(limit, 1) : start + count;
  const said = more.value === true ? more : place;
  const hasMore = more.value === true || isCounted || textOf(address) !== null;
  return { page, start, next: hasMore ? after(beyond, said, `offset=${beyond}`) : null };
}

/** A number in the query of an address, which may be only its path. */
function parameterOf(address: string | null, name: string): number | null {
  const text = address === null ? null : new URLSearchParams(address.replace(/^[^?]*\?/, "")).get(name);
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}
