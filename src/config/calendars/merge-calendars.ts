/** The team of the file with what its calendars add: the team that the engine gets. Used by compose's refresher. */
import type { EpochMs } from "#domain/ids";
import type { Team } from "#domain/team";
import { revisionOf } from "../team-revision.ts";
import type { CalendarSource } from "./calendar-source.ts";
import type { CalendarEntry } from "./read-calendar.ts";

export interface CalendarContent {
  readonly source: CalendarSource;
  readonly entries: readonly CalendarEntry[];
}

/**
 * The same team when the calendars add nothing. Theirs come first and the file's own last: of several the last one
 * counts (contract §3), and what somebody wrote into the file by hand is meant to win.
 */
export function mergeCalendars(team: Team, contents: readonly CalendarContent[]): Team {
  const { revision: _, ...content } = team;
  const known = new Set(team.people.map(({ id }) => id));
  const of = ({ entries }: CalendarContent) => entries.filter(({ person }) => known.has(person));
  const absences = contents.filter(({ source }) => source.entries.kind === "absences").flatMap(of);
  const merged: Omit<Team, "revision"> = {
    ...content,
    absences: [...absences, ...team.absences],
    schedules: team.schedules.map((schedule) => {
      const added = contents
        .filter(({ source: { entries } }) => entries.kind === "overrides" && entries.schedule === schedule.id)
        .flatMap(of);
      return added.length === 0 ? schedule : { ...schedule, overrides: [...added, ...schedule.overrides] };
    }),
  };
  return { revision: revisionOf(merged), ...merged };
}

const dayMs = 86_400_000;

/**
 * The stretch of calendars that counts: from a month ago to two years ahead, counted from the month's beginning, so that
 * a calendar in which nothing changes gives the same team for a month.
 */
export function calendarWindow(now: EpochMs): { readonly from: EpochMs; readonly to: EpochMs } {
  const date = new Date(now);
  const month = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  return { from: month - 31 * dayMs, to: month + (2 * 366 + 31) * dayMs };
}
