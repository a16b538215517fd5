/**
 * Whose turn it is in a layer: shift k belongs to turn k mod n. Used by `layer`.
 *
 * Handoffs are numbered in the order of their instants. That is nearly always their order on the wall clock; but times
 * that a DST change skips move forward, past later ones. None moves further than a day, so looking two days to either
 * side is enough to put them in order.
 * Source: contract §3, "Handoffs" and "Wall clock".
 */
import type { EpochMs } from "../ids.ts";
import type { Layer } from "../team.ts";
import { turnsOf } from "../crew.ts";
import type { Crew } from "../crew.ts";
import { lowerBound, occurrencesOf } from "./occurrences.ts";
import type { Occurrences } from "./occurrences.ts";
import { readRule } from "./rule.ts";
import { dayMs, localOf } from "./wall-clock.ts";
import type { LocalMs } from "./wall-clock.ts";
import type { ZoneClock } from "./zone-clock.ts";

export interface Rotation {
  /** From here on (inclusive) to `end` (exclusive, Infinity when there is none) the layer has somebody. */
  readonly start: EpochMs;
  readonly end: EpochMs;
  /** The shift that an instant within the rotation is in. */
  shiftAt(at: EpochMs): Shift;
  /** The shifts that touch `[from, to)`, cut to it, without empty ones. */
  shiftsBetween(from: EpochMs, to: EpochMs): Shift[];
}

export interface Shift {
  /** 0 is the first. */
  readonly number: number;
  readonly start: EpochMs;
  /** Infinity for the last shift of a rule and a layer without an end. */
  readonly end: EpochMs;
  /** Whose it is; empty for a turn with nobody. */
  readonly turn: Crew;
}

const marginMs = 2 * dayMs;

/** The layer must have a participant; `turns` are its own. Throws a RangeError for a rule or a time that `config` would have refused. */
export function rotationOf(
  layer: Layer,
  clock: ZoneClock,
  turns: readonly Crew[] = turnsOf(layer),
): Rotation {
  const start = clock.instantOf(localOf(layer.start));
  const end = layer.end === undefined ? Infinity : clock.instantOf(localOf(layer.end));
  const { occurrences: handoffs, lastInstant } = ruleOccurrences(layer.handoff, localOf(layer.start), clock);

  /** Instants of the handoffs around `[from, to)` in order, and the number of the first. To be asked only up to UNTIL. */
  const instantsAround = (from: LocalMs, to: LocalMs): { first: number; instants: Float64Array } => {
    const { first, times } = handoffs.between(from - marginMs, to + marginMs);
    const instants = Float64Array.from(times, (time) => clock.instantOf(time)).sort();
    return { first, instants: instants.subarray(0, lowerBound(instants, lastInstant + 1)) };
  };
  // DTSTART itself may be an occurrence; shift 0 begins with it already.
  const opening = instantsAround(clock.localAt(start), clock.localAt(start)).instants;
  const notAfterStart = lowerBound(opening, start + 1);

  const turnOf = (number: number): Crew => turns[number % turns.length]!;
  const numberAfter = (count: number): number => Math.max(0, count - notAfterStart);

  /** When shift `number` begins: Infinity when there is none. `near`: any instant at most one shift away. */
  const handoffOf = (number: number): EpochMs => {
    if (number === 0) return start;
    const index = number + notAfterStart - 1;
    const time = handoffs.timeOf(index);
    if (time === null) return Infinity;
    const { first, instants } = instantsAround(time, time);
    return instants[index - first] ?? Infinity;
  };

  return {
    start,
    end,
    shiftAt(at) {
      const local = clock.localAt(Math.min(at, lastInstant));
      const { first, instants } = instantsAround(local, local);
      const number = numberAfter(first + lowerBound(instants, at + 1));
      return {
        number,
        start: handoffOf(number),
        end: Math.min(handoffOf(number + 1), end),
        turn: turnOf(number),
      };
    },
    shiftsBetween(from, to) {
      const [low, high] = [Math.max(from, start), Math.min(to, end)];
      if (low >= high) return [];
      const { first, instants } = instantsAround(
        clock.localAt(Math.min(low, lastInstant)),
        clock.localAt(Math.min(high, lastInstant)),
      );
      const shifts: Shift[] = [];
      let index = lowerBound(instants, low + 1);
      for (let shiftStart = low; shiftStart < high; index += 1) {
        const shiftEnd = Math.min(instants[index] ?? Infinity, high);
        const number = numberAfter(first + index);
        if (shiftEnd > shiftStart)
          shifts.push({ number, start: shiftStart, end: shiftEnd, turn: turnOf(number) });
        shiftStart = shiftEnd;
      }
      return shifts;
    },
  };
}

export interface RuleOccurrences {
  /** On the wall clock. With an UNTIL in UTC a few may come after it: a day holds all whose wall clock went back. */
  readonly occurrences: Occurrences;
  /** UNTIL in UTC, inclusive: what is later is not meant (RFC 5545 §3.3.10). Infinity without one. */
  readonly lastInstant: EpochMs;
}

/** What a rule's text means in a zone. Throws a RangeError. */
export function ruleOccurrences(text: string, start: LocalMs, clock: ZoneClock): RuleOccurrences {
  const reading = readRule(text);
  if (!reading.ok) throw new RangeError(`the rule ${text} cannot be read: ${reading.text}`);
  const { rule } = reading;
  if (rule.until === null || !rule.until.utc)
    return { occurrences: occurrencesOf(rule, start, rule.until?.at ?? Infinity), lastInstant: Infinity };
  const lastInstant = rule.until.at;
  return { occurrences: occurrencesOf(rule, start, clock.localAt(lastInstant) + dayMs), lastInstant };
}
