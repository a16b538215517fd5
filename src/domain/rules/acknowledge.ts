/** Somebody has it in hand: nothing more is sent, and the policy's `ackTimeout` starts. */
import type { Alert } from "../alert.ts";
import type { Decision } from "../decision.ts";
import type { CommandOrigin } from "../fact.ts";
import type { PersonId } from "../ids.ts";
import type { PersonCommand } from "../input.ts";
import { policyOf } from "./ask.ts";

export function acknowledge(decision: Decision, alert: Alert, input: PersonCommand): void {
  if (alert.status !== "acknowledged") {
    decision.done(acknowledgeAs(decision, alert, input.by, input.origin), "acknowledged");
  } else if (alert.acknowledgedBy === input.by) {
    decision.done(alert, "ignored");
  } else {
    const holder = alert.acknowledgedBy ?? "its source";
    decision.refuse("already-acknowledged", `Alert ${alert.id} is acknowledged by ${holder} already.`);
  }
}

/** The monitoring tool says that it was acknowledged there. */
export function acknowledgeBySource(decision: Decision, alert: Alert): void {
  if (alert.status === "acknowledged") decision.done(alert, "ignored");
  else decision.done(acknowledgeAs(decision, alert, null, "source"), "acknowledged");
}

function acknowledgeAs(decision: Decision, alert: Alert, by: PersonId | null, origin: CommandOrigin): Alert {
  const { ackTimeoutMs } = policyOf(decision.state, alert);
  const ackTimeoutAt = ackTimeoutMs === undefined ? null : decision.now + ackTimeoutMs;
  return decision.emit(alert, { kind: "alert-acknowledged", round: alert.round, by, origin, ackTimeoutAt });
}
