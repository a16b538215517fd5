/**
 * Wall-clock times as numbers: what a clock on the wall shows, counted in milliseconds as if that wall were in UTC.
 * Used wherever a rule is expanded in local time; `zone-clock` turns the result into instants.
 *
 * Plain arithmetic on the proleptic Gregorian calendar, since `Date` knows only UTC and the machine's own zone.
 */
import type { LocalDateTime } from "../team.ts";

/** Milliseconds from 1970-01-01T00:00:00 to a wall-clock time, ignoring every offset. Never mix it with `EpochMs`. */
export type LocalMs = number;

export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
export const weekMs = 7 * dayMs;

/** Reads `YYYY-MM-DDTHH:MM[:SS]`. Throws a RangeError: `config` lets nothing else through. */
export function localOf(text: LocalDateTime): LocalMs {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d(?::\d\d)?)$/.exec(text);
  if (match === null)
    throw new RangeError(`"${text}" is not a wall-clock time; write it like 2026-01-05T09:00:00`);
  const [, year, month, day, time] = match;
  const date = daysFromCivil(Number(year), Number(month), Number(day)) * dayMs;
  // A date that no calendar has (31 April) would silently become another one.
  if (!localText(date).startsWith(text.slice(0, 10)))
    throw new RangeError(`"${text}" is not a date of the calendar`);
  return date + timeOfDayOf(time!);
}

/** Reads `HH:MM[:SS]` as milliseconds after midnight. Throws a RangeError. */
export function timeOfDayOf(text: string): number {
  const match = /^(\d\d):(\d\d)(?::(\d\d))?$/.exec(text);
  const [hours, minutes, seconds] = [Number(match?.[1]), Number(match?.[2]), Number(match?.[3] ?? 0)];
  if (
    match === null ||
    hours > 24 ||
    minutes > 59 ||
    seconds > 59 ||
    (hours === 24 && minutes + seconds > 0)
  ) {
    throw new RangeError(`"${text}" is not a time of day; write it like 09:00`);
  }
  return hours * hourMs + minutes * minuteMs + seconds * secondMs;
}

/** `2026-01-05 09:00`, for people; seconds only when there are any. */
export function localText(local: LocalMs): string {
  const { year, month, day } = civilOf(local);
  const seconds = Math.floor((local - midnightOf(local)) / secondMs);
  const time = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(twoDigits);
  return `${String(year).padStart(4, "0")}-${twoDigits(month)}-${twoDigits(day)} ${time.slice(0, seconds % 60 === 0 ? 2 : 3).join(":")}`;
}

export function midnightOf(local: LocalMs): LocalMs {
  return Math.floor(local / dayMs) * dayMs;
}

/** 0 is Monday, as RFC 5545's WKST has it by default. */
export function weekdayOf(local: LocalMs): number {
  // 1970-01-01 was a Thursday.
  return modulo(Math.floor(local / dayMs) + 3, 7);
}

export interface Civil {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** The calendar date of a wall-clock time. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
export function civilOf(local: LocalMs): Civil {
  const shifted = Math.floor(local / dayMs) + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

/** Days from 1970-01-01 to a date. Source: as above. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return (
    era * 146_097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear -
    719_468
  );
}

/** The remainder that is never negative. */
export function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
