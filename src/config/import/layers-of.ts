/**
 * A stream of shifts as layers of the team file. Used by `lanes`.
 *
 * Usually that is one layer. There are more where the source says what one layer cannot: a rotation that is cut in the
 * middle of a turn begins with a layer for the rest of that turn, and turns of nobody need a layer for each of the others.
 */
import { dayMs, hourMs, midnightOf, weekdayOf, weekMs, type LocalMs } from "#domain/oncall/wall-clock";
import type { Duty, PersonKey, ShiftStream } from "./draft.ts";
import { anyHandoff, endOf, handoffEvery, oneShift, rotated, type DraftLayer } from "./draft-layer.ts";
import { weeklyWindows, writtenWindow, type WrittenWindow } from "./duty-window.ts";
import { joined } from "./join-layers.ts";
import { layersOfPieces } from "./piece-layers.ts";

export type LayersOf =
  /** `why`: where it is several layers, in words that continue "it is several layers here: ". */
  | { readonly ok: true; readonly layers: readonly DraftLayer[]; readonly why?: string }
  /** `why`: in words that continue "cannot be carried over: ". */
  | { readonly ok: false; readonly why: string };

/** The shortest turn: the team file's check refuses rules with more than 200,000 occurrences in twenty years. */
const shortestTurnMs = hourMs;

/** `member`: which of those who are on call together; a slot with fewer gives its last. Layers in order of precedence. */
export function layersOf(stream: ShiftStream, member: number): LayersOf {
  const made = madeOf(stream, member);
  return made.ok && made.layers.length > 1 ? { ...made, why: severalBecause(stream) } : made;
}

/** In words that continue "it is several layers here: ". */
function severalBecause({ slots, duty }: ShiftStream): string {
  if (slots.some((slot) => slot.length === 0))
    return "a layer has no turns of nobody, so that each of the others has layers of their own";
  return duty.kind === "of-turn" && duty.pieces.length > 1
    ? "the windows of a layer are the same in every turn of a day or a week, and its are not"
    : "it begins in the middle of a turn, and the rest of that turn stands alone";
}

function madeOf(stream: ShiftStream, member: number): LayersOf {
  const people = stream.slots.map((slot) => slot[Math.min(member, slot.length - 1)] ?? null);
  const { from, until, turn } = stream;
  if (people.every((person) => person === null) || (until !== null && until <= from))
    return { ok: true, layers: [] };
  if (turn.kind === "every" && turn.ms < shortestTurnMs && people.length > 1)
    return { ok: false, why: "turns of less than an hour are too short for a team file" };
  const present = people.filter((person) => person !== null);
  const weekly = turn.kind === "every" ? everyWeek(stream.duty, stream.anchor, turn.ms) : null;
  if (present.length === people.length && turn.kind === "every" && weekly !== null)
    return byTurns({ ...stream, duty: weekly }, present, turn.ms);
  if (present.length === people.length && stream.duty.kind !== "of-turn")
    return turn.kind === "rule" ? byRule(stream, present, turn.rrule) : byTurns(stream, present, turn.ms);
  if (turn.kind === "rule" || stream.duty.kind === "rule")
    return { ok: false, why: "turns of nobody are possible only where all turns are equally long" };
  return layersOfPieces(stream, people, turn.ms);
}

/** Stretches of each turn as windows of the week, where turns are as long as a day or a week. */
function everyWeek(duty: Duty, anchor: LocalMs, turnMs: number): Duty | null {
  if (duty.kind !== "of-turn" || (turnMs !== dayMs && turnMs !== weekMs)) return null;
  const windows = duty.pieces.map(({ offset, length }) => {
    const opens = anchor + offset;
    const days = turnMs === dayMs ? [0, 1, 2, 3, 4, 5, 6] : [weekdayOf(opens)];
    return { days, from: opens - midnightOf(opens), length };
  });
  return { kind: "weekly", windows };
}

function byTurns(stream: ShiftStream, people: readonly PersonKey[], turnMs: number): LayersOf {
  const { name, anchor, from, until } = stream;
  const isOne = new Set(people).size === 1;
  const turn = Math.floor((from - anchor) / turnMs);
  const begun = anchor + turn * turnMs;
  if (isOne || begun === from) {
    const handoff = isOne ? anyHandoff : handoffEvery(turnMs, from);
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
      handoff: handoffEvery(turnMs, next),
    };
    layers.push({ ...rest, ...endOf(until), ...windowsOf(stream, next) });
  }
  return { ok: true, layers: joined(layers, turnMs) };
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
