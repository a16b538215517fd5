/**
 * What came of an attempt. A mail that is refused for good is not tried again until its person is asked anew. What stands in
 * the way of all mail (a password, a certificate) is not waited for, but tried every few minutes, since it is mended while
 * the alert is open. A temporary failure is tried for as long, past the step's end: a mail server that puts everybody off
 * for minutes (greylisting, RFC 6647) would otherwise keep the mail from its person for good. A later step that asks the
 * same person the same way takes its place, so that one mail is pending at most.
 */
import type { Alert, Notification } from "../alert.ts";
import type { Decision } from "../decision.ts";
import type { FailureReason } from "../fact.ts";
import type { EpochMs } from "../ids.ts";
import type { NotificationOutcome, Outcome } from "../input.ts";
import { limits } from "../limits.ts";
import { escalateIfTierFailed } from "./escalate.ts";
import { notifyDue } from "./notify.ts";

/** What stood in the way of this machine, and need not of another one: its network, its clock, its settings. */
const isOfThisMachine = new Set<FailureReason>([
  "unreachable",
  "timed-out",
  "authentication",
  "not-configured",
  "internal",
]);

export function recordOutcome(decision: Decision, input: NotificationOutcome): void {
  const { alertId, actionId } = input;
  decision.observations.push({ kind: "attempt-ended", alertId, actionId });
  const alert = decision.state.open.get(input.alertId) ?? decision.state.resolved.get(input.alertId);
  const notification = alert?.notifications.find((n) => n.actionId === input.actionId);
  // Another machine's failure may have come in between; what was sent was sent.
  const isSent = notification?.state === "planned" && input.outcome.kind === "sent";
  if (alert === undefined || (notification?.state !== "attempted" && !isSent)) {
    // A second outcome of the same attempt, or one that outlived its alert.
    decision.done(alert ?? null, "ignored");
    return;
  }
  let after = record(decision, alert, notification, input.outcome);
  if (after.status === "triggered") {
    after = notifyDue(decision, after);
    after = escalateIfTierFailed(decision, after);
  }
  decision.done(after, "done");
}

function record(decision: Decision, alert: Alert, notification: Notification, outcome: Outcome): Alert {
  const { actionId, person, via } = notification;
  switch (outcome.kind) {
    case "sent": {
      const text = outcome.text === undefined ? {} : { text: outcome.text };
      return decision.emit(alert, { kind: "notification-sent", actionId, person, via, ...text });
    }
    case "withdrawn":
      return decision.emit(alert, { kind: "notification-withdrawn", actionId, person, via });
    case "failed": {
      const { reason, text, refused } = outcome;
      const retryAt =
        outcome.permanent || alert.status !== "triggered"
          ? null
          : retryTime(notification, decision.now, outcome.retryAfterMs);
      const nextNow = retryAt !== null && isStuckNow(notification, decision.now, retryAt);
      const { self, others } = decision.acting;
      // By the last one that acts now it is given up for all.
      const isLast = retryAt === null && others.every((machine) => notification.retries[machine] === null);
      const isOfOne = isOfThisMachine.has(reason) && self !== null && !isLast;
      const mayBeMended = isOfThisMachine.has(reason) || refused?.what === "sender";
      const again = outcome.permanent && alert.status === "triggered" && mayBeMended && !isOfOne;
      return decision.emit(alert, {
        kind: "notification-failed",
        actionId,
        person,
        via,
        reason,
        text,
        retryAt,
        ...(refused === undefined ? {} : { refused }),
        ...(nextNow ? { nextNow } : {}),
        ...(again ? { again } : {}),
        ...(isOfOne ? { machine: self } : {}),
      });
    }
  }
}

/**
 * Exponential back-off, counted from when the attempt began: a server that lets each one wait for its time limit must not
 * cost a person that time as well. No sooner than the server asks, within reason.
 */
function retryTime(
  { attempts, attemptedAt }: Notification,
  now: EpochMs,
  retryAfterMs: number | undefined,
): EpochMs {
  const often = Math.min(limits.retryFirstMs * 2 ** (attempts - 1), limits.retryLongestMs);
  const wait = attempts > limits.retriedOften ? limits.retrySeldomMs : often;
  const asked = Math.min(retryAfterMs ?? 0, limits.retryAfterLongestMs);
  return Math.max((attemptedAt ?? now) + wait, now + limits.retryFirstMs, now + asked);
}

/** Whether it has failed, or is going to wait, for longer than the person's next way can. Once for each notification. */
function isStuckNow(
  { isStuck, attempts, attemptedAt }: Notification,
  now: EpochMs,
  retryAt: EpochMs,
): boolean {
  if (isStuck) return false;
  // The back-off so far and the next one, and what the attempts themselves took.
  const waits = limits.retryFirstMs * (2 ** Math.min(attempts, 10) - 1);
  const took = attempts * Math.max(0, now - (attemptedAt ?? now));
  const isLong = attempts >= limits.stuckAfterAttempts && Math.max(waits, took) >= limits.stuckAfterMs;
  return isLong || retryAt - now > limits.stuckAfterMs;
}
