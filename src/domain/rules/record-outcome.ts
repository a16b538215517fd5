/** What came of an attempt. A temporary failure is tried again within the step's time, a permanent one is not. */
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
      const retryAt = outcome.permanent ? null : retryTime(alert, notification, decision.now);
      const { self, others } = decision.acting;
      // By the last one that acts now it is given up for all.
      const isLast = retryAt === null && others.every((machine) => notification.retries[machine] === null);
      return decision.emit(alert, {
        kind: "notification-failed",
        actionId,
        person,
        via,
        reason,
        text,
        retryAt,
        ...(refused === undefined ? {} : { refused }),
        ...(isOfThisMachine.has(reason) && self !== null && !isLast ? { machine: self } : {}),
      });
    }
  }
}

/**
 * Exponential back-off, counted from when the attempt began: a server that lets each one wait for its time limit must not
 * cost a person that time as well. Null once it would be after the step's end, where the next tier takes over.
 */
function retryTime(alert: Alert, { attempts, attemptedAt }: Notification, now: EpochMs): EpochMs | null {
  const wait = Math.min(limits.retryFirstMs * 2 ** (attempts - 1), limits.retryLongestMs);
  const at = Math.max((attemptedAt ?? now) + wait, now + limits.retryFirstMs);
  return alert.nextEscalationAt !== null && at < alert.nextEscalationAt ? at : null;
}
