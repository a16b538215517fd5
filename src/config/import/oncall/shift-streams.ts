/**
 * What a shift of Grafana OnCall means, as streams. Used by `schedules`. The shapes that have rules of their own are in
 * `weekday-shifts` and `rule-shifts`.
 */
import { dayMs } from "#domain/oncall/wall-clock";
import type { ShiftStream } from "../draft.ts";
import type { Findings } from "../findings.ts";
import { ruleStreams } from "./rule-shifts.ts";
import { boundsOf, commonOf, reportOverlap, turnedTo } from "./shift-bounds.ts";
import { type Shift, unitMs } from "./shift.ts";
import { dailyOnWeekdays, weeklyOnWeekdays } from "./weekday-shifts.ts";

/** Usually one; empty, with a remark, for what cannot be carried over. */
export function streamsOf(shift: Shift, findings: Findings): ShiftStream[] {
  const { frequency, byDay, byMonth, byMonthDay, type } = shift;
  if (frequency === null) return once(shift);
  if (frequency === "monthly" || byMonth.length > 0 || byMonthDay.length > 0)
    return ruleStreams(shift, findings);
  if (byDay.length === 0) return [everySoOften(shift, unitMs[frequency], findings)];
  if (frequency === "weekly") return weeklyOnWeekdays(shift, findings);
  if (frequency === "daily" && (type === "rolling_users" || shift.interval === 1))
    return dailyOnWeekdays(shift, findings);
  return ruleStreams(shift, findings);
}

function once(shift: Shift): ShiftStream[] {
  const { start, rotationStart, duration, slots, isWeb } = shift;
  return [
    {
      ...commonOf(shift),
      slots: slots.slice(0, 1),
      turn: { kind: "every", ms: dayMs },
      anchor: start,
      from: isWeb ? Math.max(start, rotationStart) : start,
      until: start + duration,
      duty: { kind: "always" },
    },
  ];
}

function everySoOften(shift: Shift, unit: number, findings: Findings): ShiftStream {
  const { start, duration, interval, place, frequency, slots } = shift;
  const ms = interval * unit;
  if (duration > ms && slots.length > 1) reportOverlap(shift, findings);
  if (frequency === "hourly") {
    findings.changed(
      place,
      "a shift of hours",
      "here its turns are counted on the wall clock, so the one in which the clocks change is longer or shorter",
      "look at the days on which the clocks change: tocsin oncall",
    );
  }
  const length = Math.min(duration, ms);
  // The first turn whose event counts: the web's when it has not ended at `rotation_start`, others' when it has not begun.
  const sought = shift.rotationStart - (shift.isWeb ? duration - 1000 : 0);
  const first = Math.max(0, Math.ceil((sought - start) / ms));
  const { from, until } = boundsOf(shift, start + first * ms, (limit) => {
    const last = Math.floor((limit - start) / ms);
    return last < 0 ? null : { start: start + last * ms, isFirstOfItsSlot: last - first < slots.length };
  });
  return {
    ...commonOf(shift),
    ...turnedTo(shift, start, first, ms),
    turn: { kind: "every", ms },
    from,
    until,
    duty: length === ms ? { kind: "always" } : { kind: "of-turn", pieces: [{ offset: 0, length }] },
  };
}
