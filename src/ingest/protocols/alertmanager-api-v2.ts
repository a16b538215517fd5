/**
 * What Prometheus, vmalert and amtool post to an Alertmanager: `POST /api/v2/alerts`, a batch of alerts, each firing one
 * again and again until a while after its end.
 *
 * Source: prometheus/alertmanager api/v2/openapi.yaml (postableAlerts) and recorded requests of Prometheus 2.42 and
 * amtool 0.25 (test/fixtures). One invalid alert does not cost the others.
 */
import type { EpochMs } from "#domain/ids";
import { contentOf, identityOf, readAnnotations, readLabels } from "../label-set.ts";
import { isObject, typeName } from "../signal-draft.ts";
import type { Reading, SignalDraft } from "../signal-draft.ts";

/** Of an alert without an end; Alertmanager's default `resolve_timeout`. */
export const resolveTimeoutMs = 5 * 60_000;

/** An end further away than this says "until I resolve it", so its sender's silence means nothing. */
const furthestEndMs = 366 * 86_400_000;

export function readAlertmanagerAlerts(body: unknown, now: EpochMs): Reading {
  if (!Array.isArray(body))
    return {
      signals: [],
      errors: [`parsing alerts body failed: it must be an array of alerts, not ${typeName(body)}`],
    };
  const signals: SignalDraft[] = [];
  const errors: string[] = [];
  body.forEach((alert: unknown) => {
    const read = readAlert(alert, now);
    if (typeof read === "string") errors.push(read);
    else signals.push(read);
  });
  return { signals, errors };
}

function readAlert(raw: unknown, now: EpochMs): SignalDraft | string {
  if (!isObject(raw)) return `an alert must be an object, not ${typeName(raw)}`;
  const labels = readLabels(raw["labels"]);
  if (typeof labels === "string") return labels;
  const annotations = readAnnotations(raw["annotations"]);
  if (typeof annotations === "string") return annotations;
  const startsAt = readInstant(raw["startsAt"], "startsAt");
  if (typeof startsAt === "string") return startsAt;
  const endsAt = readInstant(raw["endsAt"], "endsAt");
  if (typeof endsAt === "string") return endsAt;
  if (startsAt !== null && endsAt !== null && endsAt < startsAt) return "start time must be before end time";

  const resolved = endsAt !== null && endsAt <= now;
  return {
    dedupKey: identityOf(labels),
    status: resolved ? "resolved" : "firing",
    content: contentOf(raw, labels, annotations, "prometheus"),
    silentAfterMs: resolved ? null : silentAfter(endsAt, now),
    repetition: "refresh",
  };
}

function silentAfter(endsAt: EpochMs | null, now: EpochMs): number | null {
  if (endsAt === null) return resolveTimeoutMs;
  return endsAt - now > furthestEndMs ? null : endsAt - now;
}

const instant = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** RFC 3339; null when unset, which Go also writes as the year 1. A sentence when it is no time. */
function readInstant(raw: unknown, name: string): EpochMs | null | string {
  if (raw === undefined || raw === null || raw === "") return null;
  if (typeof raw !== "string") return `${name} must be an RFC 3339 time, not ${typeName(raw)}`;
  const at = instant.test(raw) ? Date.parse(raw.replace(" ", "T")) : NaN;
  if (Number.isNaN(at))
    return `${name}: parsing time ${JSON.stringify(raw.slice(0, 40))} failed: it must be RFC 3339, such as 2026-01-31T12:00:00Z`;
  return at <= 0 ? null : at;
}
