/**
 * Which schedule each override belongs to. Used by the vendors' importers: their APIs list the overrides of one schedule
 * at a time, and not all of them say in the answer which one that was.
 */
import type { Item } from "./collect.ts";
import type { Findings } from "./findings.ts";
import { child, type Place, textOf } from "./place.ts";

/** By schedule id. `parents`: the keys under which an override may name its schedule. `schedules`: the ids there are. */
export function overridesBySchedule(
  items: readonly Item[],
  parents: readonly string[],
  schedules: readonly string[],
  findings: Findings,
): ReadonlyMap<string, readonly Place[]> {
  const result = new Map<string, Place[]>();
  for (const item of items) {
    const named = parents.map((key) => textOf(child(item, key, "id"))).find((id) => id !== null);
    const owner = item.owner ?? named ?? (schedules.length === 1 ? schedules[0]! : null);
    if (owner === null || !schedules.includes(owner)) {
      findings.leftOut(
        item,
        "an override",
        owner === null ? "nothing says which schedule it is for" : `its schedule ${owner} is not imported`,
        'import one schedule at a time, or bundle them as { "overrides": { "SCHEDULE ID": [ … ] } }',
      );
      continue;
    }
    const list = result.get(owner);
    if (list === undefined) result.set(owner, [item]);
    else list.push(item);
  }
  return result;
}
