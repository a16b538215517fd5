/**
 * Merges an edit of a team file that was made from an older revision into the newest one. Used by `compose/shared-team`.
 * Pure, and the same for the same texts on every machine.
 *
 * The result is a valid team file. Where two edits, each valid, do not go together (one removes the person whom the other
 * puts on call), the newest stays, and of the other one as much as goes with it.
 */
import { isDeepStrictEqual as isSame } from "node:util";
import { loadTeam } from "../load-team.ts";
import { readYaml } from "../yaml-source.ts";
import { type LostChange, type MergedValues, mergeValues } from "./merge-values.ts";
import { writeMerged } from "./write-merged.ts";

export interface TeamTexts {
  /** What `ours` was made from; null: not known, and then nothing of it can be taken. */
  readonly base: string | null;
  /** The newest one. */
  readonly theirs: string;
  readonly ours: string;
}

export interface MergedTexts {
  /** `theirs` to the letter when nothing of `ours` is added to it. */
  readonly text: string;
  /** What of `ours` is not in it. */
  readonly lost: readonly LostChange[];
}

/** Each of them costs a look at the whole file. */
const mostTried = 40;

export function mergeTeamTexts({ base, theirs, ours }: TeamTexts): MergedTexts {
  const [before, there, here] = [base ?? ours, theirs, ours].map((text) => readYaml(text).value);
  const whole: LostChange = { path: [], ours: here, theirs: there };
  if (ours === theirs || ours === base) return { text: theirs, lost: [] };
  if (theirs === base) return isValid(ours) ? { text: ours, lost: [] } : { text: theirs, lost: [whole] };
  if (base === null || before === undefined || there === undefined || here === undefined || !isValid(ours))
    return { text: theirs, lost: [whole] };
  if (isSame(before, here))
    return { text: theirs, lost: [{ path: ["comments"], ours: undefined, theirs: undefined }] };
  const merge = (without: ReadonlySet<string>) => mergeValues(before, there, here, without);
  const merged = merge(new Set());
  const fitting = isValidValue(merged.value) ? merged : asMuchAsFits(merged.taken, merge);
  if (fitting === null) return { text: theirs, lost: [whole] };
  const text = writeMerged(theirs, fitting.value as Record<string, unknown>, ours);
  return isValid(text) ? { text, lost: fitting.lost } : { text: theirs, lost: [whole] };
}

/** One change after the other, for as long as one more goes with the rest: a person first, then what names the person. */
function asMuchAsFits(
  changes: readonly string[],
  merge: (without: ReadonlySet<string>) => MergedValues,
): MergedValues | null {
  if (changes.length > mostTried) return null;
  let left = changes;
  for (let isMore = true; isMore;) {
    isMore = false;
    for (const change of left) {
      const without = left.filter((other) => other !== change);
      if (!isValidValue(merge(new Set(without)).value)) continue;
      left = without;
      isMore = true;
    }
  }
  return merge(new Set(left));
}

function isValidValue(value: unknown): boolean {
  return isValid(JSON.stringify(value));
}

function isValid(text: string): boolean {
  return loadTeam(text, "team.yaml", { env: {} }).ok;
}
