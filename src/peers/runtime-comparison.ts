/**
 * What must be the same on two machines for them to agree on who is on call, and on what the time is; in words, for the
 * console and the log. Asked by `team-status.ts` and `team-problems.ts`.
 */
import type { RuntimeJson } from "#wire/peer-contract";
import { peerTiming } from "./peer-timing.ts";

export interface Difference {
  /** Good to know only (`minor`), or reason to doubt that both do the same at the same time. */
  readonly kind: "minor" | "serious";
  /** One sentence; may hold text from the other machine. */
  readonly text: string;
}

/** A revision that is merely late is no difference: it is told once it has lasted, see `lagsInRevision`. */
export function runtimeDifferences(ours: RuntimeJson, theirs: RuntimeJson): Difference[] {
  const differences: Difference[] = [];
  const compare = (kind: Difference["kind"], what: string, here: string, there: string) => {
    if (here !== there && there !== "")
      differences.push({ kind, text: `${what}: ${here} here, ${there} there.` });
  };
  compare("serious", "Time zone tables differ", ours.timeZones, theirs.timeZones);
  compare("minor", "Tocsin's versions differ", ours.tocsin, theirs.tocsin);
  compare("minor", "Node's versions differ", ours.node, theirs.node);
  const sameTeam = ours.revision !== null && ours.revision === theirs.revision;
  if (sameTeam && ours.handoffs !== null && theirs.handoffs !== null && ours.handoffs !== theirs.handoffs)
    differences.push({ kind: "serious", text: "The same team file leads to other handoffs there." });
  return differences;
}

export const revisionDiffers: Difference = {
  kind: "serious",
  text: "It works by another version of the team file.",
};

/** `differenceMs`: how far the other clock is ahead. */
export function clockDifference(differenceMs: number): Difference | null {
  if (Math.abs(differenceMs) <= peerTiming.clockDifferenceMs) return null;
  const minutes = Math.round(Math.abs(differenceMs) / 60_000);
  const direction = differenceMs > 0 ? "ahead of" : "behind";
  return { kind: "serious", text: `Its clock is ${minutes} minutes ${direction} this machine's.` };
}
