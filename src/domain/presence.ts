/**
 * Whether somebody is likely to notice a popup. Known now and never journaled; it leaves a machine only as one of these
 * words, never as keystrokes or titles.
 */
import type { PersonId } from "./ids.ts";

/**
 * From most to least likely to notice. `idle`: no key or mouse for a while. `muted`: the machine's output is off, so the
 * alert makes no sound. `asleep` and `offline` machines have no desktop attached at all.
 */
export const presences = ["active", "idle", "muted", "locked", "asleep", "offline"] as const;
export type Presence = (typeof presences)[number];

/** A person with a desktop attached, at the best of their machines. */
export interface PersonPresence {
  readonly person: PersonId;
  readonly presence: Presence;
}

/** The best of several machines of one person. */
export function bestPresence(presencesOfOne: readonly Presence[]): Presence {
  return presences.find((presence) => presencesOfOne.includes(presence)) ?? "offline";
}

/** Nobody is waited for who is not there: the person's next channel goes out at once. */
export function isAway(presence: Presence): boolean {
  return presence !== "active";
}
