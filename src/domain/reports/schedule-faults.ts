/**
 * Schedules that cannot be worked out, asked of the very calculation that is used. The team file's check refuses them; of
 * a team that another machine has sent, with newer rules or time zones than this one's, the engine says so.
 */
import type { EpochMs, ScheduleId } from "../ids.ts";
import { scheduleFault } from "../oncall/on-call.ts";
import { dayMs } from "../oncall/wall-clock.ts";
import type { Team } from "../team.ts";

export interface ScheduleFault {
  readonly schedule: ScheduleId;
  /** The keys and indexes that lead to it in the team, as in the file. */
  readonly path: readonly (string | number)[];
  /** Why, without a full stop. May quote the team: hostile text. */
  readonly reason: string;
}

/** As far ahead of `now` as the engine looks for handoffs, and a day back. */
export function scheduleFaults(team: Team, now: EpochMs): ScheduleFault[] {
  return team.schedules.flatMap(({ id }, index) => {
    const reason = scheduleFault(team, id, now - dayMs, now + 400 * dayMs);
    return reason === null ? [] : [{ schedule: id, path: ["schedules", index], reason }];
  });
}
