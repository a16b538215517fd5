/** The end of an alert: a person's word or its source's, never its source's silence (contract §4). */
import type { Alert } from "../alert.ts";
import type { Decision } from "../decision.ts";
import type { PersonCommand } from "../input.ts";

export function resolve(decision: Decision, alert: Alert, input: PersonCommand): void {
  const after = decision.emit(alert, {
    kind: "alert-resolved",
    by: input.by,
    origin: input.origin,
    covers: alert.news,
  });
  decision.done(after, "resolved");
}

export function resolveBySource(decision: Decision, alert: Alert): void {
  decision.done(
    decision.emit(alert, { kind: "alert-resolved", by: null, origin: "source", covers: alert.news }),
    "resolved",
  );
}
