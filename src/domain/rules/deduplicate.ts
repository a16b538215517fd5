/**
 * One more report of an alert that is open already.
 *
 * Prometheus says each firing alert again every minute, for months. What changes something is a fact; a mere "still
 * firing" is only observed, so neither the journal nor memory grows by it.
 */
import type { Alert, AlertContent } from "../alert.ts";
import type { Decision } from "../decision.ts";
import type { Signal } from "../input.ts";
import { limits } from "../limits.ts";
import { isWorse } from "../severity.ts";
import { retrigger } from "./retrigger.ts";

export function deduplicate(decision: Decision, before: Alert, signal: Signal): void {
  let alert = before;
  if (alert.stale) alert = decision.emit(alert, { kind: "alert-heard-again" });
  if (signal.repetition === "report") alert = countReport(decision, alert, signal.content);
  if (isWorse(signal.content.severity, alert.severity)) {
    alert = decision.emit(alert, {
      kind: "severity-raised",
      from: alert.severity,
      to: signal.content.severity,
      round: alert.round + 1,
    });
    alert = retrigger(decision, before, alert, "severity-raised");
  }
  const staleAt = signal.silentAfterMs === null ? null : decision.now + signal.silentAfterMs;
  if (staleAt !== alert.staleAt)
    decision.observations.push({ kind: "still-firing", alertId: alert.id, staleAt });
  if (signal.said !== undefined) {
    const { sender, startsAt, endsAt } = signal.said;
    const report = { startsAt, endsAt, at: decision.now };
    decision.observations.push({ kind: "reported-firing", alertId: alert.id, sender, report });
  }
  if (!sameWording(alert, signal.content)) {
    decision.observations.push({ kind: "reworded", alertId: alert.id, content: signal.content });
  }
  decision.done(alert, "repeated");
}

/** A report is somebody's explicit word, so its new wording is kept on disk before it is answered. */
function countReport(decision: Decision, before: Alert, content: AlertContent): Alert {
  const alert = sameWording(before, content)
    ? before
    : decision.emit(before, { kind: "content-changed", content });
  const occurrences = alert.occurrences + 1;
  if (isJournaled(occurrences)) return decision.emit(alert, { kind: "occurrences-counted", occurrences });
  decision.observations.push({ kind: "reported-again", alertId: alert.id, occurrences });
  return alert;
}

/** Exact while small, then at powers of two: a million reports cost some fifty facts. */
function isJournaled(occurrences: number): boolean {
  return occurrences <= limits.exactOccurrences || Number.isInteger(Math.log2(occurrences));
}

function sameWording(alert: Alert, content: AlertContent): boolean {
  return (
    alert.title === content.title &&
    alert.source === content.source &&
    sameRecord(alert.labels, content.labels) &&
    sameRecord(alert.details, content.details) &&
    alert.links.length === content.links.length &&
    alert.links.every(
      (link, i) => link.href === content.links[i]?.href && link.text === content.links[i]?.text,
    )
  );
}

function sameRecord(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
