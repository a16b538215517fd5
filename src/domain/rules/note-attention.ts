/** A popup has come further with its person. Kept once for each rung, whichever desktop was first. */
import type { Decision } from "../decision.ts";
import type { Input } from "../input.ts";

export function noteAttention(
  decision: Decision,
  { alertId, actionId, rung }: Input & { kind: "attention" },
): void {
  const alert = decision.state.open.get(alertId);
  const popup = alert?.notifications.find((n) => n.actionId === actionId);
  if (alert === undefined || popup === undefined || popup.rungs.includes(rung)) {
    decision.done(alert ?? null, "ignored");
    return;
  }
  const { person } = popup;
  decision.done(decision.emit(alert, { kind: "attention-reached", actionId, person, rung }), "done");
}
