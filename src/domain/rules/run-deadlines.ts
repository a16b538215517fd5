/**
 * The `tick`: everything of one alert whose time has come. After a long sleep it takes its next step, not all that it
 * missed: the further ones are timed from now.
 */
import type { Alert } from "../alert.ts";
import type { Decision } from "../decision.ts";
import { deadlineOf, allGaveUp, waitMs } from "../acting.ts";
import type { AlertId } from "../ids.ts";
import { enterStep, escalateIfTierFailed, escalateInTime } from "./escalate.ts";
import { notifyDue } from "./notify.ts";
import { retrigger } from "./retrigger.ts";

export function runDeadlines(decision: Decision, id: AlertId): void {
  const before = decision.state.open.get(id);
  if (before === undefined) {
    decision.done(null, "ignored");
    return;
  }
  const alert = runDeadlinesOf(decision, before);
  const next = deadlineOf(alert, decision.acting);
  // Else the engine would tick for ever without getting anywhere.
  if (next !== null && next <= decision.now)
    throw new Error(`invariant: alert ${id} is still due after its tick`);
  // Another machine's queue has moved since this deadline was set: it is a later one now.
  if (decision.facts.length === 0) decision.observations.push({ kind: "looked-at", alertId: id });
  decision.done(alert, "done");
}

function runDeadlinesOf(decision: Decision, before: Alert): Alert {
  const { position } = decision.acting;
  if (position === null) return before;
  // The machines before this one have had their time for it.
  const now = decision.now - waitMs(position, "step");
  let alert = before;
  if (alert.staleAt !== null && alert.staleAt <= now)
    alert = decision.emit(alert, { kind: "alert-went-stale" });
  if (alert.status === "acknowledged" && alert.ackTimeoutAt !== null && alert.ackTimeoutAt <= now) {
    return retrigger(decision, alert, alert, "acknowledgement-timed-out");
  }
  if (alert.status === "snoozed" && alert.snoozedUntil !== null && alert.snoozedUntil <= now) {
    return retrigger(decision, alert, alert, "snooze-ended");
  }
  if (alert.status !== "triggered") return alert;
  // In both cases: what an earlier step still had to tell may be nobody's by now.
  if (alert.nextEscalationAt === null && alert.triggeredAt <= now)
    return giveUp(decision, enterAnew(decision, alert));
  if (alert.nextEscalationAt !== null && alert.nextEscalationAt <= now)
    return giveUp(decision, escalateInTime(decision, alert));
  return escalateIfTierFailed(decision, giveUp(decision, notifyDue(decision, alert)));
}

/** What all machines that act now have given up, each for itself, has failed: the tier need not be waited for. */
function giveUp(decision: Decision, before: Alert): Alert {
  let alert = before;
  const text = "No machine that is there now can send it.";
  for (const notification of before.notifications) {
    const { actionId, person, via, isOver } = notification;
    if (isOver || !allGaveUp(notification, decision.acting)) continue;
    alert = decision.emit(alert, {
      kind: "notification-failed",
      actionId,
      person,
      via,
      reason: "unreachable",
      text,
      retryAt: null,
      again: true,
    });
  }
  return alert;
}

/** Another machine opened or reopened it, and has not come to its first step. */
function enterAnew(decision: Decision, alert: Alert): Alert {
  const reason = alert.wave === 0 ? "opened" : "reported-elsewhere";
  return enterStep(decision, alert, { step: 0, repeat: alert.repeat }, reason);
}
