/** Random but reproducible recurrence rules for the on-call tests, as fast-check arbitraries. */
import * as fc from "fast-check";

const weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const some = <Value>(values: readonly Value[], most = 3): fc.Arbitrary<Value[]> =>
  // In order: rrule carries out BYHOUR=17,9 as it is written.
  fc
    .uniqueArray(fc.nat(values.length - 1), { minLength: 1, maxLength: most })
    .map((chosen) => chosen.sort((a, b) => a - b).map((index) => values[index]!));
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const part = (name: string, values: fc.Arbitrary<unknown[]>): fc.Arbitrary<string> =>
  values.map((list) => `${name}=${list.join(",")}`);

const byDay = part("BYDAY", some(weekdays, 5));
const byHour = part("BYHOUR", some(range(0, 23)));
const byMinute = part("BYMINUTE", some([0, 15, 30, 45]));
const byMonth = part("BYMONTH", some(range(1, 12), 6));
const byMonthDay = part("BYMONTHDAY", some([...range(1, 31), -1, -2, -31]));
const byYearDay = part("BYYEARDAY", some([1, 60, 100, 200, 365, 366, -1, -366, -100]));
const byOrdinalDay = part("BYDAY", some(["1MO", "2TU", "3WE", "4TH", "5FR", "-1SU", "-2SA", "1FR"]));
const byWeekNumber = part("BYWEEKNO", some([1, 2, 10, 26, 52, 53, -1]));
const weekStart = fc.constantFrom("WKST=MO", "WKST=SU", "WKST=WE");

function rule(
  frequency: string,
  intervals: readonly number[],
  optional: readonly fc.Arbitrary<string>[],
  required?: fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom(...intervals),
      required ?? fc.constant(""),
      ...optional.map((arbitrary) => fc.option(arbitrary, { nil: "", freq: 2 })),
    )
    .map(([interval, ...parts]) =>
      [
        `FREQ=${frequency}`,
        ...(interval === 1 ? [] : [`INTERVAL=${interval}`]),
        ...parts.filter((text) => text !== ""),
      ].join(";"),
    );
}

/** DAILY and coarser: what rotations are made of. */
export const dailyOrCoarser: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: rule("WEEKLY", [1, 1, 2, 3], [byDay, weekStart, byHour]) },
  { weight: 1, arbitrary: rule("WEEKLY", [1, 2], [byDay, byMonth, weekStart]) },
  { weight: 1, arbitrary: rule("WEEKLY", [1, 2], [part("BYSETPOS", some([1, 2, -1], 2)), byMonth], byDay) },
  { weight: 3, arbitrary: rule("DAILY", [1, 1, 2, 3, 7], [byHour, byMinute]) },
  { weight: 2, arbitrary: rule("DAILY", [1, 2, 5], [byDay, byMonth, byMonthDay]) },
  { weight: 1, arbitrary: rule("DAILY", [1, 3], [part("BYSETPOS", some([1, -1], 2))], byHour) },
  { weight: 2, arbitrary: rule("MONTHLY", [1, 1, 2, 3], [byHour], fc.oneof(byMonthDay, byOrdinalDay)) },
  { weight: 1, arbitrary: rule("MONTHLY", [1, 2], [part("BYSETPOS", some([1, 3, -1], 2)), byMonth], byDay) },
  { weight: 1, arbitrary: rule("MONTHLY", [1, 5], [byMonth, byMonthDay, byDay]) },
  { weight: 1, arbitrary: rule("YEARLY", [1, 2], [byMonth, fc.oneof(byOrdinalDay, byMonthDay)]) },
  // Of every second year the libraries differ on whose year a first week in December is.
  {
    weight: 1,
    arbitrary: rule(
      "YEARLY",
      [1],
      [weekStart],
      fc.tuple(byWeekNumber, byDay).map((parts) => parts.join(";")),
    ),
  },
  { weight: 1, arbitrary: rule("YEARLY", [1, 3], [byHour], byYearDay) },
);

/** HOURLY and MINUTELY, coarse enough to occur less than some thousand times a year. */
export const finerThanDaily: fc.Arbitrary<string> = fc.oneof(
  rule("HOURLY", [1, 2, 5, 6, 8, 12, 36, 100], [byHour, byMinute]),
  rule("HOURLY", [1, 6, 12, 25], [byDay, byMonth, byMonthDay, byYearDay]),
  rule("MINUTELY", [90, 480, 1000], [byDay, byHour]),
);
