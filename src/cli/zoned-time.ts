/** Times and lengths for people: on a zone's wall clock, with the offset, so that nobody has to guess. */
import type { EpochMs, PersonId } from "#domain/ids";
import { localText } from "#domain/oncall/wall-clock";
import { zoneClock } from "#domain/oncall/zone-clock";
import { together } from "#domain/person-names";
import type { Team } from "#domain/team";
import { visible } from "./alert-text.ts";

/** `2026-01-05 09:00 +01:00` */
export function zonedText(timeZone: string, at: EpochMs): string {
  return `${localText(zoneClock(timeZone).localAt(at))} ${offsetText(timeZone, at)}`;
}

/** The same in ISO 8601, to the second: `2026-01-05T09:00:00+01:00`. The command line takes it back as it is. */
export function zonedIso(timeZone: string, at: EpochMs): string {
  const [date, time] = localText(zoneClock(timeZone).localAt(at)).split(" ");
  return `${date}T${time!.length === 5 ? `${time}:00` : time}${offsetText(timeZone, at)}`;
}

/** `45 s`, `16 h`, `2 h 30 min`, `12 d 4 h`: the two largest units, rounded to the second one. */
export function lengthText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return two(Math.floor(seconds / 60), "min", seconds % 60, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return two(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(minutes / 60);
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

/** Hours with at most one decimal place: `123.5`. */
export function hoursText(ms: number): string {
  return String(Math.round(ms / 360_000) / 10);
}

/** As people call them; the team file's text may hold anything. */
export function nameOf(team: Team, id: PersonId | null): string {
  if (id === null) return "nobody";
  return visible(team.people.find((person) => person.id === id)?.name ?? id);
}

/** `Ana Ruiz and Ben`; an empty list is nobody. */
export function namesOf(team: Team, people: readonly PersonId[]): string {
  return people.length === 0 ? "nobody" : together(people.map((person) => nameOf(team, person)));
}

/** `1 night`, `2 nights`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function offsetText(timeZone: string, at: EpochMs): string {
  const minutes = Math.round((zoneClock(timeZone).localAt(at) - at) / 60_000);
  const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const digits = (value: number) => String(value).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${digits(hour)}:${digits(minute)}`;
}

function two(most: number, unit: string, rest: number, smaller: string): string {
  return rest === 0 ? `${most} ${unit}` : `${most} ${unit} ${rest} ${smaller}`;
}
