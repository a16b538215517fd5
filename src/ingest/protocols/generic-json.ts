/**
 * Tocsin's own plain format, for anything that can post JSON (contract §4, `/in/KEY/json`):
 * `{title, severity?, source?, dedupKey?, status?, labels?, details?, links?}`. Fields it does not know are ignored.
 */
import { contentLimits, asText, makeContent } from "#wire/alert-content";
import type { RawLink } from "#wire/alert-content";
import type { Severity } from "#domain/severity";
import { defaultSeverity, readSeverity } from "#wire/severity-words";
import { asString, isObject, typeName } from "../signal-draft.ts";
import type { JsonObject, Reading } from "../signal-draft.ts";

export function readGenericJson(body: unknown): Reading {
  if (!isObject(body))
    return { signals: [], errors: [`the body must be an object with a "title", not ${typeName(body)}`] };
  const errors: string[] = [];
  const status = body["status"] ?? "firing";
  if (status !== "firing" && status !== "resolved") errors.push(`status must be "firing" or "resolved"`);
  const dedupKey = readDedupKey(body["dedupKey"], errors);
  if (status === "resolved" && dedupKey === null)
    errors.push(`dedupKey is missing; it says which alert is resolved`);
  const title = asString(body["title"])?.trim() ?? "";
  if (title === "" && !(status === "resolved" && body["title"] === undefined))
    errors.push("title must be a string with something in it");
  const severity = readSeverityField(body["severity"], errors);
  if (body["source"] !== undefined && typeof body["source"] !== "string")
    errors.push(`source must be a string, not ${typeName(body["source"])}`);
  const labels = readRecord(body, "labels", errors);
  const details = readRecord(body, "details", errors);
  const links = readLinks(body["links"], errors);
  if (errors.length > 0) return { signals: [], errors };
  return {
    signals: [
      {
        dedupKey,
        status: status as "firing" | "resolved",
        content: makeContent({
          severity,
          titles: [title, dedupKey ?? undefined],
          sources: [asString(body["source"]), "json"],
          labels,
          details,
          links,
        }),
        silentAfterMs: null,
        repetition: "report",
      },
    ],
    errors,
  };
}

/** A number is taken as text. Longer keys are refused, not cut: two alerts must not become one. */
function readDedupKey(raw: unknown, errors: string[]): string | null {
  if (raw === undefined || raw === null || raw === "") return null;
  if (typeof raw !== "string" && typeof raw !== "number")
    errors.push(`dedupKey must be a string, not ${typeName(raw)}`);
  else if (String(raw).length > contentLimits.dedupKey)
    errors.push(`dedupKey is too long; at most ${contentLimits.dedupKey} characters`);
  else return String(raw);
  return null;
}

function readSeverityField(raw: unknown, errors: string[]): Severity {
  if (raw === undefined || raw === null) return defaultSeverity;
  const severity = typeof raw === "string" ? readSeverity(raw) : undefined;
  if (severity === undefined) errors.push(`severity must be "critical", "error", "warning" or "info"`);
  return severity ?? defaultSeverity;
}

function readRecord(body: JsonObject, name: "labels" | "details", errors: string[]): JsonObject {
  const raw = body[name];
  if (raw === undefined || raw === null) return {};
  if (!isObject(raw)) {
    errors.push(`${name} must be an object, not ${typeName(raw)}`);
    return {};
  }
  return raw;
}

function readLinks(raw: unknown, errors: string[]): RawLink[] {
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw)) {
    errors.push(`links must be an array, not ${typeName(raw)}`);
    return [];
  }
  return raw.flatMap((link: unknown, index) => {
    if (typeof link === "string") return [{ href: link }];
    const href = isObject(link) ? asString(link["href"]) : undefined;
    if (href !== undefined) return [{ href, text: asString((link as JsonObject)["text"]) }];
    errors.push(`links[${index}] must have an "href": ${asText(link).slice(0, 60)}`);
    return [];
  });
}
