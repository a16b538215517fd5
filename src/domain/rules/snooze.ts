/** Put off: silent until then, and triggered again from the first tier if it is still open. */
import type { Alert } from "../alert.ts";
import type { Decision } from "../decision.ts";
import type { PersonCommand } from "../input.ts";

export function snooze(decision: Decision, alert: Alert, input: PersonCommand, forMs: number): void {
  const until = decision.now + forMs;
  decision.done(
    decision.emit(alert, {
      kind: "alert-snoozed",
      round: alert.round,
      by: input.by,
      origin: input.origin,
      until,
    }),
    "done",
  );
}
