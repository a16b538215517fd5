/**
 * Shifts that happen on some days of the week. Used by `shift-streams`. Weekly ones give each group a whole week, daily
 * ones a day (or `interval` days), counting only the chosen days.
 */
import { dayMs, midnightOf, modulo, weekdayOf, weekMs } from "#domain/oncall/wall-clock";
import type { ShiftStream } from "../draft.ts";
import { weeklyRule } from "../duty-window.ts";
import type { Findings } from "../findings.ts";
import { timeParts } from "../join-layers.ts";
import type { Shift } from "./shift.ts";
import { boundsOf, commonOf, reportOverlap, turnedTo } from "./shift-bounds.ts";

export function weeklyOnWeekdays(shift: Shift, findings: Findings): ShiftStream[] {
  const { start, duration, interval, weekStart, byDay, slots, type } = shift;
  const first = type === "rolling_users" ? firstChosenDay(shift) : start;
  const timeOfDay = first - midnightOf(first);
  const week = midnightOf(first) - modulo(weekdayOf(first) - weekStart, 7) * dayMs + timeOfDay;
  const offsets = byDay.map((day) => modulo(day - weekStart, 7) * dayMs).sort((a, b) => a - b);
  const anchor = week + offsets[0]!;
  const turnMs = interval * weekMs;
  // In order and from the turn's beginning on; what runs into the next turn would be two people's.
  const pieces: { offset: number; length: number }[] = [];
  for (const offset of offsets.map((chosen) => chosen - offsets[0]!)) {
    const last = pieces.at(-1);
    if (last !== undefined && offset <= last.offset + last.length)
      last.length = offset + duration - last.offset;
    else pieces.push({ offset, length: duration });
  }
  const tail = pieces.at(-1)!;
  if (tail.offset + tail.length > turnMs) {
    if (slots.length > 1) reportOverlap(shift, findings);
    tail.length = turnMs - tail.offset;
  }
  const eventAtOrAfter = (at: number): number => {
    const turn = Math.floor((at - anchor) / turnMs);
    const events = [turn, turn + 1].flatMap((number) =>
      offsets.map((offset) => anchor + number * turnMs + offset - offsets[0]!),
    );
    return events.find((event) => event >= at)!;
  };
  const { rotationStart, isWeb } = shift;
  const begin = eventAtOrAfter(Math.max(first, isWeb ? rotationStart - duration + 1000 : rotationStart));
  const firstTurn = Math.floor((begin - anchor) / turnMs);
  const bounds = boundsOf(shift, begin, (limit) => {
    const turn = Math.floor((limit - anchor) / turnMs);
    const events = offsets
      .map((offset) => anchor + turn * turnMs + offset - offsets[0]!)
      .filter((event) => event >= begin);
    const last = events.findLast((event) => event <= limit);
    if (last === undefined) return null;
    const isFirst = last === events[0] && turn - firstTurn < slots.length;
    return { start: last, isFirstOfItsSlot: isFirst && (type === "rolling_users" || last === start) };
  });
  return [
    {
      ...commonOf(shift),
      ...turnedTo(shift, anchor, Math.max(0, firstTurn), turnMs),
      turn: { kind: "every", ms: turnMs },
      from: Math.max(bounds.from, first),
      until: bounds.until,
      duty: pieces[0]!.length >= turnMs ? { kind: "always" } : { kind: "of-turn", pieces },
    },
  ];
}

export function dailyOnWeekdays(shift: Shift, findings: Findings): ShiftStream[] {
  const { start, rotationStart, until, duration, interval, byDay, slots, isWeb, type } = shift;
  const isRolling = type === "rolling_users";
  const first = isRolling ? firstChosenDay(shift) : nextChosenDay(start, byDay);
  const gaps = byDay.map((day, index) => modulo(byDay[(index + 1) % byDay.length]! - day, 7) || 7);
  if (slots.length > 1 && duration > Math.min(...gaps) * dayMs) reportOverlap(shift, findings);
  const window = { days: byDay, from: first - midnightOf(first), length: Math.min(duration, weekMs) };
  // Here empty groups are left out and not counted.
  const queue = slots
    .filter((slot) => slot.length > 0)
    .flatMap((slot) => Array.from({ length: interval }, () => slot));
  const limit =
    isWeb || until === null
      ? until
      : endOfLastEvent(until, first, byDay, duration, isRolling || first === start ? queue.length : 0);
  const rotation = (from: number, turn: number, rrule: string): ShiftStream[] => [
    {
      ...commonOf(shift),
      slots: [...queue.slice(turn), ...queue.slice(0, turn)],
      turn: { kind: "rule", rrule },
      anchor: from,
      from,
      until: limit,
      duty: { kind: "weekly", windows: [window] },
    },
  ];
  const rule = weeklyRule(byDay);
  if (!isWeb || rotationStart <= first) return rotation(first, 0, rule);
  // Cut at `rotation_start`: it begins with the event that is under way, or with the next one.
  const begun = lastChosenDay(rotationStart, first, byDay);
  const turn = eventsBetween(first, begun, byDay);
  if (begun < rotationStart && begun + duration > rotationStart)
    return rotation(rotationStart, turn % queue.length, `${rule}${timeParts([first - midnightOf(first)])}`);
  if (begun === rotationStart) return rotation(begun, turn % queue.length, rule);
  return rotation(nextChosenDay(begun + dayMs, byDay), (turn + 1) % queue.length, rule);
}

/** OnCall moves a start on another day to the first chosen day in the order of the week, be it next week. */
function firstChosenDay({ start, byDay, weekStart }: Shift): number {
  if (byDay.includes(weekdayOf(start))) return start;
  const first = Math.min(...byDay.map((day) => modulo(day - weekStart, 7)));
  return start + modulo(first + weekStart - weekdayOf(start), 7) * dayMs;
}

/** At the same time of day. */
function nextChosenDay(at: number, byDay: readonly number[]): number {
  let next = at;
  while (!byDay.includes(weekdayOf(next))) next += dayMs;
  return next;
}

/** The last event at or before `at`, which is not before `first`. */
function lastChosenDay(at: number, first: number, byDay: readonly number[]): number {
  let last = first + Math.floor((at - first) / dayMs) * dayMs;
  while (!byDay.includes(weekdayOf(last))) last -= dayMs;
  return last;
}

/** How many events there are from `first` (inclusive) to `at` (exclusive); both are events. */
function eventsBetween(first: number, at: number, byDay: readonly number[]): number {
  const weeks = Math.floor((at - first) / weekMs);
  let count = weeks * byDay.length;
  for (let day = first + weeks * weekMs; day < at; day += dayMs)
    if (byDay.includes(weekdayOf(day))) count += 1;
  return count;
}

/** `slots`: how many groups have an event that begins with the first of its dates; 0 when the recurrence begins earlier. */
function endOfLastEvent(
  until: number,
  first: number,
  byDay: readonly number[],
  duration: number,
  slots: number,
): number {
  if (until < first) return first;
  const last = lastChosenDay(until, first, byDay);
  // OnCall makes an event of every group and weekday that meet.
  let events = slots;
  while (events % byDay.length !== 0) events += slots;
  const isFirstOfItsEvent = eventsBetween(first, last, byDay) < events;
  return isFirstOfItsEvent ? Math.min(last + duration, until) : last + duration;
}
