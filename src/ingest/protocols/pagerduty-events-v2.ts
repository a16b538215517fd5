/**
 * PagerDuty's Events API v2, `POST /v2/enqueue`: what most tools can speak already.
 *
 * Source: PagerDuty's developer documentation ("Send an event to PagerDuty"); recorded requests of pdjs and of
 * Alertmanager's PagerDuty receiver. As strict as PagerDuty where a client relies on it, lenient where real clients are
 * sloppy (custom_details that is not an object, timestamps without a zone).
 */
import { contentLimits, makeContent } from "#wire/alert-content";
import type { RawLink } from "#wire/alert-content";
import { severities } from "#domain/severity";
import type { Severity } from "#domain/severity";
import { asString, isObject, typeName } from "../signal-draft.ts";
import type { JsonObject, Reading } from "../signal-draft.ts";

/** In characters, as PagerDuty and Alertmanager count them: an emoji is one. */
const maxSummaryLength = 1024;
const maxDedupKeyLength = 255;

const statusOf = { trigger: "firing", acknowledge: "acknowledged", resolve: "resolved" } as const;

/** The key that says which integration the event is for; a sentence when there is none to look up. */
export function routingKeyOf(body: unknown): { readonly key: string } | { readonly error: string } {
  if (!isObject(body)) return { error: `the event must be a JSON object, not ${typeName(body)}` };
  const key = body["routing_key"];
  if (typeof key !== "string" || key === "") return { error: "'routing_key' is missing or blank" };
  return { key };
}

export function readPagerDutyEvent(body: unknown): Reading {
  if (!isObject(body))
    return { signals: [], errors: [`the event must be a JSON object, not ${typeName(body)}`] };
  const errors: string[] = [];
  const action = body["event_action"];
  if (action !== "trigger" && action !== "acknowledge" && action !== "resolve") {
    return {
      signals: [],
      errors: [
        "'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')",
      ],
    };
  }
  const dedupKey = readDedupKey(body["dedup_key"], action, errors);
  if (action === "trigger") checkPayload(body["payload"], errors);
  if (errors.length > 0) return { signals: [], errors };
  return {
    signals: [
      {
        dedupKey,
        status: statusOf[action],
        content: contentOf(body, isObject(body["payload"]) ? body["payload"] : {}, dedupKey),
        silentAfterMs: null,
        repetition: "report",
      },
    ],
    errors,
  };
}

/** A change event (`POST /v2/change/enqueue`) never notifies; it is only checked, so that its sender learns of mistakes. */
export function checkChangeEvent(body: unknown): readonly string[] {
  const payload = isObject(body) ? body["payload"] : undefined;
  if (!isObject(payload)) return ["'payload' is missing or blank"];
  const errors: string[] = [];
  checkSummary(payload, errors);
  return errors;
}

function readDedupKey(raw: unknown, action: string, errors: string[]): string | null {
  if (raw === undefined || raw === null || raw === "") {
    if (action !== "trigger")
      errors.push("'dedup_key' is missing or blank (it says which alert to " + action + ")");
    return null;
  }
  if (typeof raw !== "string") errors.push(`'dedup_key' must be a string, not ${typeName(raw)}`);
  else if (isLonger(raw, maxDedupKeyLength))
    errors.push(`'dedup_key' is too long (maximum is ${maxDedupKeyLength} characters)`);
  else return raw;
  return null;
}

function checkPayload(payload: unknown, errors: string[]): void {
  if (!isObject(payload)) {
    errors.push("'payload' is missing or blank");
    return;
  }
  checkSummary(payload, errors);
  if (isBlank(payload["source"])) errors.push("'payload.source' is missing or blank");
  if (!severities.includes(payload["severity"] as Severity)) {
    errors.push(
      "'payload.severity' is invalid (must be one of the following: 'critical', 'error', 'warning' or 'info')",
    );
  }
}

function checkSummary(payload: JsonObject, errors: string[]): void {
  const { summary } = payload;
  if (isBlank(summary)) errors.push("'payload.summary' is missing or blank");
  else if (isLonger(summary as string, maxSummaryLength))
    errors.push(`'payload.summary' is too long (maximum is ${maxSummaryLength} characters)`);
}

function contentOf(event: JsonObject, payload: JsonObject, dedupKey: string | null) {
  const custom = payload["custom_details"];
  const details: Record<string, unknown> = isObject(custom)
    ? { ...custom }
    : custom === undefined || custom === null
      ? {}
      : { custom_details: custom };
  if (typeof payload["timestamp"] === "string") details["timestamp"] ??= payload["timestamp"];
  const labels: Record<string, string> = {};
  for (const name of ["component", "group", "class"]) {
    const value = payload[name];
    if (typeof value === "string" && value !== "") labels[name] = value;
  }
  const client = asString(event["client"]);
  if (client !== undefined) details["client"] ??= client;
  const severity = payload["severity"] as Severity;
  return makeContent({
    severity: severities.includes(severity) ? severity : "error",
    // An acknowledge or a resolve has no payload; what it is about is known by its key.
    titles: [asString(payload["summary"]), dedupKey ?? undefined],
    sources: [asString(payload["source"]), client],
    labels,
    details,
    links: [
      ...readClientLink(event, client),
      ...readLinks(event["links"], "href", "text"),
      ...readLinks(event["images"], "href", "alt"),
      ...readLinks(event["images"], "src", "alt"),
    ],
  });
}

function readClientLink(event: JsonObject, client: string | undefined): RawLink[] {
  const href = asString(event["client_url"]);
  return href === undefined ? [] : [{ href, text: client }];
}

function readLinks(raw: unknown, hrefName: string, textName: string): RawLink[] {
  if (!Array.isArray(raw)) return [];
  return raw.slice(0, 2 * contentLimits.links).flatMap((link: unknown) => {
    const href = isObject(link) ? asString(link[hrefName]) : undefined;
    return href === undefined ? [] : [{ href, text: asString((link as JsonObject)[textName]) }];
  });
}

function isBlank(value: unknown): boolean {
  return typeof value !== "string" || value.trim() === "";
}

function isLonger(text: string, maxLength: number): boolean {
  return text.length > maxLength && [...text].length > maxLength;
}
