/**
 * The `tick`: everything of one alert whose time has come. After a long sleep it takes its next step, not all that it
 * missed: the further ones are timed from now.
 */
import type { Alert } from "../alert.ts";
import type { Decision } from "../decision.ts";
import { deadlineOf } from "../evolve-alert.ts";
import type { AlertId } from "../ids.ts";
import { escalateIfTierFailed, escalateInTime } from "./escalate.ts";
import { notifyDue } from "./notify.ts";
import { retrigger } from "./retrigger.ts";

export function runDeadlines(decision: Decision, id: AlertId): void {
  const before = decision.state.open.get(id);
  if (before === undefined) {
    decision.done(null, "ignored");
    return;
  }
  const alert = runDeadlinesOf(decision, before);
  const next = deadlineOf(alert);
  // Else the engine would tick for ever without getting anywhere.
  if (next !== null && next <= decision.now)
    throw new Error(`invariant: alert ${id} is still due after its tick`);
  decision.done(alert, "done");
}

function runDeadlinesOf(decision: Decision, before: Alert): Alert {
  const { now } = decision;
  let alert = before;
  if (alert.staleAt !== null && alert.staleAt <= now)
    alert = decision.emit(alert, { kind: "alert-went-stale" });
  if (alert.status === "acknowledged" && alert.ackTimeoutAt !== null && alert.ackTimeoutAt <= now) {
    return retrigger(decision, alert, "acknowledgement-timed-out");
  }
  if (alert.status === "snoozed" && alert.snoozedUntil !== null && alert.snoozedUntil <= now) {
    return retrigger(decision, alert, "snooze-ended");
  }
  if (alert.status !== "triggered") return alert;
  if (alert.nextEscalationAt !== null && alert.nextEscalationAt <= now)
    return escalateInTime(decision, alert);
  return escalateIfTierFailed(decision, notifyDue(decision, alert));
}
