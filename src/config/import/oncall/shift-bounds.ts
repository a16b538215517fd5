/** From when to when a shift of Grafana OnCall is on duty, and what else its streams have in common. Used by `*-shifts` and `shift-streams`. */
import type { ShiftStream } from "../draft.ts";
import type { Findings } from "../findings.ts";
import type { Shift } from "./shift.ts";

/** The parts of a stream that a shift gives as they are. */
export function commonOf({
  name,
  place,
  timeZone,
  slots,
}: Shift): Pick<ShiftStream, "name" | "place" | "timeZone" | "slots"> {
  return { name, place, timeZone, slots };
}

/**
 * Slots and anchor for a rotation that begins with its turn number `first`. Groups of users have their turns in order from
 * there on, then come the turns of the empty ones; without empty ones it makes no difference.
 */
export function turnedTo(
  { slots }: Shift,
  anchor: number,
  first: number,
  turnMs: number,
): Pick<ShiftStream, "slots" | "anchor"> {
  const present = slots.filter((slot) => slot.length > 0);
  const begin = first % present.length;
  const turned = [...present.slice(begin), ...present.slice(0, begin)];
  return { slots: [...turned, ...slots.slice(present.length)], anchor: anchor + first * turnMs };
}

/** The last event that begins at or before a moment; null when there is none. */
export type LastEvent = (
  limit: number,
) => { readonly start: number; readonly isFirstOfItsSlot: boolean } | null;

/**
 * From when to when a shift is on duty. The web interface's are cut at both ends; others begin with the first event at or
 * after `rotation_start`, and the last event that begins before `until` runs to its end (unless it is its event's first).
 */
export function boundsOf(
  { isWeb, start, rotationStart, until, duration, type }: Shift,
  firstEvent: number,
  lastEvent: LastEvent,
): { from: number; until: number | null } {
  if (isWeb) return { from: Math.max(start, rotationStart), until };
  const from = type === "rolling_users" ? firstEvent : start;
  if (until === null) return { from, until: null };
  const last = lastEvent(until);
  if (last === null) return { from, until: from };
  const end = last.start + duration;
  return { from, until: last.isFirstOfItsSlot ? Math.min(end, until) : end };
}

export function reportOverlap({ place }: Shift, findings: Findings): void {
  findings.changed(
    place,
    "the time in which a turn has begun and the one before it has not ended",
    "turns follow one another here",
    "make two shifts of it there, or add a layer by hand",
  );
}
