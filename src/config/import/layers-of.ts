/**
 * A stream of shifts as layers of the team file. Used by `lanes`.
 *
 * Usually that is one layer. There are more where the source says what one layer cannot: a rotation that is cut in the
 * middle of a turn begins with a layer for the rest of that turn, and turns of nobody need a layer for each of the others.
 */
import { hourMs, midnightOf, weekMs } from "#domain/oncall/wall-clock";
import type { PersonKey, ShiftStream } from "./draft.ts";
import { anyHandoff, endOf, handoffEvery, oneShift, rotated, type DraftLayer } from "./draft-layer.ts";
import { weeklyWindows, writtenWindow, type WrittenWindow } from "./duty-window.ts";
import { layersOfPieces } from "./piece-layers.ts";

export type LayersOf =
  | { readonly ok: true; readonly layers: readonly DraftLayer[] }
  /** `why`: in words that continue "cannot be carried over: ". */
  | { readonly ok: false; readonly why: string };

/** The shortest turn: the team file's check refuses rules with more than 200,000 occurrences in twenty years. */
const shortestTurnMs = hourMs;

/** `member`: which of those who are on call together; a slot with fewer gives its last. Layers in order of precedence. */
export function layersOf(stream: ShiftStream, member: number): LayersOf {
  const people = stream.slots.map((slot) => slot[Math.min(member, slot.length - 1)] ?? null);
  const { from, until, turn } = stream;
  if (people.every((person) => person === null) || (until !== null && until <= from))
    return { ok: true, layers: [] };
  if (turn.kind === "every" && turn.ms < shortestTurnMs && people.length > 1)
    return { ok: false, why: "turns of less than an hour are too short for a team file" };
  const present = people.filter((person) => person !== null);
  if (present.length === people.length && stream.duty.kind !== "of-turn")
    return turn.kind === "rule" ? byRule(stream, present, turn.rrule) : byTurns(stream, present, turn.ms);
  if (turn.kind === "rule" || stream.duty.kind === "rule")
    return { ok: false, why: "turns of nobody are possible only where all turns are equally long" };
  return layersOfPieces(stream, people, turn.ms);
}

function byTurns(stream: ShiftStream, people: readonly PersonKey[], turnMs: number): LayersOf {
  const { name, anchor, from, until } = stream;
  const isOne = new Set(people).size === 1;
  const turn = Math.floor((from - anchor) / turnMs);
  const begun = anchor + turn * turnMs;
  if (isOne || begun === from) {
    const handoff = isOne ? anyHandoff : handoffEvery(turnMs);
    const layer = { name, participants: rotated(people, turn), start: from, handoff, ...endOf(until) };
    return { ok: true, layers: [{ ...layer, ...windowsOf(stream, from) }] };
  }
  const next = begun + turnMs;
  const [first] = rotated(people, turn);
  const lead = oneShift(`${name} first shift`, first!, from, Math.min(next, until ?? Infinity));
  const layers: DraftLayer[] = [{ ...lead, ...windowsOf(stream, from) }];
  if (until === null || next < until) {
    const rest = {
      name,
      participants: rotated(people, turn + 1),
      start: next,
      handoff: handoffEvery(turnMs),
    };
    layers.push({ ...rest, ...endOf(until), ...windowsOf(stream, next) });
  }
  return { ok: true, layers };
}

function byRule(stream: ShiftStream, people: readonly PersonKey[], rrule: string): LayersOf {
  const { name, from, until } = stream;
  const handoff = new Set(people).size === 1 ? anyHandoff : rrule;
  const layer = { name, participants: rotated(people, 0), start: from, handoff, ...endOf(until) };
  return { ok: true, layers: [{ ...layer, ...windowsOf(stream, from) }] };
}

/** The windows of a layer of `stream` that begins at `start`; none when it is always on duty. */
function windowsOf({ duty }: ShiftStream, start: number): { windows?: WrittenWindow[] } {
  if (duty.kind === "weekly") {
    const isWholeWeek = duty.windows.some(({ length }) => length >= weekMs);
    return isWholeWeek ? {} : { windows: weeklyWindows(duty.windows, start) };
  }
  if (duty.kind === "rule")
    return { windows: [writtenWindow(duty.rrule, start - midnightOf(start), duty.length)] };
  return {};
}
