/**
 * The team of a file with what its calendars say now, for commands that answer once and end. Used by the command line;
 * an engine has the refresher.
 */
import type { CalendarSource } from "#config/calendars/calendar-source";
import { mergeCalendars } from "#config/calendars/merge-calendars";
import type { EpochMs } from "#domain/ids";
import type { Team } from "#domain/team";
import { CalendarCopy } from "./calendar-copy.ts";

export interface TeamOfNow {
  readonly team: Team;
  /** What could not be read, or only in part, one sentence each: it is missing in `team`. */
  readonly problems: readonly string[];
}

/** As far as commands look in either direction; an engine needs less. */
const longestMs = 10 * 366 * 86_400_000;
const askedWindow = (now: EpochMs) => ({ from: now - longestMs, to: now + longestMs });

export async function withCalendars(
  team: Team,
  sources: readonly CalendarSource[],
  now: EpochMs,
): Promise<TeamOfNow> {
  const copies = sources.map((source) => new CalendarCopy(source, null, askedWindow));
  await Promise.all(copies.map((copy) => copy.refresh(team, now, new AbortController().signal)));
  const problems = copies.flatMap(({ source: { id }, failing, warnings }) => [
    ...(failing === null
      ? []
      : [`Calendar ${id} cannot be read: ${failing.text}. This answer is without it.`]),
    ...warnings.map((warning) => `Calendar ${id}: ${warning}`),
  ]);
  return { team: copies.length === 0 ? team : mergeCalendars(team, copies), problems };
}
