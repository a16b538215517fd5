/**
 * One on-call shift of Grafana OnCall, read and checked. Used by `schedules`; what it means is in `shift-streams`.
 * Source: the public API's documentation, and its serializer and model for what that leaves open.
 */
import { dayMs, hourMs, weekMs } from "#domain/oncall/wall-clock";
import { zoneClock } from "#domain/oncall/zone-clock";
import type { PersonKey } from "../draft.ts";
import { weekdayNames } from "../duty-window.ts";
import type { Findings } from "../findings.ts";
import { child, entries, isAbsent, type Place, textOf } from "../place.ts";
import {
  given,
  readEnd,
  readId,
  readInstant,
  readInteger,
  readStart,
  readWallClock,
  readZone,
} from "../read-value.ts";
import { cleanName, type Roster } from "../roster.ts";

/** Times in milliseconds on the wall clock of `timeZone`. */
export interface Shift {
  readonly place: Place;
  readonly type: "single_event" | "recurrent_event" | "rolling_users" | "override";
  readonly name: string;
  readonly timeZone: string;
  /** Made by the web interface: clipped at `rotationStart` and `until`, where others begin and end with whole events. */
  readonly isWeb: boolean;
  readonly start: number;
  readonly rotationStart: number;
  readonly until: number | null;
  /** Milliseconds. */
  readonly duration: number;
  /** Null: it happens once. */
  readonly frequency: "hourly" | "daily" | "weekly" | "monthly" | null;
  readonly interval: number;
  /** 0 is Monday. */
  readonly weekStart: number;
  readonly byDay: readonly number[];
  readonly byMonth: readonly number[];
  readonly byMonthDay: readonly number[];
  /** In turn; those of one slot together. An empty slot is nobody. */
  readonly slots: readonly (readonly PersonKey[])[];
}

const types = ["single_event", "recurrent_event", "rolling_users", "override"] as const;
const frequencies = ["hourly", "daily", "weekly", "monthly"] as const;
export const unitMs = { hourly: hourMs, daily: dayMs, weekly: weekMs } as const;

/** Null, and a fault or remark, when it cannot be used. `scheduleZone`: for a shift without a zone of its own. */
export function readShift(
  place: Place,
  scheduleZone: string,
  isWeb: boolean,
  roster: Roster,
  findings: Findings,
): Shift | null {
  const type = oneOf(child(place, "type"), types, findings);
  const zonePlace = child(place, "time_zone");
  const timeZone = isAbsent(zonePlace) ? scheduleZone : readZone(zonePlace, findings);
  const start = readStart(child(place, "start"), readWallClock, findings);
  const duration = readInteger(child(place, "duration"), 1, 366 * 86_400, findings);
  const frequencyPlace = child(place, "frequency");
  const once = type === "single_event" || type === "override" || isAbsent(frequencyPlace);
  const frequency = once ? null : oneOf(frequencyPlace, frequencies, findings);
  const intervalPlace = child(place, "interval");
  const interval = once || isAbsent(intervalPlace) ? 1 : readInteger(intervalPlace, 1, 1000, findings);
  const byDay = daysOf(child(place, "by_day"), findings);
  const byMonth = numbersOf(child(place, "by_month"), 1, 12, findings);
  const byMonthDay = numbersOf(child(place, "by_monthday"), -31, 31, findings);
  const weekStartPlace = child(place, "week_start");
  const weekStart = isAbsent(weekStartPlace) ? sunday : dayOf(weekStartPlace, findings);
  if (type === null || timeZone === null || start === null || duration === null || interval === null)
    return null;
  if (byDay === null || byMonth === null || byMonthDay === null || weekStart === null) return null;
  if (!once && frequency === null) return null;
  const clock = zoneClock(timeZone);
  // `until` is written without an offset and meant in UTC; so is a web shift's `rotation_start`.
  const until = readEnd(child(place, "until"), readUtc, findings);
  const rotationPlace = child(place, "rotation_start");
  const rotation = isAbsent(rotationPlace)
    ? start
    : readStart(rotationPlace, isWeb ? readUtc : readWallClock, findings);
  if (!until.ok || rotation === null) return null;
  const slots = slotsOf(place, type, roster, findings);
  if (slots === null) return null;
  return {
    place,
    type,
    name: cleanName(textOf(child(place, "name")) ?? "shift") ?? "shift",
    timeZone,
    isWeb,
    start,
    rotationStart: isWeb && !isAbsent(rotationPlace) ? clock.localAt(rotation) : rotation,
    until: once || until.at === null ? null : clock.localAt(until.at),
    duration: duration * 1000,
    frequency,
    interval,
    weekStart,
    byDay,
    byMonth,
    byMonthDay,
    slots,
  };
}

const sunday = 6;

function readUtc(place: Place, findings: Findings): number | null {
  const text = textOf(place);
  const hasOffset = text !== null && /(Z|[+-]\d\d:?\d\d)$/i.test(text.trim());
  return hasOffset ? readInstant(place, findings) : readWallClock(place, findings);
}

/** Null, and a remark, when there is nobody. */
function slotsOf(
  place: Place,
  type: Shift["type"],
  roster: Roster,
  findings: Findings,
): PersonKey[][] | null {
  const peopleOf = (list: Place): PersonKey[] => {
    const people = entries(list).flatMap((entry) => {
      if (isAbsent(entry)) return [];
      const source = readId(entry, findings);
      return source === null ? [] : [roster.refer(entry, { source, name: null })];
    });
    return [...new Set(people)];
  };
  const rolling = entries(child(place, "rolling_users"));
  const users = peopleOf(child(place, "users"));
  const isRolling = type === "rolling_users" || (users.length === 0 && rolling.length > 0);
  const slots = isRolling ? rolling.map(peopleOf) : [users];
  if (slots.every((slot) => slot.length === 0)) {
    findings.leftOut(place, "a shift", "it has no users", "add a layer by hand if somebody should be there");
    return null;
  }
  if (!isRolling) return slots;
  const index = child(place, "start_rotation_from_user_index");
  const first = isAbsent(index) ? 0 : (readInteger(index, 0, 100_000, findings) ?? 0);
  const turned = [...slots.slice(first), ...slots.slice(0, first)];
  // OnCall leaves empty groups out and still counts them: their turns come at the end, and are nobody's.
  const present = turned.filter((slot) => slot.length > 0);
  return [...present, ...turned.slice(present.length).map(() => [])];
}

function oneOf<const Word extends string>(
  place: Place,
  words: readonly Word[],
  findings: Findings,
): Word | null {
  const word = words.find((candidate) => candidate === place.value);
  if (word === undefined) findings.fault(place, `${given(place)}; must be one of ${words.join(", ")}`);
  return word ?? null;
}

function dayOf(place: Place, findings: Findings): number | null {
  const word = oneOf(place, weekdayNames, findings);
  return word === null ? null : weekdayNames.indexOf(word);
}

function daysOf(list: Place, findings: Findings): number[] | null {
  const days = entries(list).map((entry) => dayOf(entry, findings));
  return days.includes(null) ? null : [...new Set(days as number[])].sort((a, b) => a - b);
}

function numbersOf(list: Place, least: number, most: number, findings: Findings): number[] | null {
  const numbers = entries(list).map((entry) => readInteger(entry, least, most, findings));
  return numbers.includes(null) ? null : [...new Set(numbers as number[])].filter((number) => number !== 0);
}
