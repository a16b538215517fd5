/**
 * What is wrong with a rule, for the team file's check. What it lets through, `on-call` can answer quickly.
 */
import type { LocalDateTime } from "../team.ts";
import { occurrencesOf } from "./occurrences.ts";
import { readRule } from "./rule.ts";
import { dayMs, localOf } from "./wall-clock.ts";

export type RecurrenceFault = {
  readonly reason: "malformed" | "too-frequent" | "never";
  /** One sentence with the remedy. It quotes the rule: hostile text. */
  readonly text: string;
};

/** A handoff every minute for half a year, or every hour for twenty. */
const mostOccurrences = 200_000;
const horizonMs = 20 * 365.25 * dayMs;

/** Null: the rule is fine. `start` is its DTSTART, well-formed. Takes a millisecond; about a second for MONTHLY ones that BYSETPOS keeps from ever occurring. */
export function faultOfRecurrence(rrule: string, start: LocalDateTime): RecurrenceFault | null {
  const reading = readRule(rrule);
  if (!reading.ok) return { reason: "malformed", text: reading.text };
  const dtstart = localOf(start);
  const until = reading.rule.until === null ? Infinity : reading.rule.until.at;
  try {
    const occurrences = occurrencesOf(reading.rule, dtstart, until);
    if (occurrences.timeOf(0) === null && until >= dtstart) {
      return { reason: "never", text: `no day or time fits all parts of ${rrule}; leave one of them out` };
    }
    if (occurrences.count(dtstart, dtstart + horizonMs) <= mostOccurrences) return null;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return {
    reason: "too-frequent",
    text: `${rrule} occurs more than ${mostOccurrences} times in twenty years; give it a larger INTERVAL, a coarser FREQ or a COUNT`,
  };
}
