/**
 * Overrides: this person alone, from then to then, whatever the layers say. Used by `schedule` and `explain`.
 * Source: contract §3, "Precedence".
 */
import type { EpochMs } from "../ids.ts";
import type { Override } from "../team.ts";
import type { Crew } from "../crew.ts";
import type { Crews } from "./crews.ts";
import { overlay } from "./timeline.ts";
import type { Claim } from "./timeline.ts";

/** Lays the overrides over what the layers claim in `[from, to)`; the last listed one wins. */
export function applyOverrides(
  claims: readonly Claim<Crew>[],
  overrides: readonly Override[],
  crews: Crews,
  from: EpochMs,
  to: EpochMs,
): readonly Claim<Crew>[] {
  let result = claims;
  for (const { start, end, person } of overrides) {
    const [low, high] = [Math.max(start, from), Math.min(end, to)];
    if (low < high) result = overlay(result, [{ start: low, end: high, owner: crews.of([person]) }]);
  }
  return result;
}

/** The override in force at an instant and its place in the list; null when there is none. */
export function overrideAt(
  overrides: readonly Override[],
  at: EpochMs,
): { override: Override; index: number } | null {
  const index = overrides.findLastIndex(({ start, end }) => start <= at && at < end);
  return index === -1 ? null : { override: overrides[index]!, index };
}
