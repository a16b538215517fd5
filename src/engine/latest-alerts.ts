/** The last alert of each key: the journal knows it, but for what this turn has opened and not kept yet. */
import type { AlertFact } from "#domain/fact";
import type { AlertId, IntegrationId } from "#domain/ids";
import type { Signal } from "#domain/input";
import { keyOf, type State } from "#domain/state";
import type { Journal, Random } from "./ports.ts";

export class LatestAlerts {
  private readonly unkept = new Map<string, AlertId>();

  constructor(
    private readonly journal: Journal,
    private readonly random: Random,
  ) {}

  /** With the id that every machine gives to the alert which it opens, if it opens one. */
  named(signal: Signal, { openByKey }: State): Signal {
    const { integration, dedupKey, status } = signal;
    if (status !== "firing" || openByKey.has(keyOf(integration, dedupKey))) return signal;
    const previous = this.of(integration, dedupKey);
    return { ...signal, freshId: this.random.nextAlertId(integration, dedupKey, previous) };
  }

  /** Null: there has never been one. */
  private of(integration: IntegrationId | null, dedupKey: string): AlertId | null {
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
