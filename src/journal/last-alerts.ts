/**
 * Which alert was the last one of its deduplication key: the next alert's id is made of it, so all machines with the same
 * facts must give the same answer, in whatever order these arrived. Called by both journals.
 */
import { hash } from "node:crypto";
import type { Fact } from "#domain/fact";
import type { AlertId, IntegrationId } from "#domain/ids";
import { logicalTimeOf } from "#domain/place";

export interface Opening {
  readonly key: string;
  readonly logicalTime: number;
  readonly alertId: AlertId;
}

/** Null for facts that open no alert. */
export function openingOf(fact: Fact): Opening | null {
  if (fact.kind !== "alert-opened" || typeof fact.dedupKey !== "string") return null;
  const logicalTime = Math.floor(logicalTimeOf(fact));
  const { integration, dedupKey, alertId } = fact;
  // Malformed, or from a far future that no clock reaches: never the last one.
  if (!Number.isSafeInteger(logicalTime)) return null;
  return { key: alertKeyOf(integration, dedupKey), logicalTime, alertId };
}

/** Keys are hostile text of any length; this is 32 hexadecimal digits. */
export function alertKeyOf(integration: IntegrationId | null, dedupKey: string): string {
  return hash("sha256", JSON.stringify([integration, dedupKey])).slice(0, 32);
}

export function isLater(a: Opening, b: Opening): boolean {
  return a.logicalTime > b.logicalTime || (a.logicalTime === b.logicalTime && a.alertId > b.alertId);
}
