/** `tocsin duty`: when a person is on duty next, how much, and how many nights and week-ends of it. */
import { dutyOf, type Duty } from "#domain/reports/duty";
import type { Person } from "#domain/team";
import { visible } from "./alert-text.ts";
import { exitCodes, wrongUsage, type Output } from "./outcome.ts";
import { tableLines } from "./table.ts";
import { intervalOf, iso, personOf, teamOf, type Interval } from "./team-argument.ts";
import { usageLine, type Given } from "./usage.ts";
import { counted, hoursText, lengthText, zonedText } from "./zoned-time.ts";

/** How far ahead, when no end is given. */
const defaultDays = 366;

export async function duty(given: Given, output: Output): Promise<number> {
  const id = given.text("person");
  if (id === undefined) throw wrongUsage(usageLine("duty"));
  const team = await teamOf(given, output);
  const person = personOf(id, team);
  const interval = intervalOf(given, team, defaultDays);
  const found = dutyOf(team, person, interval.from, interval.to);
  output.out(
    given.flag("json")
      ? JSON.stringify(jsonOf(found, interval))
      : linesOf(person, found, interval).join("\n"),
  );
  return exitCodes.done;
}

function jsonOf({ person, turns, total }: Duty, { from, to }: Interval) {
  const listed = turns.map(({ schedule, start, end }) => ({ schedule, start: iso(start), end: iso(end) }));
  return { person, from: iso(from), to: iso(to), next: listed[0] ?? null, total, turns: listed };
}

function linesOf(person: Person, { turns, total }: Duty, { from, to }: Interval): string[] {
  const name = visible(person.name);
  const time = (at: number) => zonedText(person.timeZone, at);
  const [next] = turns;
  if (next === undefined)
    return [`${name} is not on duty from ${time(from)} to ${time(to)} (${person.timeZone}).`];
  const first =
    next.start <= from
      ? `${name} is on duty in ${next.schedule} at ${time(from)}, until ${time(next.end)}.`
      : `${name} is on duty next in ${next.schedule}, ${time(next.start)} to ${time(next.end)}, ${lengthText(next.start - from)} later.`;
  return [
    first,
    `To ${time(to)} (${person.timeZone}): ${hoursText(total.dutyMs)} h in ${counted(turns.length, "turn")}; ` +
      `${counted(total.nights, "night")} (${hoursText(total.nightMs)} h between 22:00 and 06:00), ` +
      `${counted(total.weekends, "week-end")} (${hoursText(total.weekendMs)} h).`,
    ...tableLines(
      turns.map(({ schedule, start, end }) => [
        time(start),
        "to",
        time(end),
        schedule,
        lengthText(end - start),
      ]),
      2,
    ),
  ];
}
