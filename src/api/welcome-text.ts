/**
 * The welcome as JSON, for transports that take text: hundreds of desks come at once when an engine has taken over, and
 * each is told every open alert. Used by `client-session.ts`.
 */
import type { Alert } from "#domain/alert";
import type { EngineMessage } from "#wire/client-contract";
import { toAlertJson } from "./alert-view.ts";

type Welcome = Extract<EngineMessage, { type: "welcome" }>;

/** An alert never changes; another one takes its place. */
const written = new WeakMap<Alert, string>();

export function welcomeText(welcome: Omit<Welcome, "alerts">, open: Iterable<Alert>): string {
  const alerts = [...open].map(textOf).join(",");
  return `${JSON.stringify(welcome).slice(0, -1)},"alerts":[${alerts}]}`;
}

function textOf(alert: Alert): string {
  const known = written.get(alert);
  if (known !== undefined) return known;
  const text = JSON.stringify(toAlertJson(alert));
  written.set(alert, text);
  return text;
}
