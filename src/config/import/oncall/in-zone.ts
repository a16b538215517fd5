/**
 * A shift of another time zone in a schedule whose levels cover one another: a schedule of the team file has one wall
 * clock. Used by `schedules`.
 */
import { dayMs, modulo } from "#domain/oncall/wall-clock";
import { zoneClock } from "#domain/oncall/zone-clock";
import type { ShiftStream } from "../draft.ts";
import type { Findings } from "../findings.ts";

/** Right at the stream's beginning, and for as long as the two zones change their clocks alike. */
export function inZone(stream: ShiftStream, timeZone: string, findings: Findings): ShiftStream[] {
  if (stream.timeZone === timeZone) return [stream];
  const remedy = `look at the times: tocsin oncall; or give all of its shifts one time zone`;
  const { duty, turn } = stream;
  if (turn.kind === "rule" || duty.kind === "rule") {
    findings.leftOut(
      stream.place,
      "a shift",
      `it is in ${stream.timeZone} and the schedule in ${timeZone}`,
      remedy,
    );
    return [];
  }
  findings.changed(
    stream.place,
    "the time zone of a shift",
    `here it is on the wall clock of ${timeZone} instead of ${stream.timeZone}, so it may be an hour off for parts of the year`,
    remedy,
  );
  const [own, other] = [zoneClock(stream.timeZone), zoneClock(timeZone)];
  const by = other.localAt(own.instantOf(stream.from)) - stream.from;
  const moved = (from: number, days: readonly number[]) => ({
    from: modulo(from + by, dayMs),
    days: days.map((day) => modulo(day + Math.floor((from + by) / dayMs), 7)),
  });
  return [
    {
      ...stream,
      timeZone,
      anchor: stream.anchor + by,
      from: stream.from + by,
      until: stream.until === null ? null : other.localAt(own.instantOf(stream.until)),
      duty:
        duty.kind === "weekly"
          ? {
              ...duty,
              windows: duty.windows.map(({ from, days, length }) => ({ ...moved(from, days), length })),
            }
          : duty,
    },
  ];
}
