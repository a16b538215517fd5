/** The zone clock against Temporal and against Intl, in every IANA zone, around every change of offset. */
import { Temporal } from "temporal-polyfill";
import { expect, test } from "vitest";
import { zoneClock } from "#domain/oncall/zone-clock";
import { zones } from "./random-team.ts";

const dayMs = 86_400_000;
/** "all": every zone that this Node knows, from 2020 to 2040; otherwise the awkward ones, a few years. */
const isFull = process.env["TOCSIN_ONCALL_ZONES"] === "all";
const checked = isFull ? Intl.supportedValuesOf("timeZone") : zones;
const [firstYear, lastYear] = isFull ? [2020, 2040] : [2024, 2026];

/** The offset as ICU itself gives it, without Temporal. */
function intlOffsetMs(format: Intl.DateTimeFormat, at: number): number {
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return (
    Date.UTC(
      part["year"]!,
      part["month"]! - 1,
      part["day"]!,
      part["hour"]!,
      part["minute"]!,
      part["second"]!,
    ) - at
  );
}

function formatIn(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
}

test(
  `local times of ${checked.length} zones, ${firstYear} to ${lastYear}, are those of Temporal and Intl`,
  { timeout: 600_000 },
  () => {
    let changes = 0;
    const wrong: unknown[] = [];
    for (const timeZone of checked) {
      const clock = zoneClock(timeZone);
      const format = formatIn(timeZone);
      const checkOffset = (at: number, offset: number): void => {
        if (clock.localAt(at) - at !== offset) wrong.push([timeZone, at, clock.localAt(at) - at, offset]);
      };
      let offset = intlOffsetMs(format, Date.UTC(firstYear, 0, 1));
      for (let day = Date.UTC(firstYear, 0, 1); day < Date.UTC(lastYear, 0, 1); day += dayMs) {
        const next = intlOffsetMs(format, day + dayMs);
        checkOffset(day, offset);
        if (next === offset) continue;
        changes += 1;
        offset = next;
        // Every half hour, and the second before it, from half a day before to half a day after that day.
        for (let half = day - dayMs / 2; half <= day + 1.5 * dayMs; half += 1_800_000) {
          for (const at of [half - 1000, half]) {
            checkOffset(at, intlOffsetMs(format, at));
            // The same number taken as a wall-clock time: some are skipped, some occur twice.
            const local = Temporal.Instant.fromEpochMilliseconds(at)
              .toZonedDateTimeISO("UTC")
              .toPlainDateTime();
            const expected = local.toZonedDateTime(timeZone, {
              disambiguation: "compatible",
            }).epochMilliseconds;
            if (clock.instantOf(at) !== expected)
              wrong.push([timeZone, local.toString(), clock.instantOf(at), expected]);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(changes).toBeGreaterThan(50);
  },
);

test("an unknown zone is an error", () => {
  expect(() => zoneClock("Europe/Atlantis")).toThrow(RangeError);
});
