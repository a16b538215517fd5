/** `tocsin fairness`: who carries how much, in each schedule and in all; as a table, CSV or JSON. */
import { fairnessOf, type Burden, type Fairness } from "#domain/reports/fairness";
import type { Team } from "#domain/team";
import { csvText } from "./csv.ts";
import { readHolidays } from "./holidays.ts";
import { exitCodes, wrongUsage, type Output } from "./outcome.ts";
import { tableLines } from "./table.ts";
import { intervalOf, iso, teamOf, type Interval } from "./team-argument.ts";
import { usageLine, type Given } from "./usage.ts";
import { hoursText, nameOf, zonedText } from "./zoned-time.ts";

export async function fairness(given: Given, output: Output): Promise<number> {
  if (
    given.text("from") === undefined ||
    given.text("to") === undefined ||
    (given.flag("csv") && given.flag("json"))
  )
    throw wrongUsage(usageLine("fairness"));
  const team = await teamOf(given, output);
  const interval = intervalOf(given, team, 0);
  const file = given.text("holidays");
  const holidays = file === undefined ? new Set<number>() : readHolidays(file);
  const found = fairnessOf(team, interval.from, interval.to, holidays);
  if (given.flag("json")) output.out(JSON.stringify(jsonOf(found, interval)));
  // The last line end is the output's own.
  else if (given.flag("csv")) output.out(csvText(csvRows(team, found)).replace(/\n$/, ""));
  else output.out(linesOf(team, found, interval, file !== undefined).join("\n"));
  return exitCodes.done;
}

function jsonOf({ schedules, total }: Fairness, { from, to }: Interval) {
  return { from: iso(from), to: iso(to), schedules, total };
}

const csvHeading = [
  "schedule",
  "person",
  "name",
  "hours",
  "night_hours",
  "nights",
  "weekend_hours",
  "weekends",
  "holiday_hours",
  "holidays",
] as const;

/** The total's schedule is empty, which no schedule's id is. */
function csvRows(team: Team, { schedules, total }: Fairness): (string | number)[][] {
  const row = (schedule: string, burden: Burden): (string | number)[] => [
    schedule,
    burden.person,
    team.people.find(({ id }) => id === burden.person)!.name,
    hours(burden.dutyMs),
    hours(burden.nightMs),
    burden.nights,
    hours(burden.weekendMs),
    burden.weekends,
    hours(burden.holidayMs),
    burden.holidays,
  ];
  return [
    [...csvHeading],
    ...schedules.flatMap(({ schedule, burdens }) => burdens.map((burden) => row(schedule, burden))),
    ...total.map((burden) => row("", burden)),
  ];
}

function linesOf(
  team: Team,
  { schedules, total }: Fairness,
  { from, to }: Interval,
  withHolidays: boolean,
): string[] {
  const heading = ["", "hours", "share", "nights", "night h", "week-ends", "week-end h"];
  const holidayHeading = withHolidays ? ["holidays", "holiday h"] : [];
  const table = (burdens: readonly Burden[]): string[] => {
    const sumMs = burdens.reduce((sum, { dutyMs }) => sum + dutyMs, 0);
    const rows = burdens.map((burden) => [
      nameOf(team, burden.person),
      hoursText(burden.dutyMs),
      `${sumMs === 0 ? 0 : Math.round((burden.dutyMs / sumMs) * 100)}%`,
      String(burden.nights),
      hoursText(burden.nightMs),
      String(burden.weekends),
      hoursText(burden.weekendMs),
      ...(withHolidays ? [String(burden.holidays), hoursText(burden.holidayMs)] : []),
    ]);
    return tableLines([[...heading, ...holidayHeading], ...rows], 2);
  };
  return [
    `From ${zonedText(team.timeZone, from)} to ${zonedText(team.timeZone, to)}; nights (22:00 to 06:00) and days in each person's own zone.`,
    ...schedules.flatMap(({ schedule, uncoveredMs, burdens }) => [
      `schedule ${schedule}${uncoveredMs === 0 ? "" : `, nobody for ${hoursText(uncoveredMs)} h`}`,
      ...table(burdens),
    ]),
    "all schedules (duty in several at once counts once)",
    ...table(total),
  ];
}

/** To the second, without the noise of binary fractions. */
function hours(ms: number): number {
  return Math.round(ms / 360) / 10_000;
}
