/**
 * Facts about duty rather than about one alert: who was told of a handoff. Part of `Fact`; folded by `evolve-duty`.
 * Source: the product's handoff notices.
 */
import type { EpochMs, PersonId, ScheduleId } from "./ids.ts";

export type DutyFact = { readonly at: EpochMs } &
  /** Both were told, or are as soon as their desktop is there. Said before it is done, so that a restart does not repeat it. */
  {
    readonly kind: "handoff-announced";
    readonly schedule: ScheduleId;
    /** Null: nobody was on call before, or is after. Never both. */
    readonly from: PersonId | null;
    readonly to: PersonId | null;
    readonly handoffAt: EpochMs;
  };
