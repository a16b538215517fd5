/**
 * What Alertmanager's webhook receiver posts (version "4"), and Grafana's contact point, which has the same shape: a
 * group of alerts, each with its own status.
 *
 * Source: prometheus/alertmanager template.Data and notify/webhook; recorded requests of Alertmanager 0.25. Groups are
 * sent on change and every repeat_interval (hours), so a sender's silence says nothing: `silentAfterMs` is null.
 */
import { contentOf, identityOf, readAnnotations, readLabels } from "../label-set.ts";
import { asString, isObject, typeName } from "../signal-draft.ts";
import type { Reading, SignalDraft } from "../signal-draft.ts";

export function readAlertmanagerWebhook(body: unknown): Reading {
  if (!isObject(body)) return { signals: [], errors: [`the body must be an object, not ${typeName(body)}`] };
  const { alerts } = body;
  if (!Array.isArray(alerts))
    return { signals: [], errors: [`alerts must be an array, not ${typeName(alerts)}`] };
  const fallbackSource = hostOf(asString(body["externalURL"])) ?? "alertmanager";
  const signals: SignalDraft[] = [];
  const errors: string[] = [];
  alerts.forEach((alert: unknown, index) => {
    const read = readAlert(alert, fallbackSource);
    if (typeof read === "string") errors.push(`alerts[${index}]: ${read}`);
    else signals.push(read);
  });
  // Contract §4: a bad request changes nothing; only a batch of `/api/v2/alerts` is kept in part.
  return { signals: errors.length === 0 ? signals : [], errors };
}

function readAlert(raw: unknown, fallbackSource: string): SignalDraft | string {
  if (!isObject(raw)) return `an alert must be an object, not ${typeName(raw)}`;
  const { status } = raw;
  if (status !== "firing" && status !== "resolved") return `status must be "firing" or "resolved"`;
  const labels = readLabels(raw["labels"]);
  if (typeof labels === "string") return labels;
  const annotations = readAnnotations(raw["annotations"]);
  if (typeof annotations === "string") return annotations;
  return {
    // Not the sender's fingerprint: the same alert straight from Prometheus has none.
    dedupKey: identityOf(labels),
    status,
    content: contentOf(raw, labels, annotations, fallbackSource),
    silentAfterMs: null,
    repetition: "refresh",
  };
}

function hostOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  return new URL(url).host || undefined;
}
