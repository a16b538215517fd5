/**
 * The turn of a notification has come: a channel is free for it. Only now it is attempted: the fact is committed, and then
 * it is sent (house: "commit attempt, re-read the acknowledgement, send, commit sent").
 *
 * Whether it still begins is asked anew: while it waited it may have been acknowledged, another machine may have sent it,
 * or a later step may have planned it again.
 */
import { beginAt } from "../acting.ts";
import type { Decision } from "../decision.ts";
import type { Input } from "../input.ts";
import { escalateIfTierFailed } from "./escalate.ts";
import { failWithoutProspect, notifyDue, withoutWaiting } from "./notify.ts";

export function beginAttempt(decision: Decision, { alertId, actionId }: Input & { kind: "attempt" }): void {
  const alert = decision.state.open.get(alertId);
  const notification = alert?.notifications.find((n) => n.actionId === actionId);
  const leave = () => {
    decision.observations.push({ kind: "attempt-ended", alertId, actionId });
    decision.done(alert ?? null, "ignored");
  };
  if (alert?.status !== "triggered" || notification === undefined) return leave();
  if ((beginAt(alert, notification, decision.acting) ?? Infinity) > decision.now) return leave();
  const failed = failWithoutProspect(decision, alert, notification);
  if (failed !== null) {
    escalateIfTierFailed(decision, notifyDue(decision, failed));
    return leave();
  }
  const { person, via, attempts } = notification;
  const { self } = decision.acting;
  const attempted = decision.emit(alert, {
    kind: "notification-attempted",
    actionId,
    person,
    via,
    attempt: attempts + 1,
    ...(self === null ? {} : { machine: self }),
  });
  const after = via === "desktop" ? withoutWaiting(decision, attempted, actionId) : attempted;
  decision.done(notifyDue(decision, after), "done");
}
