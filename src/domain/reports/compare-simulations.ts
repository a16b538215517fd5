/**
 * What an edit of the team file changes in a simulation: who is no longer woken, who newly, who later or earlier. Shown
 * by `tocsin simulate --team-new`.
 */
import type { PersonId } from "../ids.ts";
import type { Via } from "../team.ts";
import type { Simulation } from "./simulate.ts";
import { entriesOf } from "./simulated-timeline.ts";

/** The first time that a person would be told by a channel, after the alert; null is never. */
export interface NoticeChange {
  readonly person: PersonId;
  readonly via: Via;
  readonly beforeMs: number | null;
  readonly afterMs: number | null;
  readonly change: "no-longer" | "newly" | "earlier" | "later" | "same";
}

/** One for everybody who is told in either, by every channel; in the order in which they are told. */
export function compareSimulations(before: Simulation, after: Simulation): NoticeChange[] {
  const [old, fresh] = [firstNotices(before), firstNotices(after)];
  return [...new Map([...old, ...fresh])].map(([key, { person, via }]) => {
    const [beforeMs, afterMs] = [old.get(key)?.atMs ?? null, fresh.get(key)?.atMs ?? null];
    return { person, via, beforeMs, afterMs, change: changeOf(beforeMs, afterMs) };
  });
}

function changeOf(beforeMs: number | null, afterMs: number | null): NoticeChange["change"] {
  if (beforeMs === afterMs) return "same";
  if (afterMs === null) return "no-longer";
  if (beforeMs === null) return "newly";
  return afterMs < beforeMs ? "earlier" : "later";
}

interface FirstNotice {
  readonly person: PersonId;
  readonly via: Via;
  readonly atMs: number;
}

function firstNotices(simulation: Simulation): ReadonlyMap<string, FirstNotice> {
  const first = new Map<string, FirstNotice>();
  for (const entry of entriesOf(simulation)) {
    if (entry.kind !== "notified") continue;
    const { person, via, afterMs } = entry;
    const key = `${person} ${via}`;
    if (!first.has(key)) first.set(key, { person, via, atMs: afterMs });
  }
  return first;
}
