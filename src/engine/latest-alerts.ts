/** The last alert of each key: the journal knows it, but for what this turn has opened and not kept yet. */
import type { AlertFact } from "#domain/fact";
import type { AlertId, IntegrationId } from "#domain/ids";
import { keyOf } from "#domain/state";
import type { Journal } from "./ports.ts";

export class LatestAlerts {
  private readonly unkept = new Map<string, AlertId>();

  constructor(private readonly journal: Journal) {}

  /** Null: there has never been one. */
  of(integration: IntegrationId | null, dedupKey: string): AlertId | null {
    return this.unkept.get(keyOf(integration, dedupKey)) ?? this.journal.lastAlertOf(integration, dedupKey);
  }

  note({ integration, dedupKey, alertId }: AlertFact & { kind: "alert-opened" }): void {
    this.unkept.set(keyOf(integration, dedupKey), alertId);
  }

  /** They are in the journal now, or never happened. */
  kept(): void {
    this.unkept.clear();
  }
}
