/**
 * Streams of one level whose turns begin and end together, as one stream whose turns are those of all: what a person would
 * write as pairs. Used by `lanes`.
 */
import { modulo } from "#domain/oncall/wall-clock";
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
  const shape = ({ timeZone, turn, from, until, duty }: ShiftStream): string =>
    JSON.stringify([timeZone, turn, from, until, duty]);
  if (shape(one) !== shape(other)) return false;
  if (leastCommonMultiple(one.slots.length, other.slots.length) > mostTurns) return false;
  return one.turn.kind === "every"
    ? modulo(other.anchor - one.anchor, one.turn.ms) === 0
    : one.anchor === other.anchor;
}

function paired(one: ShiftStream, other: ShiftStream): ShiftStream {
  const ahead = one.turn.kind === "every" ? (other.anchor - one.anchor) / one.turn.ms : 0;
  const count = leastCommonMultiple(one.slots.length, other.slots.length);
  const slots = Array.from({ length: count }, (_, turn) => [
    ...one.slots[turn % one.slots.length]!,
    ...other.slots[modulo(turn - ahead, other.slots.length)]!,
  ]);
  return { ...one, name: `${one.name} and ${other.name}`, slots: slots.map((slot) => [...new Set(slot)]) };
}

function leastCommonMultiple(a: number, b: number): number {
  const divisor = (x: number, y: number): number => (y === 0 ? x : divisor(y, x % y));
  return (a / divisor(a, b)) * b;
}
