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

/** Each try costs a look at the whole file, which holds up the engine: of a large one there are few. */
const charactersTried = 1_000_000;
const fewestTried = 4;

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
  const most = Math.max(fewestTried, Math.floor(charactersTried / theirs.length));
  const fitting = isValidValue(merged.value) ? merged : asMuchAsFits(merged.taken, merge, most);
  const text = writeMerged(theirs, fitting.value as Record<string, unknown>, ours);
  return isValid(text) ? { text, lost: fitting.lost } : { text: theirs, lost: [whole] };
}

/**
 * Change by change, for as long as one more goes with the rest: a person first, then what names the person. By halves,
 * since most of them do.
 */
function asMuchAsFits(
  changes: readonly string[],
  merge: (without: ReadonlySet<string>) => MergedValues,
  mostTried: number,
): MergedValues {
  const left = new Set(changes);
  let tried = 0;
  const take = (some: readonly string[]): boolean => {
    if (some.length === 0 || tried >= mostTried) return false;
    tried += 1;
    for (const change of some) left.delete(change);
    if (isValidValue(merge(left).value)) return true;
    for (const change of some) left.add(change);
    return some.length > 1 && takeHalves(some);
  };
  const takeHalves = (some: readonly string[]): boolean => {
    const half = some.length >> 1;
    const [first, second] = [take(some.slice(0, half)), take(some.slice(half))];
    return first || second;
  };
  // All of them were tried before.
  while (takeHalves([...left]));
  return merge(left);
}

function isValidValue(value: unknown): boolean {
  return isValid(JSON.stringify(value));
}

function isValid(text: string): boolean {
  return loadTeam(text, "team.yaml", { env: {} }).ok;
}
