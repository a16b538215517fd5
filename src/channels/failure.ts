/** Short forms of `Outcome` for the channels. */
import type { FailureReason } from "#domain/fact";
import type { Outcome } from "#domain/input";

export type FailedOutcome = Extract<Outcome, { kind: "failed" }>;

/** Trying again the same way cannot help: the engine turns to the person's next channel at once. */
export function permanent(reason: FailureReason, text: string): FailedOutcome {
  return { kind: "failed", permanent: true, reason, text };
}

/** May work a little later: the engine tries again. */
export function temporary(reason: FailureReason, text: string): FailedOutcome {
  return { kind: "failed", permanent: false, reason, text };
}

export const withdrawn: Outcome = { kind: "withdrawn" };
