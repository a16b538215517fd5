/**
 * A stream of shifts as layers of the team file. Used by `lanes`.
 *
 * Usually that is one layer. There are more where the source says what one layer cannot: a rotation that is cut in the
 * middle of a turn begins with a layer for the rest of that turn.
 */
import { dayMs, hourMs, midnightOf, weekdayOf, weekMs, type LocalMs } from "#domain/oncall/wall-clock";
import { crewKey, type CrewKey, type Duty, type ShiftStream } from "./draft.ts";
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

/** All who are on call together in each turn, or one of them: a slot with fewer gives its last. */
export type Member = "all" | number;

/** Layers in order of precedence. */
export function layersOf(stream: ShiftStream, member: Member): LayersOf {
  const made = madeOf(stream, member);
  if (!made.ok) return made;
  // What is left of a turn of nobody would be a layer of nobody.
  const layers = made.layers.filter(({ participants }) => participants.some((crew) => crew !== ""));
  return layers.length > 1 ? { ok: true, layers, why: severalBecause(stream) } : { ok: true, layers };
}

/** In words that continue "it is several layers here: ". */
function severalBecause({ duty }: ShiftStream): string {
  return duty.kind === "of-turn" && duty.pieces.length > 1
    ? "the windows of a layer are the same in every turn of a day or a week, and its are not"
    : "it begins in the middle of a turn, and the rest of that turn stands alone";
}

function madeOf(stream: ShiftStream, member: Member): LayersOf {
  const crews = stream.slots.map((slot) =>
    member === "all" ? crewKey(slot) : (slot[Math.min(member, slot.length - 1)] ?? ""),
  );
  const { from, until, turn } = stream;
  if (crews.every((crew) => crew === "") || (until !== null && until <= from))
    return { ok: true, layers: [] };
  if (turn.kind === "every" && turn.ms < shortestTurnMs && crews.length > 1)
    return { ok: false, why: "turns of less than an hour are too short for a team file" };
  const weekly = turn.kind === "every" ? everyWeek(stream.duty, stream.anchor, turn.ms) : null;
  if (turn.kind === "every" && weekly !== null) return byTurns({ ...stream, duty: weekly }, crews, turn.ms);
  if (turn.kind === "rule") return byRule(stream, crews, turn.rrule);
  return stream.duty.kind === "of-turn"
    ? layersOfPieces(stream, stream.duty, crews, turn.ms)
    : byTurns(stream, crews, turn.ms);
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

function byTurns(stream: ShiftStream, people: readonly CrewKey[], turnMs: number): LayersOf {
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

function byRule(stream: ShiftStream, people: readonly CrewKey[], rrule: string): LayersOf {
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
