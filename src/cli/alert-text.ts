/** Alerts for a terminal. Their text is hostile: control characters are shown, never obeyed. */
import { byWhom } from "#domain/by-whom";
import type { AlertJson } from "#wire/alert-json";

export function printAlerts(alerts: readonly AlertJson[]): string {
  if (alerts.length === 0) return "No alerts.";
  const rows = alerts.map((alert) => [
    alert.id,
    alert.status + (alert.stale === true ? " (stale)" : ""),
    alert.severity,
    alert.openedAt.replace("T", " ").slice(0, 19),
    visible(alert.title),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The alert and its timeline: the answer to "why was I woken?". */
export function printAlert(alert: AlertJson): string {
  const lines = [
    `${alert.severity.toUpperCase()}: ${visible(alert.title)}`,
    "",
    field("id", alert.id),
    field("status", statusText(alert)),
    field("source", visible(alert.source)),
    field(
      "policy",
      `${alert.policy}, step ${alert.step + 1}${alert.repeat > 0 ? `, repeat ${alert.repeat}` : ""}`,
    ),
    field("occurrences", String(alert.occurrences)),
    ...(alert.stale === true
      ? [field("stale", "its source fell silent; nobody knows whether it still holds")]
      : []),
    ...(alert.nextEscalationAt === undefined ? [] : [field("next step", instant(alert.nextEscalationAt))]),
    ...Object.entries(alert.labels).map(([name, value]) =>
      field("label", `${visible(name)} = ${visible(value)}`),
    ),
    ...Object.entries(alert.details).map(([name, value]) =>
      field("detail", `${visible(name)} = ${visible(value)}`),
    ),
    ...alert.links.map((link) => field("link", visible(link.href))),
    "",
    ...(alert.timeline ?? []).map((entry) => `${instant(entry.at)}  ${visible(entry.text ?? entry.kind)}`),
  ];
  return lines.join("\n");
}

function statusText(alert: AlertJson): string {
  if (alert.status === "acknowledged")
    return `acknowledged ${byWhom(alert.acknowledgedBy ?? null, alert.acknowledgedFrom)}`;
  if (alert.status === "snoozed" && alert.snoozedUntil !== undefined)
    return `snoozed until ${instant(alert.snoozedUntil)}`;
  return alert.status;
}

const field = (name: string, value: string) => `  ${name.padEnd(12)}${value}`;
const instant = (at: string) => at.replace("T", " ").replace(/(\.\d+)?Z$/, "Z");

/** Control and bidi characters as escapes, so that an alert cannot drive the terminal that shows it. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
}
