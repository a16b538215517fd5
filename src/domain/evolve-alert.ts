/**
 * The next value of one alert after one fact: truly pure, and the only place that knows what a fact means.
 * Called by `evolve`, and by the rules while they decide, so that a rule sees the effect of what it has just said.
 */
import type { Alert, Notification } from "./alert.ts";
import type { AlertFact } from "./fact.ts";
import type { EpochMs } from "./ids.ts";

/** @throws when the alert is not there and the fact does not open it, or the other way round: a broken invariant. */
export function evolveAlert(before: Alert | undefined, fact: AlertFact): Alert {
  if (fact.kind === "alert-opened") {
    if (before !== undefined) throw new Error(`invariant: alert ${fact.alertId} opened twice`);
    return opened(fact);
  }
  if (before === undefined) throw new Error(`invariant: ${fact.kind} for unknown alert ${fact.alertId}`);
  return changed(before, fact);
}

/** When the alert next needs a `tick`; null: never. */
export function deadlineOf(alert: Alert): EpochMs | null {
  const due: EpochMs[] = [];
  if (alert.status === "resolved") return null;
  if (alert.staleAt !== null) due.push(alert.staleAt);
  if (alert.status === "acknowledged" && alert.ackTimeoutAt !== null) due.push(alert.ackTimeoutAt);
  if (alert.status === "snoozed" && alert.snoozedUntil !== null) due.push(alert.snoozedUntil);
  if (alert.status === "triggered") {
    if (alert.nextEscalationAt !== null) due.push(alert.nextEscalationAt);
    for (const notification of alert.notifications) {
      if (notification.state === "planned") due.push(notification.dueAt);
    }
  }
  return due.length === 0 ? null : Math.min(...due);
}

/** Every pending deadline moved by `deltaMs`, after the wall clock was set: what was five minutes away still is. */
export function shiftDeadlines(alert: Alert, deltaMs: number): Alert {
  const shifted = (at: EpochMs | null) => (at === null ? null : at + deltaMs);
  return {
    ...alert,
    nextEscalationAt: shifted(alert.nextEscalationAt),
    ackTimeoutAt: shifted(alert.ackTimeoutAt),
    snoozedUntil: shifted(alert.snoozedUntil),
    staleAt: shifted(alert.staleAt),
    notifications: alert.notifications.map((n) => ({ ...n, dueAt: n.dueAt + deltaMs })),
  };
}

function opened(fact: AlertFact & { kind: "alert-opened" }): Alert {
  return {
    id: fact.alertId,
    status: "triggered",
    severity: fact.severity,
    title: fact.title,
    source: fact.source,
    labels: fact.labels,
    details: fact.details,
    links: fact.links,
    integration: fact.integration,
    dedupKey: fact.dedupKey,
    policy: fact.policy,
    teamRevision: fact.teamRevision,
    step: 0,
    repeat: 0,
    wave: 0,
    nextEscalationAt: null,
    asked: [],
    nobodyReachable: false,
    notifications: [],
    openedAt: fact.at,
    acknowledgedAt: null,
    acknowledgedBy: null,
    ackTimeoutAt: null,
    snoozedUntil: null,
    resolvedAt: null,
    occurrences: 1,
    silentAfterMs: fact.silentAfterMs,
    staleAt: fact.silentAfterMs === null ? null : fact.at + fact.silentAfterMs,
    stale: false,
  };
}

