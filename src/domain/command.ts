/**
 * What `decide` asks of the world, and what it answers to whoever put the input in. Carried out only after the facts
 * of the same decision are on disk.
 */
import type { Asked } from "./alert.ts";
import type { ActionId, AlertId, EpochMs, PersonId } from "./ids.ts";
import type { Via } from "./team.ts";

export type Command = Notify | Tell;

/**
 * Reach this person by this channel, when its turn comes: an input `attempt` then says whether it still begins. Its outcome
 * comes back as an input, too.
 */
export interface Notify {
  readonly kind: "notify";
  readonly alertId: AlertId;
  readonly actionId: ActionId;
  readonly person: PersonId;
  readonly via: Via;
  /** Why this person: becomes the notice's plain sentence. */
  readonly asked: Asked;
}

/** A quiet word to a person's desktop. Said once; no outcome comes back, and nothing waits for it. */
export interface Tell {
  readonly kind: "tell";
  readonly person: PersonId;
  readonly title: string;
  /** A sentence or two. May hold text from alerts: show it as text only. */
  readonly text: string;
  /** From here on it is no news any more, and need not be said. */
  readonly until: EpochMs;
}

/** What became of an input. Expected refusals are data; a broken invariant throws. */
export type Answer =
  | { readonly ok: true; readonly alertId: AlertId | null; readonly effect: Effect }
  | { readonly ok: false; readonly reason: RefusalReason; readonly text: string };

export type Effect = "opened" | "repeated" | "changed" | "resolved" | "acknowledged" | "done" | "ignored";

export type RefusalReason =
  | "not-found"
  | "already-resolved"
  | "already-acknowledged"
  | "unknown-policy"
  /** Answered already, over, or asked of somebody else. */
  | "swap-closed"
  | "no-team"
  | "too-many-open-alerts"
  /** The inbox is full: come back a little later. */
  | "busy"
  /** The journal cannot keep it now. Nothing of the input was taken. */
  | "journal-unavailable"
  | "stopping"
  /** This machine does not belong to the team any more. */
  | "revoked";
