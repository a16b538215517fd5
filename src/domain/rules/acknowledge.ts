/** Somebody has it in hand: nothing more is sent, and the policy's `ackTimeout` starts. */
import type { Alert } from "../alert.ts";
import { byWhom } from "../by-whom.ts";
import type { Decision } from "../decision.ts";
import type { CommandOrigin } from "../fact.ts";
import type { PersonId } from "../ids.ts";
import type { PersonCommand } from "../input.ts";
import { policyOf } from "./ask.ts";

export function acknowledge(decision: Decision, alert: Alert, input: PersonCommand): void {
  if (alert.status !== "acknowledged") {
    decision.done(acknowledgeAs(decision, alert, input.by, input.origin), "acknowledged");
  } else if (alert.acknowledgedBy === input.by && (input.by !== null || isSaidBy(alert, input.origin))) {
    decision.done(alert, "ignored");
  } else {
    const holder = byWhom(alert.acknowledgedBy, alert.acknowledgedFrom);
    decision.refuse("already-acknowledged", `Alert ${alert.id} is acknowledged ${holder} already.`);
  }
}

/** Nobody's name is known: the same word again only from the same side, the source's or a person's. */
function isSaidBy({ acknowledgedFrom }: Alert, origin: CommandOrigin): boolean {
  return acknowledgedFrom === undefined || (acknowledgedFrom === "source") === (origin === "source");
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
