/** Shifts of the month, and others that only their own recurrence rule can say. Used by `shift-streams`. */
import { faultOfRecurrence } from "#domain/oncall/recurrence-fault";
import { civilOf, dayMs, localText, weekdayOf, type LocalMs } from "#domain/oncall/wall-clock";
import type { ShiftStream } from "../draft.ts";
import { byDay as daysText, weekdayNames } from "../duty-window.ts";
import type { Findings } from "../findings.ts";
import type { Shift } from "./shift.ts";
import { commonOf } from "./shift-bounds.ts";

/** One stream, or none and a remark. */
export function ruleStreams(shift: Shift, findings: Findings): ShiftStream[] {
  const { place, start, slots, until, isWeb, duration } = shift;
  const rrule = ruleOf(shift);
  // The last event runs to its end, so it is the rule that ends, not the layer; the web's is cut.
  const bounded = until === null || isWeb ? rrule : `${rrule};UNTIL=${compact(until)}`;
  const why = obstacleOf(shift, rrule, bounded);
  if (why !== null) {
    findings.leftOut(place, "a shift", why, "write its layers by hand, if there should be any");
    return [];
  }
  return [
    {
      ...commonOf(shift),
      slots,
      turn: { kind: "rule", rrule },
      anchor: start,
      from: start,
      until: isWeb ? until : null,
      duty: { kind: "rule", rrule: bounded, length: duration },
    },
  ];
}

function ruleOf({ frequency, interval, byDay, byMonth, byMonthDay, weekStart }: Shift): string {
  const parts = [`FREQ=${frequency!.toUpperCase()}`];
  if (interval > 1) parts.push(`INTERVAL=${interval}`);
  if (byDay.length > 0) parts.push(`BYDAY=${daysText(byDay)}`);
  if (byMonth.length > 0) parts.push(`BYMONTH=${[...byMonth].sort((a, b) => a - b).join(",")}`);
  if (byMonthDay.length > 0) parts.push(`BYMONTHDAY=${[...byMonthDay].sort((a, b) => a - b).join(",")}`);
  if (frequency === "weekly" && interval > 1) parts.push(`WKST=${weekdayNames[weekStart]}`);
  return parts.join(";");
}

/** Why the team file cannot say it; null when it can. */
function obstacleOf(shift: Shift, rrule: string, bounded: string): string | null {
  const { frequency, start, rotationStart, slots, duration, byDay, byMonth, byMonthDay } = shift;
  if (frequency === "hourly") return "a window of a layer opens once a day, not every few hours of some days";
  if (duration > dayMs)
    return "a window of a layer is at most a day long, and this recurrence cannot be cut into days";
  if (rotationStart > start && shift.type === "rolling_users")
    return "its rotation begins later than its first event, and its turns are not equally long";
  const { day } = civilOf(start);
  const isPlain = byDay.length === 0 && byMonth.length === 0 && byMonthDay.every((chosen) => chosen === day);
  if (slots.length > 1 && !(frequency === "monthly" && isPlain && byMonthDay.length < 2 && day <= 28))
    return "people who take turns are possible only with one shift a month, on one of the days 1 to 28";
  if (shift.until !== null && shift.until < start) return "it ends before it begins";
  if (!mayHappen(shift)) return "no day fits its months, days of the month and interval";
  const local = localText(start).replace(" ", "T");
  const fault = faultOfRecurrence(rrule, local) ?? faultOfRecurrence(bounded, local);
  return fault === null ? null : fault.text;
}

/**
 * Whether some year has a day for it; 29 February does not count. The check of the rule itself would find out too, but by
 * going through eight thousand years, and an export may have hundreds of such shifts.
 */
function mayHappen({ frequency, interval, start, byDay, byMonth, byMonthDay }: Shift): boolean {
  if (frequency === "daily" && interval % 7 === 0 && byDay.length > 0 && !byDay.includes(weekdayOf(start)))
    return false;
  const { month: first, day } = civilOf(start);
  const reached = monthDays
    .map((_days, month) => month + 1)
    .filter((month) => {
      if (byMonth.length > 0 && !byMonth.includes(month)) return false;
      if (frequency !== "monthly") return true;
      return monthDays.some((_days, turn) => (first - 1 + turn * interval) % 12 === month - 1);
    });
  const days =
    byMonthDay.length > 0 ? byMonthDay : frequency === "monthly" && byDay.length === 0 ? [day] : [1];
  return reached.some((month) => days.some((chosen) => Math.abs(chosen) <= monthDays[month - 1]!));
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** `20260105T090000`. */
function compact(at: LocalMs): string {
  const text = localText(at).replace(/[-:]/g, "").replace(" ", "T");
  return text.length < 15 ? `${text}00` : text;
}
