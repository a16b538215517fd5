/** Asked by ingest: what the engine knows a sender to have said last of a firing that is open. */
import type { IntegrationId } from "#domain/ids";
import type { Report } from "#domain/said";
import { keyOf, type State } from "#domain/state";

/** Null: nothing with this key is open, or this sender has not spoken of it. */
export function lastReportOf(
  state: State,
  integration: IntegrationId,
  dedupKey: string,
  sender: string,
): Report | null {
  for (const id of state.openByKey.get(keyOf(integration, dedupKey)) ?? []) {
    const report = state.open.get(id)?.reports?.[sender];
    if (report !== undefined) return report;
  }
  return null;
}
