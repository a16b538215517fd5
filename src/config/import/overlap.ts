/**
 * Whether two streams can ever be on duty at the same time. Used by `lanes`: those that cannot may share a schedule.
 *
 * Careful rather than clever: times are compared by the minute of the week, and "perhaps" counts as yes.
 */
import { dayMs, midnightOf, minuteMs, modulo, weekdayOf, weekMs } from "#domain/oncall/wall-clock";
import type { ShiftStream } from "./draft.ts";

/** A bit for each minute of the week. */
export type WeekMask = Uint32Array;

const words = Math.ceil(weekMs / minuteMs / 32);

export function mayOverlap(a: ShiftStream, maskA: WeekMask, b: ShiftStream, maskB: WeekMask): boolean {
  if (a.timeZone !== b.timeZone) return true;
  if ((a.until ?? Infinity) <= b.from || (b.until ?? Infinity) <= a.from) return false;
  return maskA.some((word, index) => (word & maskB[index]!) !== 0);
}

export function weekMaskOf({ duty, turn, anchor }: ShiftStream): WeekMask {
  const mask = new Uint32Array(words);
  if (duty.kind === "weekly") {
    for (const { days, from, length } of duty.windows)
      for (const day of days) mark(mask, day * dayMs + from, length);
  } else if (duty.kind === "of-turn" && turn.kind === "every" && turn.ms % dayMs === 0) {
    const days = turn.ms % weekMs === 0 ? [0] : [0, 1, 2, 3, 4, 5, 6];
    const start = weekdayOf(anchor) * dayMs + anchor - midnightOf(anchor);
    for (const { offset, length } of duty.pieces)
      for (const day of days) mark(mask, start + day * dayMs + offset, length);
  } else mask.fill(0xffffffff);
  return mask;
}

function mark(mask: WeekMask, from: number, length: number): void {
  const last = Math.ceil((from + Math.min(length, weekMs)) / minuteMs);
  for (let minute = Math.floor(from / minuteMs); minute < last; minute += 1) {
    const bit = modulo(minute, weekMs / minuteMs);
    mask[bit >>> 5]! |= 1 << (bit & 31);
  }
}
