/**
 * Whether a fact from another machine is what it says it is. Kinds that this Tocsin does not know are let pass: they are
 * kept and forwarded for those that do. Asked by `take-facts.ts`; the hash chain is the journal's.
 */
import type { TravellingFact } from "#engine/ports";

/** A logical clock beyond it (the year 5138) is no clock; counting on from it would leave the number range. */
const latestLogicalTime = 100_000_000_000_000;

/** `isKnownShape`: false for a fact of a known kind that is malformed. */
export function isWellFormed(fact: TravellingFact, isKnownShape: (body: unknown) => boolean): boolean {
  let body: unknown;
  try {
    body = JSON.parse(fact.body);
  } catch {
    return false;
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) return false;
  const { kind, at, hlc, alertId = null } = body as Record<string, unknown>;
  if (kind !== fact.kind || alertId !== fact.alertId) return false;
  if (typeof at !== "number" || Math.floor(at) !== fact.at) return false;
  if (hlc !== undefined && !isLogicalTime(hlc)) return false;
  return isKnownShape(body);
}

function isLogicalTime(hlc: unknown): boolean {
  return typeof hlc === "number" && Number.isSafeInteger(hlc) && hlc >= 0 && hlc <= latestLogicalTime;
}