function changed(alert: Alert, fact: Exclude<AlertFact, { kind: "alert-opened" }>): Alert {
  switch (fact.kind) {
    case "content-changed":
      // Severity has facts of its own, since it decides who is asked.
      return { ...alert, ...fact.content, severity: alert.severity };
    case "severity-raised":
      return { ...alert, severity: fact.to };
    case "occurrences-counted":
      return { ...alert, occurrences: fact.occurrences };
    case "step-entered":
      return stepEntered(alert, fact);
    case "step-skipped":
    case "note-added":
    case "alert-escalated":
      return alert;
    case "notification-attempted":
      return withNotification(alert, fact.actionId, (n) => ({
        ...n,
        state: "attempted",
        attempts: fact.attempt,
      }));
    case "notification-sent":
      return withNotification(alert, fact.actionId, (n) => ({ ...n, state: "sent" }));
    case "notification-withdrawn":
      return withNotification(alert, fact.actionId, (n) => ({ ...n, state: "withdrawn" }));
    case "notification-failed":
      return notificationFailed(alert, fact);
    case "alert-acknowledged":
      return {
        ...quiet(alert),
        status: "acknowledged",
        acknowledgedAt: fact.at,
        acknowledgedBy: fact.by,
        ackTimeoutAt: fact.ackTimeoutAt,
      };
    case "alert-snoozed":
      return { ...quiet(alert), status: "snoozed", snoozedUntil: fact.until };
    case "alert-retriggered":
      return { ...quiet(alert), status: "triggered", acknowledgedAt: null, acknowledgedBy: null, asked: [] };
    case "alert-transferred":
      return {
        ...quiet(alert),
        status: "triggered",
        acknowledgedAt: null,
        acknowledgedBy: null,
        asked: [],
        policy: fact.policy,
        teamRevision: fact.teamRevision,
        repeat: 0,
      };
    case "alert-went-stale":
      return { ...alert, stale: true, staleAt: null };
    case "alert-heard-again":
      return { ...alert, stale: false };
    case "alert-resolved":
      return { ...quiet(alert), status: "resolved", resolvedAt: fact.at, staleAt: null };
  }
}

function stepEntered(alert: Alert, fact: AlertFact & { kind: "step-entered" }): Alert {
  const askedAgain = new Set(fact.asked.map((asked) => asked.person));
  const replanned = new Set(fact.notifications.map((n) => `${n.person} ${n.via}`));
  // What an earlier tier was still to be told goes on, unless this tier tells the same person the same way.
  const goingOn = alert.notifications.filter(
    (n) => n.state === "attempted" || (n.state === "planned" && !replanned.has(`${n.person} ${n.via}`)),
  );
  return {
    ...alert,
    status: "triggered",
    acknowledgedAt: null,
    acknowledgedBy: null,
    ackTimeoutAt: null,
    snoozedUntil: null,
    step: fact.step,
    repeat: fact.repeat,
    wave: fact.wave,
    nextEscalationAt: fact.nextEscalationAt,
    nobodyReachable: fact.reason === "nobody-reachable",
    asked: [...alert.asked.filter((asked) => !askedAgain.has(asked.person)), ...fact.asked],
    notifications: [
      ...goingOn,
      ...fact.notifications.map((n): Notification => ({
        ...n,
        wave: fact.wave,
        state: "planned",
        attempts: 0,
      })),
    ],
  };
}

function notificationFailed(alert: Alert, fact: AlertFact & { kind: "notification-failed" }): Alert {
  const { retryAt } = fact;
  if (retryAt !== null) {
    return withNotification(alert, fact.actionId, (n) => ({ ...n, state: "planned", dueAt: retryAt }));
  }
  const failed = alert.notifications.find((n) => n.actionId === fact.actionId);
  const next = alert.notifications.find(
    (n) =>
      n.state === "planned" &&
      n.person === fact.person &&
      n.wave === failed?.wave &&
      n.actionId !== fact.actionId,
  );
  const given = withNotification(alert, fact.actionId, (n) => ({ ...n, state: "failed" }));
  if (next === undefined || next.dueAt <= fact.at) return given;
  return withNotification(given, next.actionId, (n) => ({ ...n, dueAt: fact.at }));
}

function withNotification(alert: Alert, id: string, change: (n: Notification) => Notification): Alert {
  return { ...alert, notifications: alert.notifications.map((n) => (n.actionId === id ? change(n) : n)) };
}

/** Nothing escalates and nothing further is sent; what is under way still reports its outcome. */
function quiet(alert: Alert): Alert {
  return {
    ...alert,
    nextEscalationAt: null,
    ackTimeoutAt: null,
    snoozedUntil: null,
    nobodyReachable: false,
    notifications: alert.notifications.filter((n) => n.state === "attempted"),
  };
}
