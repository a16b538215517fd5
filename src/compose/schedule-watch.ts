/**
 * Says when this machine cannot work out who is on call in a schedule of the team in force, and asks everybody in it
 * instead (rules/ask). Made by `compose`. The check of the team file lets no such schedule through; but a team also comes
 * from other machines, whose version or time zone tables may know more than this one's.
 */
import type { EpochMs } from "#domain/ids";
import { scheduleFaults } from "#domain/reports/schedule-faults";
import type { Team } from "#domain/team";
import type { LoopEngine } from "#engine/engine";
import type { Clock } from "#engine/ports";

const dayMs = 86_400_000;

/** Looks at each team once, and once a day at what has come into sight. Returns how to stop. */
export function watchSchedules(
  engine: Pick<LoopEngine, "state" | "onChange" | "reportProblem" | "clearProblem">,
  clock: Pick<Clock, "now">,
): () => void {
  let seen: { readonly team: Team | null; readonly at: EpochMs } | null = null;
  const look = () => {
    const { team } = engine.state;
    const now = clock.now();
    if (seen?.team === team && Math.abs(now - seen.at) < dayMs) return;
    seen = { team, at: now };
    const [first, ...more] = team === null ? [] : scheduleFaults(team, now);
    if (first === undefined) return engine.clearProblem("schedule");
    const rest = more.length === 0 ? "" : `, nor in ${more.map(({ schedule }) => schedule).join(", ")}`;
    engine.reportProblem(
      "schedule",
      `This machine cannot work out who is on call in schedule ${first.schedule} (${first.reason})${rest}, so everybody in it is asked. Update Tocsin and this machine's time zones, or change the schedule.`,
    );
  };
  look();
  return engine.onChange(look);
}
