/** The end of an alert: a person's word or its source's, never its source's silence (contract §4). */
import type { Alert } from "../alert.ts";
import type { Decision } from "../decision.ts";
import type { PersonCommand, SaidNow, Signal } from "../input.ts";
import type { EpochMs } from "../ids.ts";
import { limits } from "../limits.ts";
import { beginningsOf, type Report } from "../said.ts";

export function resolve(decision: Decision, alert: Alert, input: PersonCommand): void {
  const after = decision.emit(alert, {
    kind: "alert-resolved",
    by: input.by,
    origin: input.origin,
    covers: alert.news,
  });
  decision.done(after, "resolved");
}

export function resolveBySource(decision: Decision, alert: Alert, { said }: Signal): void {
  if (said !== undefined && isOutOfStep(alert, said, decision.now)) return decision.done(alert, "ignored");
  const ends = beginningsOf(
    alert.reports ?? {},
    [said?.startsAt ?? null].filter((at) => at !== null),
  );
  const after = decision.emit(alert, {
    kind: "alert-resolved",
    by: null,
    origin: "source",
    covers: alert.news,
    ...(said !== undefined && {
      said: { sender: said.sender, startsAt: said.startsAt, endsAt: said.endsAt },
    }),
    ...(ends.length > 0 && { ends }),
  });
  decision.done(after, "resolved");
}

/** Contract §4, "Late and out of step": it ended before it was opened, or before somebody last said that it fires. */
function isOutOfStep(alert: Alert, said: SaidNow, now: EpochMs): boolean {
  if (said.endedAt === undefined) return false;
  const reports = Object.entries(alert.reports ?? {});
  // Opened by a clock that was ahead and has been set right since, it was not opened later than it was triggered.
  if (reports.length === 0) return said.endedAt < Math.min(alert.openedAt, alert.triggeredAt);
  // By the clock alone, of one that never said that it fires: its next word tells whether its clock is wrong.
  const isOld = said.endedAt < now - limits.freshResolveMs;
  if (said.isGuess === true && isOld && !alert.stale && alert.reports?.[said.sender] === undefined)
    return true;
  return reports.some(
    ([sender, report]) =>
      said.endedAt! < report.at && !(sender === said.sender && isInOrder(alert, report, said)),
  );
}

/**
 * A sender's own resolve after its own report: it speaks in order, and by one clock, whatever that clock shows. Only an end
 * that lies before the evaluation which the report came from is of something else. When that was is known from how long a
 * report is valid: four times the time between two, usually four minutes, and never longer than since the beginning.
 */
function isInOrder(alert: Alert, report: Report, { startsAt, endsAt }: SaidNow): boolean {
  if (startsAt !== null && startsAt !== report.startsAt) return false;
  if (report.endsAt === null || endsAt === null || alert.stale) return true;
  const usualMs = Math.max(limits.usualValidityMs, 4 * (report.afterMs ?? 0));
  const validMs = report.startsAt === null ? usualMs : Math.min(report.endsAt - report.startsAt, usualMs);
  return endsAt >= report.endsAt - validMs;
}
