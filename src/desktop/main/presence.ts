/**
 * Whether somebody is likely to notice an alert at this machine: pure rules. Used by `presence-watch.ts`.
 *
 * All that is looked at is how long ago the last input was, never what it was or where.
 */
import type { DesktopPresence } from "#wire/client-contract";
import type { Volumes } from "../contract.ts";

export interface Surroundings {
  /** Whole seconds since the last key or mouse movement, rounded down. */
  readonly idleSeconds: number;
  readonly idleAfterMinutes: number;
  readonly locked: boolean;
  /** An alert would not be heard here. */
  readonly soundOff: boolean;
}

/** The strongest reason for not noticing wins. */
export function presenceOf(now: Surroundings): DesktopPresence {
  if (now.locked) return "locked";
  if (now.soundOff) return "muted";
  return now.idleSeconds >= now.idleAfterMinutes * 60 ? "idle" : "active";
}

export interface Output {
  readonly volumes: Volumes;
  /** The severity whose sound is to be heard now; null: none. */
  readonly severity: keyof Volumes | null;
  /** Why nothing comes out of the sound page; null: it works, as far as is known. */
  readonly soundProblem: string | null;
}

/** Tocsin itself makes no sound: its volume is 0 for what is the matter (for everything, when nothing is), or it fails. */
export function isSilent({ volumes, severity, soundProblem }: Output): boolean {
  if (soundProblem !== null) return true;
  if (severity !== null) return volumes[severity] === 0;
  return Object.values(volumes).every((volume) => volume === 0);
}

/** A meter that has never shown this much may be one that always says 0, as on desktops that do not tell. */
export const meterWorksFromSeconds = 2;

/** The earliest that the last input can have been, given whole seconds rounded down. Same base as `now`, in ms. */
export function lastInputAfter(now: number, idleSeconds: number): number {
  return now - (idleSeconds + 1) * 1000;
}
