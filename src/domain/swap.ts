/** "Take my Tuesday": a person asks another one to take over their duty in a stretch of time. Made by `evolve-duty`. */
import type { EpochMs, PersonId, ScheduleId, SwapId } from "./ids.ts";

export interface Swap {
  readonly id: SwapId;
  readonly schedule: ScheduleId;
  /** Only what `askedBy` has of it changes hands. */
  readonly start: EpochMs;
  readonly end: EpochMs;
  readonly askedBy: PersonId;
  /** Who is asked to take it. */
  readonly person: PersonId;
  readonly status: "asked" | "agreed" | "declined";
  readonly askedAt: EpochMs;
  readonly answeredAt: EpochMs | null;
}
