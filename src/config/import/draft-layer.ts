/** A layer as the team file has it, its times still numbers. Made by the layers' builders, written by `team-text`. */
import {
  dayMs,
  hourMs,
  minuteMs,
  modulo,
  secondMs,
  weekdayOf,
  weekMs,
  type LocalMs,
} from "#domain/oncall/wall-clock";
import type { CrewKey } from "./draft.ts";
import { weekdayNames, type WrittenWindow } from "./duty-window.ts";

export interface DraftLayer {
  readonly name: string;
  /** Never empty, and in some turn is somebody. */
  readonly participants: readonly CrewKey[];
  readonly start: LocalMs;
  readonly handoff: string;
  readonly end?: LocalMs;
  readonly windows?: readonly WrittenWindow[];
}

/** With one participant no handoff changes anything; this one is the easiest to read. */
export const anyHandoff = "FREQ=WEEKLY";

const units = [
  ["WEEKLY", weekMs],
  ["DAILY", dayMs],
  ["HOURLY", hourMs],
  ["MINUTELY", minuteMs],
  ["SECONDLY", secondMs],
] as const;

/** The rule for a handoff every `ms`, which is whole seconds, from `start` on: the coarsest one, with its day of the week. */
export function handoffEvery(ms: number, start: LocalMs): string {
  const [frequency, unit] = units.find(([, size]) => ms % size === 0)!;
  const interval = ms === unit ? "" : `;INTERVAL=${ms / unit}`;
  return `FREQ=${frequency}${interval}${unit === weekMs ? `;BYDAY=${weekdayNames[weekdayOf(start)]}` : ""}`;
}

/** The list from its entry number `by` on, round and round. One entry when all are the same. */
export function rotated(people: readonly CrewKey[], by: number): CrewKey[] {
  if (new Set(people).size === 1) return [people[0]!];
  const first = modulo(by, people.length);
  return [...people.slice(first), ...people.slice(0, first)];
}

/** One crew, once, from then to then. */
export function oneShift(name: string, crew: CrewKey, start: LocalMs, end: LocalMs): DraftLayer {
  return { name, participants: [crew], start, handoff: anyHandoff, end };
}

export function endOf(until: LocalMs | null): { end?: LocalMs } {
  return until === null ? {} : { end: until };
}
