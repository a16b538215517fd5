/** Local expansion against two libraries: rrule itself, from DTSTART, and rrule-temporal, which shares no code with it. */
import * as fc from "fast-check";
import * as rrulePackage from "rrule";
import { RRuleTemporal } from "rrule-temporal";
import { Temporal } from "temporal-polyfill";
import { describe, expect, test } from "vitest";
import { occurrencesOf } from "#domain/oncall/occurrences";
import { readRule } from "#domain/oncall/rule";
import { dayMs, localOf } from "#domain/oncall/wall-clock";
import { dailyOrCoarser, finerThanDaily } from "./random-rule.ts";

const { RRule } = (rrulePackage as unknown as { default: typeof rrulePackage }).default;
const runs = Number(process.env["TOCSIN_ONCALL_RUNS"] ?? 150);

function ours(rrule: string, start: string): ReturnType<typeof occurrencesOf> {
  const reading = readRule(rrule);
  if (!reading.ok) throw new Error(`${rrule}: ${reading.text}`);
  return occurrencesOf(reading.rule, localOf(start), reading.rule.until?.at ?? Infinity);
}

const iso = (local: number): string => Temporal.Instant.fromEpochMilliseconds(local).toString().slice(0, 19);

/** All occurrences in `[start, to)` by each library, as wall-clock texts. */
function byRrule(rrule: string, start: string, to: number): string[] {
  const options = { ...RRule.parseString(rrule), dtstart: new Date(localOf(start)), until: new Date(to - 1) };
  // rrule gives twice what BYSETPOS=1,-1 chooses from a single day.
  return [...new Set(new RRule(options).all().map((date) => iso(date.getTime())))];
}

function byTemporal(rrule: string, start: string, to: number): string[] {
  const dtstart = start.replace(/[-:]/g, "");
  const found = new RRuleTemporal({
    rruleString: `DTSTART;TZID=UTC:${dtstart}\nRRULE:${rrule};UNTIL=${iso(to - 1000).replace(/[-:]/g, "")}Z`,
    maxIterations: 1e6,
  });
  return found.all().map((time) => time.toString().slice(0, 19));
}

const starts = fc
  .record({ day: fc.nat(1500), minute: fc.nat(24 * 4 - 1) })
  .map(({ day, minute }) => iso(localOf("2024-01-01T00:00:00") + day * dayMs + minute * 900_000));

describe("occurrences are those of", () => {
  // rrule alone never returns from some rules finer than DAILY (FREQ=MINUTELY;INTERVAL=90;BYHOUR=0,2): they are ours.
  test.each([
    ["rrule", "DAILY and coarser", dailyOrCoarser, byRrule, 1500],
    ["rrule-temporal", "DAILY and coarser", dailyOrCoarser, byTemporal, 1500],
    ["rrule-temporal", "finer than DAILY", finerThanDaily, byTemporal, 60],
  ])("%s: %s", (_, __, rules, reference, days) => {
    fc.assert(
      fc.property(rules, starts, (rrule, start) => {
        const to = localOf(start) + days * dayMs;
        const { first, times } = ours(rrule, start).between(0, to);
        expect(first).toBe(0);
        // Where there is nothing to find rrule searches to the year 9999.
        if (reference === byRrule && times.length === 0) return;
        expect(times.map(iso)).toEqual(reference(rrule, start, to));
      }),
      { numRuns: runs },
    );
  });
});
