/**
 * Facts about duty rather than about one alert: handoffs that were told, overrides and swaps with who asked and who
 * agreed. Part of `Fact`; folded by `evolve-duty`.
 *
 * What is in force is in the team (`team-adopted`); these say how it came to be.
 */
import type { CommandOrigin } from "./fact.ts";
import type { EpochMs, PersonId, ScheduleId, SwapId } from "./ids.ts";

export type DutyFact = { readonly at: EpochMs; readonly hlc?: number } & (
  | HandoffAnnounced
  | (DutyChange & {
      readonly kind: "override-added";
      readonly askedBy: PersonId | null;
      /** Null: nobody has said that this person agreed. */
      readonly agreedBy: PersonId | null;
      /** The swap that it came of. */
      readonly swap: SwapId | null;
    })
  | (DutyChange & { readonly kind: "override-removed" })
  | (DutyChange & { readonly kind: "swap-asked"; readonly swap: SwapId; readonly askedBy: PersonId })
  | (Said & { readonly kind: "swap-agreed"; readonly swap: SwapId; readonly agreedBy: PersonId })
  | (Said & { readonly kind: "swap-declined"; readonly swap: SwapId; readonly declinedBy: PersonId })
);

/** Both were told, or are as soon as their desktop is there. Said before it is done, so that a restart does not repeat it. */
interface HandoffAnnounced {
  readonly kind: "handoff-announced";
  readonly schedule: ScheduleId;
  /** Null: nobody was on call before, or is after. Never both. */
  readonly from: PersonId | null;
  readonly to: PersonId | null;
  /** Everybody before and after it, where several are on duty together. */
  readonly before?: readonly PersonId[];
  readonly after?: readonly PersonId[];
  readonly handoffAt: EpochMs;
}

/** Who entered it, and where: not always who asked or agreed. */
interface Said {
  readonly by: PersonId | null;
  readonly origin: CommandOrigin;
}

/** This person, from `start` to `end`. */
interface DutyChange extends Said {
  readonly schedule: ScheduleId;
  readonly start: EpochMs;
  readonly end: EpochMs;
  readonly person: PersonId;
}
