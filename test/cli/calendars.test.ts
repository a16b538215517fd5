/** What the commands about a team file make of its calendars: they count, and one that cannot be read is told. */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { check } from "#cli/check";
import { coverage } from "#cli/coverage";
import { onCall } from "#cli/on-call";
import { teamText } from "./on-call-team.ts";
import { fileWith, run } from "./run-command.ts";

/** Days from now, as iCalendar writes a date; the calendar's stretch counts from today. */
const date = (days: number) =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
/** Noon in New York, or an hour later: within the window of `office`. */
const atWork = (days: number) =>
  `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}T17:00Z`;

/** Ben, who is alone in `office`, is away from the tenth day to the thirtieth. */
const away = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "PRODID:-//test//EN",
  "BEGIN:VEVENT",
  "UID:1@example.org",
  `DTSTAMP:${date(0)}T000000Z`,
  `DTSTART;VALUE=DATE:${date(10)}`,
  `DTEND;VALUE=DATE:${date(30)}`,
  "SUMMARY:Holidays",
  "END:VEVENT",
  "END:VCALENDAR",
  "",
].join("\r\n");

let calendars = 0;

function teamWithCalendar(content: string | null) {
  const calendar = `away-${(calendars += 1)}.ics`;
  const file = fileWith(
    `${teamText}calendars:\n  - { id: holidays, file: ${calendar}, kind: absences, person: ben }\n`,
  );
  if (content !== null) writeFileSync(join(dirname(file), calendar), content);
  return file;
}

test("an absence that only a calendar knows counts, in an answer and in the proof", async () => {
  const [file, alone] = [teamWithCalendar(away), fileWith(teamText)];
  const at = (team: string) => run(onCall, "oncall", "--team", team, "--at", atWork(12), "--json");
  expect(JSON.parse((await at(alone)).out)).toMatchObject({ office: "ben" });
  expect(JSON.parse((await at(file)).out)).toEqual({ primary: "ana", office: null });

  const longestGap = async (team: string) => {
    const { out } = await run(coverage, "coverage", "--team", team, "--days", "60", "--json");
    const { gaps } = JSON.parse(out).schedules[1] as { gaps: { start: string; end: string }[] };
    return Math.max(...gaps.map(({ start, end }) => Date.parse(end) - Date.parse(start))) / 86_400_000;
  };
  expect(await longestGap(alone)).toBeLessThan(1);
  expect(await longestGap(file)).toBeGreaterThan(19);
});

test.each([-400, 900])("an absence of %i days from today counts, too", async (days) => {
  const file = teamWithCalendar(away.replace(date(10), date(days)).replace(date(30), date(days + 20)));
  const { out } = await run(onCall, "oncall", "--team", file, "--at", atWork(days + 5), "--json");
  expect(JSON.parse(out)).toMatchObject({ office: null });
});

test.each([
  ["is missing", null],
  ["is no calendar", "<html>"],
])("a calendar that %s is told, and the file's own answer given", async (_, content) => {
  const { code, out } = await run(
    onCall,
    "oncall",
    "--team",
    teamWithCalendar(content),
    "--at",
    atWork(12),
    "--json",
  );
  expect(code).toBe(0);
  const [told, answer] = out.split("\n");
  expect(told).toMatch(/^! tocsin: Calendar holidays cannot be read: .*away-\d\.ics.* without it\.$/);
  expect(JSON.parse(answer!)).toMatchObject({ office: "ben" });
});

test("check reads no calendar, and says so", async () => {
  const { code, out } = await run(check, "check", teamWithCalendar(null));
  expect(code).toBe(0);
  expect(out).toContain("1 calendar not read");
});
