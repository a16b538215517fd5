/**
 * An alert as Prometheus and Alertmanager describe it: a set of labels is its identity, annotations are its text.
 * Shared by the two protocols that carry such alerts, so that the same alert is the same one by either way.
 */
import { hash } from "node:crypto";
import type { AlertContent } from "#domain/alert";
import type { EpochMs } from "#domain/ids";
import { makeContent } from "#wire/alert-content";
import type { RawLink } from "#wire/alert-content";
import { defaultSeverity, readSeverity } from "#wire/severity-words";
import { asString, isObject, typeName } from "./signal-draft.ts";
import type { JsonObject } from "./signal-draft.ts";

export type LabelSet = Readonly<Record<string, string>>;

/**
 * The labels with a value; an empty one means "not there" (Alertmanager does the same). A sentence when they are none.
 * Any name is accepted: since Prometheus 3 names are arbitrary UTF-8.
 */
export function readLabels(raw: unknown): LabelSet | string {
  if (!isObject(raw))
    return raw === undefined
      ? "at least one label pair required"
      : `labels must be an object of strings, not ${typeName(raw)}`;
  const labels: Record<string, string> = Object.create(null) as Record<string, string>;
  let count = 0;
  for (const name in raw) {
    const value = raw[name];
    if (typeof value !== "string")
      return `label ${JSON.stringify(name.slice(0, 100))} must be a string, not ${typeName(value)}`;
    if (value === "") continue;
    labels[name] = value;
    count += 1;
  }
  return count === 0 ? "at least one label pair required" : labels;
}

/** The annotations, all strings. A sentence when they are not. */
export function readAnnotations(raw: unknown): LabelSet | string {
  if (raw === undefined || raw === null) return {};
  if (!isObject(raw)) return `annotations must be an object of strings, not ${typeName(raw)}`;
  for (const name in raw) {
    if (typeof raw[name] !== "string")
      return `annotation ${JSON.stringify(name.slice(0, 100))} must be a string, not ${typeName(raw[name])}`;
  }
  return raw as LabelSet;
}

/**
 * The identity of a label set: 32 hex digits of SHA-256. Not Alertmanager's FNV fingerprint, since label values may come
 * from hostile machines and two alerts must not be made to look like one.
 */
export function identityOf(labels: LabelSet): string {
  const sorted = Object.keys(labels)
    .sort()
    .map((name) => [name, labels[name]]);
  return hash("sha256", JSON.stringify(sorted), "hex").slice(0, 32);
}

/** `alert` is the object that has the labels; its links are taken from it too. */
export function contentOf(
  alert: JsonObject,
  labels: LabelSet,
  annotations: LabelSet,
  fallbackSource: string,
): AlertContent {
  const links: RawLink[] = [];
  const details: Record<string, unknown> = {};
  const generator = asString(alert["generatorURL"]);
  for (const name in annotations) {
    if (/url$/i.test(name) && /^https?:/i.test(annotations[name]!))
      links.push({ href: annotations[name]!, text: linkText(name) });
    else if (name !== "summary") details[name] = annotations[name];
  }
  for (const name of ["dashboardURL", "panelURL", "silenceURL"]) {
    const href = asString(alert[name]);
    if (href !== undefined) links.push({ href, text: linkText(name) });
  }
  if (generator !== undefined) links.push({ href: generator, text: "Source" });
  return makeContent({
    severity: readSeverity(labels["severity"] ?? "") ?? defaultSeverity,
    titles: [annotations["summary"], annotations["title"], labels["alertname"], annotations["description"]],
    sources: [labels["instance"], labels["job"], fallbackSource],
    labels,
    details,
    links,
  });
}

/** `runbook_url` reads "runbook", `dashboardURL` reads "dashboard". */
function linkText(name: string): string {
  return name.replace(/[_-]?url$/i, "").replace(/_/g, " ") || "link";
}

/** Scheme, host and port of where a sender says that it is to be found; empty when it does not. */
export function originOf(url: string | undefined): string {
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : "";
}

const instant = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** RFC 3339; null when unset, which Go also writes as the year 1. A sentence when it is no time. */
export function readInstant(raw: unknown, name: string): EpochMs | null | string {
  if (raw === undefined || raw === null || raw === "") return null;
  if (typeof raw !== "string") return `${name} must be an RFC 3339 time, not ${typeName(raw)}`;
  const at = instant.test(raw) ? Date.parse(raw.replace(" ", "T")) : NaN;
  if (Number.isNaN(at))
    return `${name}: parsing time ${JSON.stringify(raw.slice(0, 40))} failed: it must be RFC 3339, such as 2026-01-31T12:00:00Z`;
  return at <= 0 ? null : at;
}
