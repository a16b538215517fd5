/** Another machine has heard from these alerts' sources: as good as having heard them here. */
import type { Decision } from "../decision.ts";
import type { AlertId, EpochMs } from "../ids.ts";

/** Whoever it was that another machine has heard. */
const elsewhere = "elsewhere";

export function noteStillFiring(
  decision: Decision,
  alerts: readonly { readonly alertId: AlertId; readonly staleAt: EpochMs }[],
): void {
  const { state, now, observations } = decision;
  for (const { alertId, staleAt } of alerts) {
    const alert = state.open.get(alertId);
    if (alert === undefined || alert.staleAt === null || alert.staleAt >= staleAt) continue;
    observations.push({ kind: "still-firing", alertId, staleAt });
    if (alert.reports === undefined) continue;
    // A resolve of before then, which only this machine hears, is out of step.
    const at = Math.min(now, staleAt - (alert.silentAfterMs ?? 0));
    observations.push({
      kind: "reported-firing",
      alertId,
      sender: elsewhere,
      report: { startsAt: null, endsAt: null, at },
    });
  }
}
