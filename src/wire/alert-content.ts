/**
 * Builds an alert's content from what a stranger sent: cleaned, bounded, and saying so when something was left out.
 * Called by every protocol of `ingest` and by the API's own "raise".
 */
import type { AlertContent, Link } from "#domain/alert";
import type { Severity } from "#domain/severity";
import { cleanLine, cleanText } from "./hostile-text.ts";

/** Lengths in UTF-16 units. Title, source and key lengths are those of PagerDuty's Events API v2. */
export const contentLimits = {
  title: 1024,
  source: 255,
  dedupKey: 512,
  labels: 64,
  details: 64,
  name: 255,
  labelValue: 1024,
  detailValue: 4096,
  /** All details of one alert together. */
  detailsTotal: 32_768,
  links: 20,
  /** As it is kept, percent-encoded. */
  href: 4096,
  linkText: 255,
} as const;

export interface RawContent {
  readonly severity: Severity;
  /** The first of these with anything to read is the title. */
  readonly titles: readonly (string | undefined)[];
  readonly sources: readonly (string | undefined)[];
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly links?: readonly RawLink[];
}

export interface RawLink {
  readonly href: string;
  readonly text?: string | undefined;
}

export function makeContent(raw: RawContent): AlertContent {
  const leftOut: string[] = [];
  const labels = cleanRecord(raw.labels, contentLimits.labels, contentLimits.labelValue, Infinity);
  const details = cleanRecord(
    raw.details,
    contentLimits.details,
    contentLimits.detailValue,
    contentLimits.detailsTotal,
  );
  const links = cleanLinks(raw.links ?? []);
  if (labels.leftOut > 0) leftOut.push(`${labels.leftOut} labels`);
  if (details.leftOut > 0) leftOut.push(`${details.leftOut} details`);
  if (links.leftOut > 0) leftOut.push(`${links.leftOut} links`);
  if (leftOut.length > 0) details.record["tocsin"] = `Left out, being too many: ${leftOut.join(", ")}.`;
  return {
    severity: raw.severity,
    title: firstLine(raw.titles, contentLimits.title) ?? "(no title)",
    source: firstLine(raw.sources, contentLimits.source) ?? "unknown",
    labels: labels.record,
    details: details.record,
    links: links.links,
  };
}

/** A link only if a browser may be sent there: http or https, whole and not too long. Else undefined. */
export function cleanLink(raw: RawLink): Link | undefined {
  if (raw.href.length > contentLimits.href || !/^\s*https?:/i.test(raw.href)) return undefined;
  let href: string;
  try {
    href = new URL(raw.href).href;
  } catch {
    return undefined;
  }
  // Again: a letter that is no ASCII becomes up to nine.
  if (href.length > contentLimits.href) return undefined;
  const text = raw.text === undefined ? "" : cleanLine(raw.text, contentLimits.linkText);
  return text === "" ? { href } : { href, text };
}

/** Any JSON value as text. A string stays as it is; what JSON nests too deeply to be written is not written. */
export function asText(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value) ?? "";
  } catch (error) {
    if (error instanceof RangeError) return "(nested too deeply to show)";
    throw error;
  }
}

function firstLine(candidates: readonly (string | undefined)[], maxLength: number): string | undefined {
  for (const candidate of candidates) {
    const line = candidate === undefined ? "" : cleanLine(candidate, maxLength);
    if (line !== "") return line;
  }
  return undefined;
}

function cleanRecord(
  raw: Readonly<Record<string, unknown>> | undefined,
  maxEntries: number,
  maxValueLength: number,
  maxTotalLength: number,
): { record: Record<string, string>; leftOut: number } {
  const record: Record<string, string> = {};
  let leftOut = 0;
  let entries = 0;
  let total = 0;
  for (const rawName in raw) {
    // Assigning to `__proto__` would change the record instead of filling it.
    const name = rawName === "__proto__" ? "(__proto__)" : cleanLine(rawName, contentLimits.name);
    const value = entries < maxEntries ? cleanText(asText(raw[rawName]), maxValueLength) : "";
    if (entries >= maxEntries || total + value.length > maxTotalLength) {
      leftOut += 1;
      continue;
    }
    record[name] = value;
    entries += 1;
    total += value.length;
  }
  return { record, leftOut };
}

function cleanLinks(raw: readonly RawLink[]): { links: readonly Link[]; leftOut: number } {
  const links = new Map<string, Link>();
  let leftOut = 0;
  for (const candidate of raw) {
    if (links.size >= contentLimits.links) {
      leftOut += 1;
      continue;
    }
    const link = cleanLink(candidate);
    if (link !== undefined && !links.has(link.href)) links.set(link.href, link);
  }
  return { links: [...links.values()], leftOut };
}
