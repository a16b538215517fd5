/**
 * Streams of one level whose turns begin and end together, as one stream whose turns are those of all: what a person would
 * write as pairs. Used by `lanes`.
 */
import type { ShiftStream } from "./draft.ts";

/** Three who rotate beside four are twelve pairs; more than that nobody would want to read. */
const mostTurns = 12;

/** In the order of the first of each. `isApart`: those that must stay as they are. */
export function inParallel(
  level: readonly ShiftStream[],
  isApart: (stream: ShiftStream) => boolean,
): ShiftStream[] {
  const joined: ShiftStream[] = [];
  for (const stream of level) {
    const index = isApart(stream)
      ? -1
      : joined.findIndex((other) => !isApart(other) && isParallel(other, stream));
    if (index === -1) joined.push(stream);
    else joined[index] = paired(joined[index]!, stream);
  }
  return joined;
}

function isParallel(one: ShiftStream, other: ShiftStream): boolean {
  const shape = ({ timeZone, turn, anchor, from, until, duty }: ShiftStream): string =>
    JSON.stringify([timeZone, turn, anchor, from, until, duty]);
  const turns = leastCommonMultiple(one.slots.length, other.slots.length);
  return shape(one) === shape(other) && turns <= mostTurns;
}

function paired(one: ShiftStream, other: ShiftStream): ShiftStream {
  const count = leastCommonMultiple(one.slots.length, other.slots.length);
  const slots = Array.from({ length: count }, (_, turn) => [
    ...new Set([...one.slots[turn % one.slots.length]!, ...other.slots[turn % other.slots.length]!]),
  ]);
  return { ...one, name: `${one.name} and ${other.name}`, slots };
}

function leastCommonMultiple(a: number, b: number): number {
  const divisor = (x: number, y: number): number => (y === 0 ? x : divisor(y, x % y));
  return (a / divisor(a, b)) * b;
}
