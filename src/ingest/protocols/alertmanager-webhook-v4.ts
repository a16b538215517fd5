/**
 * What Alertmanager's webhook receiver posts (version "4"), and Grafana's contact point, which has the same shape: a
 * group of alerts, each with its own status. One that is senseless costs the others nothing.
 *
 * Source: prometheus/alertmanager template.Data and notify/webhook; recorded requests of Alertmanager 0.25. Groups are
 * sent on change and every repeat_interval (hours), so a sender's silence says nothing: `silentAfterMs` is null.
 */
import type { EpochMs } from "#domain/ids";
import { asText } from "#wire/alert-content";
import { contentOf, identityOf, originOf, readAnnotations, readInstant, readLabels } from "../label-set.ts";
import { asString, isObject, typeName } from "../signal-draft.ts";
import type { Reading, SignalDraft } from "../signal-draft.ts";

export function readAlertmanagerWebhook(body: unknown): Reading {
  if (!isObject(body)) return { signals: [], errors: [`the body must be an object, not ${typeName(body)}`] };
  const { alerts } = body;
  if (!Array.isArray(alerts))
    return { signals: [], errors: [`alerts must be an array, not ${typeName(alerts)}`] };
  const from = originOf(asString(body["externalURL"]));
  const signals: SignalDraft[] = [];
  const errors: string[] = [];
  alerts.forEach((alert: unknown, index) => {
    const read = readAlert(alert, from);
    if (typeof read === "string") errors.push(`alerts[${index}]: ${read}`);
    else signals.push(read);
  });
  const truncated = body["truncatedAlerts"];
  const reading = { signals, errors, isTakenInPart: true };
  if (typeof truncated !== "number") return reading;
  return { ...reading, truncated: { group: asText(body["groupKey"]), count: Math.max(0, truncated) } };
}

function readAlert(raw: unknown, from: string): SignalDraft | string {
  if (!isObject(raw)) return `an alert must be an object, not ${typeName(raw)}`;
  const { status } = raw;
  if (status !== "firing" && status !== "resolved") return `status must be "firing" or "resolved"`;
  const labels = readLabels(raw["labels"]);
  if (typeof labels === "string") return labels;
  const annotations = readAnnotations(raw["annotations"]);
  if (typeof annotations === "string") return annotations;
  const endsAt = status === "resolved" ? instantOf(raw["endsAt"]) : null;
  return {
    // Not the sender's fingerprint: the same alert straight from Prometheus has none.
    dedupKey: identityOf(labels),
    status,
    content: contentOf(raw, labels, annotations, hostOf(from) ?? "alertmanager"),
    silentAfterMs: null,
    repetition: "refresh",
    times: { startsAt: instantOf(raw["startsAt"]), endsAt, from, isExplicit: true },
  };
}

/** A time that cannot be read says nothing; the alert is what matters. */
function instantOf(raw: unknown): EpochMs | null {
  const at = readInstant(raw, "");
  return typeof at === "string" ? null : at;
}

function hostOf(origin: string): string | undefined {
  return origin === "" || origin === "null" ? undefined : new URL(origin).host;
}
