/** An alert that somebody had in hand, or put off, needs somebody again: from the first tier, in the same run of the policy. */
import type { Alert } from "../alert.ts";
import type { Decision } from "../decision.ts";
import type { RetriggerReason } from "../fact.ts";
import { enterStep } from "./escalate.ts";

/** `before`: as it was when the reason arose; `now`: as it is with what has been said since. */
export function retrigger(decision: Decision, before: Alert, now: Alert, reason: RetriggerReason): Alert {
  // Still climbing: the tier that has it now is told again, and nobody who was asked is forgotten.
  const climbing = before.status === "triggered";
  const round = Math.max(now.round, before.round + 1);
  const alert = climbing ? now : decision.emit(now, { kind: "alert-retriggered", reason, round });
  return enterStep(decision, alert, { step: climbing ? alert.step : 0, repeat: alert.repeat }, reason);
}
