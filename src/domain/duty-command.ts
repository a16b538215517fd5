/**
 * What people do about duty: part of `Input`. The team file itself is changed by whoever puts the command in, before it
 * (api/override-routes), since `decide` writes no files; here it is judged, told to those concerned, and recorded.
 */
import type { CommandOrigin } from "./fact.ts";
import type { EpochMs, PersonId, ScheduleId, SwapId } from "./ids.ts";

export interface DutyInput {
  readonly kind: "duty";
  /** Who enters it; null while it is not known whose machine this is. */
  readonly by: PersonId | null;
  readonly origin: CommandOrigin;
  readonly command: DutyCommand;
}

export type DutyCommand =
  /** The team file has this override now. */
  | (Duty & {
      readonly kind: "override-added";
      readonly askedBy: PersonId | null;
      readonly agreedBy: PersonId | null;
    })
  | (Duty & { readonly kind: "override-removed" })
  /** `swap` is a fresh id. */
  | (Duty & { readonly kind: "ask-swap"; readonly swap: SwapId; readonly askedBy: PersonId })
  /** The team file has these overrides of it now. */
  | {
      readonly kind: "agree-swap";
      readonly swap: SwapId;
      readonly agreedBy: PersonId;
      readonly duties: readonly Duty[];
    }
  | { readonly kind: "decline-swap"; readonly swap: SwapId; readonly declinedBy: PersonId };

/** This person, from `start` to `end`. */
export interface Duty {
  readonly schedule: ScheduleId;
  readonly start: EpochMs;
  readonly end: EpochMs;
  readonly person: PersonId;
}
