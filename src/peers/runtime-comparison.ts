/**
 * What must be the same on two machines for them to agree on who is on call, and on what the time is; in words, for the
 * console and the log. Asked by `team-status.ts` and `team-problems.ts`.
 */
import type { RuntimeJson } from "#wire/peer-contract";
import { peerTiming } from "./peer-timing.ts";

export interface Difference {
  /**
   * Good to know only (`minor`); to be put right before its time comes, without any hurry (`coming`); or reason to doubt
   * that both do the same at the same time.
   */
  readonly kind: "minor" | "coming" | "serious";
  /** One sentence; may hold text from the other machine. */
  readonly text: string;
}

/** A revision that is merely late is no difference: it is told once it has lasted, see `lagsInRevision`. */
export function runtimeDifferences(ours: RuntimeJson, theirs: RuntimeJson): Difference[] {
  const differences: Difference[] = [];
  const compare = (what: string, here: string, there: string) => {
    if (here !== there && there !== "")
      differences.push({ kind: "minor", text: `${what}: ${here} here, ${there} there.` });
  };
  // Tables differ on many machines (the app brings its own), and mostly about zones that no schedule is in: what counts is
  // whether a shift does.
  compare("Time zone tables differ", ours.timeZones, theirs.timeZones);
  compare("Tocsin's versions differ", ours.tocsin, theirs.tocsin);
  compare("Node's versions differ", ours.node, theirs.node);
  if (ours.revision === null || ours.revision !== theirs.revision) return differences;
  const shifts = otherShifts(ours, theirs);
  return shifts === null ? differences : [...differences, { kind: "coming", text: shifts }];
}

const weekMs = 7 * 86_400_000;
const digitsOfWeek = 4;
const namedAtMost = 3;

/** Which schedules the two work out differently from the same team file, and from when on; null: none. */
function otherShifts(ours: RuntimeJson, theirs: RuntimeJson): string | null {
  if (ours.shifts === undefined || theirs.shifts === undefined) {
    // An older version says only whether.
    const known = ours.handoffs !== null && theirs.handoffs !== null;
    return known && ours.handoffs !== theirs.handoffs
      ? `The same team file leads to other handoffs there. ${sameTables}`
      : null;
  }
  const { from, weeks } = ours.shifts;
  // One of them is in the next week already.
  if (theirs.shifts.from !== from) return null;
  const differing = Object.entries(weeks).flatMap(([schedule, here]) => {
    const there = theirs.shifts!.weeks[schedule] ?? "";
    if (here === there || here === "" || there === "") return [];
    const week = firstDifference(here, there);
    return week === null ? [] : [{ schedule, at: from + week * weekMs }];
  });
  if (differing.length === 0) return null;
  const named = differing
    .sort((a, b) => a.at - b.at)
    .slice(0, namedAtMost)
    .map(({ schedule, at }) => `${schedule} from the week of ${date(at)} on`);
  const more = differing.length > namedAtMost ? [`${differing.length - namedAtMost} more`] : [];
  return `The same team file leads to other shifts there in ${[...named, ...more].join(", ")}. ${sameTables}`;
}

const sameTables = "Update Tocsin, Node and the system's time zones on the older one.";

/** The first week that differs, counted from 0; null: none of those that both know. */
function firstDifference(here: string, there: string): number | null {
  const length = Math.min(here.length, there.length);
  for (let at = 0; at < length; at += digitsOfWeek)
    if (here.slice(at, at + digitsOfWeek) !== there.slice(at, at + digitsOfWeek)) return at / digitsOfWeek;
  return null;
}

/** `2026-03-05`, by UTC. */
function date(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
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
