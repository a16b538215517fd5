/**
 * Stretches of time, each with a value, and the few operations a schedule is made of. Used by `window`, `layer`,
 * `override` and `schedule`. All are half-open `[start, end)` and, in a list, ascending and apart.
 */
import type { EpochMs } from "../ids.ts";

export interface Span {
  readonly start: EpochMs;
  readonly end: EpochMs;
}

/** A stretch that belongs to somebody or something; what a list leaves out belongs to nobody. */
export interface Claim<Owner> extends Span {
  readonly owner: Owner;
}

/** `top` laid over `bottom`: where both claim, `top` has it. */
export function overlay<Owner>(
  bottom: readonly Claim<Owner>[],
  top: readonly Claim<Owner>[],
): Claim<Owner>[] {
  if (bottom.length === 0 || top.length === 0) return [...bottom, ...top];
  const result: Claim<Owner>[] = [];
  let index = 0;
  for (const below of bottom) {
    // The claim before may have reached over the beginning of this one.
    let start = Math.max(below.start, result.at(-1)?.end ?? below.start);
    for (; index < top.length && top[index]!.start < below.end; index += 1) {
      const above = top[index]!;
      if (above.start > start) append(result, { ...below, start, end: above.start });
      append(result, above);
      start = Math.max(start, above.end);
    }
    if (start < below.end) append(result, { ...below, start });
  }
  for (; index < top.length; index += 1) append(result, top[index]!);
  return result;
}

/** Where both lists claim, with the owner that `left` gives. */
export function intersect<Owner>(left: readonly Claim<Owner>[], right: readonly Span[]): Claim<Owner>[] {
  const result: Claim<Owner>[] = [];
  let index = 0;
  for (const claim of left) {
    while (index < right.length && right[index]!.end <= claim.start) index += 1;
    for (let other = index; other < right.length && right[other]!.start < claim.end; other += 1) {
      const span = right[other]!;
      result.push({ ...claim, start: Math.max(claim.start, span.start), end: Math.min(claim.end, span.end) });
    }
  }
  return result;
}

/** The union of spans in any order: ascending, apart, not touching. Empty ones vanish. */
export function union(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (span.start >= span.end) continue;
    if (last !== undefined && span.start <= last.end)
      result[result.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    else result.push(span);
  }
  return result;
}

/** Adds a claim behind the others, as one with the last when they touch and have the same owner. */
export function append<Owner>(claims: Claim<Owner>[], claim: Claim<Owner>): void {
  const last = claims.at(-1);
  if (claim.start >= claim.end) return;
  if (last !== undefined && last.end === claim.start && last.owner === claim.owner)
    claims[claims.length - 1] = { ...last, end: claim.end };
  else claims.push(claim);
}
