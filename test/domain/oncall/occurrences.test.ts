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
/** `TOCSIN_ONCALL_RUNS=5000` for a long run. */
const runs = Number(process.env["TOCSIN_ONCALL_RUNS"] ?? 80);
const timeoutMs = 60_000 + runs * 200;

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
  ])("%s: %s", { timeout: timeoutMs }, (_, __, rules, reference, days) => {
    fc.assert(
      fc.property(rules, starts, (rrule, start) => {
        const to = localOf(start) + days * dayMs;
        const { first, times } = ours(rrule, start).between(0, to);
        expect(first).toBe(0);
        // Where there is nothing to find rrule searches to the year 9999.
        if (reference === byRrule && times.length === 0) return;
        // And it counts BYSETPOS of the first week from DTSTART's day on, and misnumbers weeks around New Year.
        if (reference === byRrule && /WEEKLY.*BYSETPOS|BYWEEKNO/.test(rrule)) return;
        expect(times.map(iso)).toEqual(reference(rrule, start, to));
      }),
      { numRuns: runs },
    );
  });
});

test(
  "any stretch, asked for first, has the same occurrences with the same numbers; also with COUNT or UNTIL",
  { timeout: timeoutMs },
  () => {
    const ends = fc.oneof(
      fc.constant(""),
      fc.integer({ min: 1, max: 200 }).map((count) => `;COUNT=${count}`),
      fc
        .integer({ min: 0, max: 1400 })
        .map((day) => `;UNTIL=${iso(localOf("2024-06-01T12:00:00") + day * dayMs).replace(/[-:]/g, "")}`),
    );
    fc.assert(
      fc.property(
        fc.oneof(dailyOrCoarser, finerThanDaily),
        ends,
        starts,
        fc.integer({ min: -50, max: 900 }),
        fc.nat(60),
        (rrule, end, start, day, days) => {
          const from = localOf(start) + day * dayMs;
          const to = from + days * dayMs;
          const unbounded = ours(rrule, start).between(localOf(start), to).times;
          const { count, until } = readBounds(end);
          const all = unbounded.filter((time, index) => index < count && time <= until);
          const found = ours(rrule + end, start);
          const { first, times } = found.between(from, to);
          expect(times).toEqual(all.filter((time) => time >= from));
          expect(first).toBe(all.filter((time) => time < from).length);
          times.forEach((time, index) => expect(found.timeOf(first + index)).toBe(time));
        },
      ),
      { numRuns: runs },
    );
  },
);

test.each([
  [
    "FREQ=YEARLY;BYWEEKNO=20",
    "2026-01-06T09:00:00",
    ["2026-05-12", "2027-05-18"],
    "a week's day is DTSTART's",
  ],
  [
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "2026-01-01T09:00:00",
    ["2026-01-30", "2026-02-27"],
    "the last working day",
  ],
  [
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;BYSETPOS=1,-1",
    "2026-01-01T09:00:00",
    ["2026-02-13", "2026-03-13"],
    "no day twice",
  ],
  [
    "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1",
    "2024-01-09T09:00:00",
    ["2024-01-15", "2024-01-22"],
    "a first week is whole",
  ],
  [
    "FREQ=WEEKLY;BYDAY=MO,SU;BYMONTH=3;BYSETPOS=1",
    "2026-01-01T09:00:00",
    ["2026-03-01", "2026-03-02"],
    "after BYMONTH",
  ],
  ["FREQ=YEARLY;BYYEARDAY=1;BYDAY=FR", "2026-01-01T09:00:00", ["2027-01-01", "2038-01-01"], "BYDAY limits"],
  [
    "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU",
    "1997-08-05T09:00:00",
    ["1997-08-05", "1997-08-17"],
    "RFC 5545, page 132",
  ],
  [
    "FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=TU,SU",
    "1997-08-05T09:00:00",
    ["1997-08-05", "1997-08-10"],
    "RFC 5545, page 132",
  ],
])("%s from %s is %j: %s", (rrule, start, days) => {
  const { times } = ours(rrule, start).between(0, localOf("2040-01-01T00:00:00"));
  expect(times.slice(0, 2).map((time) => iso(time).slice(0, 10))).toEqual(days);
});

function readBounds(end: string): { count: number; until: number } {
  const reading = readRule(`FREQ=DAILY${end}`);
  if (!reading.ok) throw new Error(reading.text);
  return { count: reading.rule.count, until: reading.rule.until?.at ?? Infinity };
}
