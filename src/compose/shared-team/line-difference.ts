/**
 * What was added and removed between two texts, line by line. Used where a change of the team file is told of.
 *
 * The longest common subsequence, after what is equal at both ends: exact for what people edit. Two texts that differ so
 * much that this would take long count as one removed and the other added.
 */

export interface LineDifference {
  readonly added: number;
  readonly removed: number;
  /** In order, each with `+ ` or `- ` before it; at most `most` of them. */
  readonly lines: readonly string[];
  /** How many more there are. */
  readonly leftOut: number;
}

/** About 20 ms. */
const mostComparisons = 4_000_000;

export function lineDifference(before: string, after: string, most = 40): LineDifference {
  let [old, fresh] = [before.split(/\r?\n/), after.split(/\r?\n/)];
  let same = 0;
  while (same < Math.min(old.length, fresh.length) && old[same] === fresh[same]) same += 1;
  [old, fresh] = [old.slice(same), fresh.slice(same)];
  while (old.length > 0 && fresh.length > 0 && old.at(-1) === fresh.at(-1)) {
    old.pop();
    fresh.pop();
  }
  const all =
    old.length * fresh.length > mostComparisons
      ? [...old.map(removed), ...fresh.map(added)]
      : walk(old, fresh, lengthsOfCommon(old, fresh));
  return {
    added: all.filter((line) => line.startsWith("+")).length,
    removed: all.filter((line) => line.startsWith("-")).length,
    lines: all.slice(0, most),
    leftOut: Math.max(0, all.length - most),
  };
}

const added = (line: string) => `+ ${line}`;
const removed = (line: string) => `- ${line}`;

/** At `i * (fresh.length + 1) + j`: how many lines the rest of `old` from `i` and of `fresh` from `j` have in common. */
function lengthsOfCommon(old: readonly string[], fresh: readonly string[]): Uint32Array {
  const width = fresh.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = fresh.length - 1; j >= 0; j -= 1) {
      const at = i * width + j;
      lengths[at] =
        old[i] === fresh[j] ? lengths[at + width + 1]! + 1 : Math.max(lengths[at + width]!, lengths[at + 1]!);
    }
  }
  return lengths;
}

function walk(old: readonly string[], fresh: readonly string[], lengths: Uint32Array): string[] {
  const width = fresh.length + 1;
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    const at = i * width + j;
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      i += 1;
      j += 1;
    } else if (i < old.length && (j === fresh.length || lengths[at + width]! >= lengths[at + 1]!)) {
      lines.push(removed(old[i]!));
      i += 1;
    } else {
      lines.push(added(fresh[j]!));
      j += 1;
    }
  }
  return lines;
}
