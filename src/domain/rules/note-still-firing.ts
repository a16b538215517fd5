/** Another machine has heard from these alerts' sources: as good as having heard them here. */
import type { Decision } from "../decision.ts";
import type { AlertId, EpochMs } from "../ids.ts";

export function noteStillFiring(
  decision: Decision,
  alerts: readonly { readonly alertId: AlertId; readonly staleAt: EpochMs }[],
): void {
  for (const { alertId, staleAt } of alerts) {
    const known = decision.state.open.get(alertId)?.staleAt;
    if (known !== undefined && known !== null && known < staleAt)
      decision.observations.push({ kind: "still-firing", alertId, staleAt });
  }
}
