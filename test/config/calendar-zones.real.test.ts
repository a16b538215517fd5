/** Random VTIMEZONEs against python-dateutil, in another process. Needs Debian's python3-dateutil. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readVtimezone } from "#config/calendars/vtimezone";
import { localOf } from "#domain/oncall/wall-clock";
import { trials } from "../support/trials.ts";

const script = fileURLToPath(new URL("../support/vtimezone_reference.py", import.meta.url));
const two = (value: number): string => String(value).padStart(2, "0");
const offsetText = (minutes: number): string =>
  `${minutes < 0 ? "-" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}${two(Math.abs(minutes) % 60)}`;

const day = fc.record({
  month: fc.integer({ min: 1, max: 12 }),
  week: fc.constantFrom("1", "2", "3", "-1"),
  weekday: fc.constantFrom("SU", "MO", "FR"),
});
/** A zone that changes its clocks twice a year, by rules from some year on, perhaps by others before. */
const zone = fc
  .record({
    standard: fc.integer({ min: -44, max: 52 }).map((quarters) => quarters * 15),
    shift: fc.constantFrom(30, 60, 120),
    days: fc.tuple(day, day).filter(([one, other]) => one.month !== other.month),
    since: fc.constantFrom(1601, 1970, 1996, 2024),
    older: fc.option(fc.tuple(day, day).filter(([one, other]) => one.month !== other.month)),
  })
  .map(({ standard, shift, days, since, older }) => {
    const observance = (kind: string, from: number, to: number, year: number, rule: string): string[] => [
      `BEGIN:${kind}`,
      // In the first days of a month, so that the rule's own first occurrence is close behind.
      `DTSTART:${year}${/BYMONTH=(\d+)/.exec(rule)![1]!.padStart(2, "0")}01T020000`,
      `TZOFFSETFROM:${offsetText(from)}`,
      `TZOFFSETTO:${offsetText(to)}`,
      `RRULE:${rule}`,
      `END:${kind}`,
    ];
    const rule = ({ month, week, weekday }: (typeof days)[number], until: string): string =>
      `FREQ=YEARLY;BYMONTH=${month};BYDAY=${week}${weekday}${until}`;
    const both = ([on, off]: typeof days, year: number, until: string): string[] => [
      ...observance("DAYLIGHT", standard, standard + shift, year, rule(on, until)),
      ...observance("STANDARD", standard + shift, standard, year, rule(off, until)),
    ];
    return [
      "BEGIN:VTIMEZONE",
      "TZID:Z",
      ...(older === null ? [] : both(older, 1960, `;UNTIL=${since - 1}1231T000000Z`)),
      ...both(days, since, ""),
      "END:VTIMEZONE",
    ];
  });
/** By day: what the nights of a change mean is in the RFC, and tested by hand. */
const time = fc
  .tuple(
    fc.integer({ min: 2025, max: 2040 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
  )
  .map(([year, month, date]) => `${year}-${two(month)}-${two(date)}T12:00:00`);

test("random zones are the same to python-dateutil", () => {
  const count = trials(40, 2000);
  const zones = fc.sample(zone, { numRuns: count, seed: 8 });
  const times = fc.sample(fc.array(time, { minLength: 20, maxLength: 20 }), { numRuns: count, seed: 9 });
  const questions = zones.map((lines, index) =>
    JSON.stringify({ zone: lines.join("\n"), times: times[index] }),
  );
  const python = spawnSync("/usr/bin/python3", [script], {
    input: `${questions.join("\n")}\n`,
    encoding: "utf8",
  });
  if (python.status !== 0) throw new Error(`${python.stderr}; apt-get install python3-dateutil`);
  const answers = python.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as number[]);
  expect(answers).toHaveLength(count);
  let summers = 0;
  zones.forEach((lines, index) => {
    const read = readVtimezone(lines)!;
    const offsets = times[index]!.map((text) => (localOf(text) - read.instantOf(localOf(text))) / 1000);
    expect(offsets, `${lines.join("\n")}\n${times[index]!.join(" ")}`).toEqual(answers[index]);
    summers += Number(new Set(offsets).size > 1);
  });
  expect(summers).toBeGreaterThan(count / 2);
}, 300_000);
