/**
 * What Prometheus, vmalert and amtool post to an Alertmanager: `POST /api/v2/alerts`, a batch of alerts, each firing one
 * again and again until a while after its end.
 *
 * Source: prometheus/alertmanager api/v2/openapi.yaml (postableAlerts) and recorded requests of Prometheus 2.42 and
 * amtool 0.25 (test/fixtures). One invalid alert does not cost the others.
 */
import type { EpochMs } from "#domain/ids";
import { contentOf, identityOf, originOf, readAnnotations, readInstant, readLabels } from "../label-set.ts";
import { asString, isObject, typeName } from "../signal-draft.ts";
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
    times: { startsAt, endsAt, from: originOf(asString(raw["generatorURL"])), isExplicit: false },
  };
}

function silentAfter(endsAt: EpochMs | null, now: EpochMs): number | null {
  if (endsAt === null) return resolveTimeoutMs;
  return silentFor(endsAt - now);
}

/** Of an end that lies so far ahead, null: its sender's silence means nothing. */
export function silentFor(ms: number): number | null {
  return ms > furthestEndMs ? null : ms;
}
