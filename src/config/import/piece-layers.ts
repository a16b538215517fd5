/**
 * Layers for streams whose duty is stretches of each turn. Used by `layers-of`.
 *
 * The stream is cut into pieces of at most a day that come back after a whole number of days; pieces that can share a
 * layer (the same people, the same week of the period) become its windows.
 */
import { dayMs, midnightOf, modulo, weekdayOf, weekMs, type LocalMs } from "#domain/oncall/wall-clock";
import type { CrewKey, Duty, ShiftStream } from "./draft.ts";
import { anyHandoff, endOf, handoffEvery, oneShift, rotated, type DraftLayer } from "./draft-layer.ts";
import { byDay, weekdayNames, writtenWindow, type WrittenWindow } from "./duty-window.ts";
import { joined } from "./join-layers.ts";
import type { LayersOf } from "./layers-of.ts";

/** Half-open, in local time; it comes back after each period. */
interface Piece {
  readonly start: LocalMs;
  readonly end: LocalMs;
}

const mostPieces = 400;

export type Stretches = Extract<Duty, { readonly kind: "of-turn" }>;

/** `people`: by slot. */
export function layersOfPieces(
  stream: ShiftStream,
  duty: Stretches,
  people: readonly CrewKey[],
  turnMs: number,
): LayersOf {
  const { anchor } = stream;
  if (turnMs % dayMs === 0) {
    // All turns alike: one rotation.
    const pieces = piecesOfTurn(duty, anchor);
    return { ok: true, layers: layersOfPeriod(stream, intoDays(pieces), people, turnMs) };
  }
  const turns = turnsUntilAlike(people.length, turnMs);
  if (turns > mostPieces)
    return { ok: false, why: "its turns take too long to come back to the same time of day" };
  const layers: DraftLayer[] = [];
  for (const person of new Set(people)) {
    if (person === "") continue;
    const pieces: Piece[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      if (people[turn % people.length] === person) pieces.push(...piecesOfTurn(duty, anchor + turn * turnMs));
    }
    const days = intoDays(union(pieces));
    if (days.length > mostPieces) return { ok: false, why: "it needs more windows than a person could read" };
    layers.push(...layersOfPeriod(stream, days, [person], turns * turnMs));
  }
  return { ok: true, layers };
}

/** How many turns until slot and time of day are the same again. */
function turnsUntilAlike(slots: number, turnMs: number): number {
  for (let turns = slots; turns <= mostPieces; turns += slots)
    if ((turns * turnMs) % dayMs === 0) return turns;
  return Infinity;
}

function piecesOfTurn({ pieces }: Stretches, start: LocalMs): Piece[] {
  return pieces.map(({ offset, length }) => ({ start: start + offset, end: start + offset + length }));
}

/** In order, what touches or overlaps as one. */
function union(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of [...pieces].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last !== undefined && piece.start <= last.end)
      result[result.length - 1] = { start: last.start, end: Math.max(last.end, piece.end) };
    else result.push(piece);
  }
  return result;
}

function intoDays(pieces: readonly Piece[]): Piece[] {
  return pieces.flatMap(({ start, end }) => {
    const days: Piece[] = [];
    for (let at = start; at < end; at += dayMs) days.push({ start: at, end: Math.min(at + dayMs, end) });
    return days;
  });
}

function layersOfPeriod(
  stream: ShiftStream,
  pieces: readonly Piece[],
  people: readonly CrewKey[],
  periodMs: number,
): DraftLayer[] {
  return groups(pieces, periodMs).flatMap((group) => layersOfGroup(stream, group, people, periodMs));
}

/** Those that one layer's windows can say: all of a period of a day or week, else those of a week, else those of a day. */
function groups(pieces: readonly Piece[], periodMs: number): Piece[][] {
  if (periodMs === dayMs || periodMs === weekMs) return pieces.length === 0 ? [] : [[...pieces]];
  const span = periodMs % weekMs === 0 ? weekMs : dayMs;
  const result: Piece[][] = [];
  for (const piece of pieces) {
    const group = result.at(-1);
    if (group !== undefined && midnightOf(piece.start) < midnightOf(group[0]!.start) + span)
      group.push(piece);
    else result.push([piece]);
  }
  return result;
}

function layersOfGroup(
  { name, from, until }: ShiftStream,
  group: readonly Piece[],
  people: readonly CrewKey[],
  periodMs: number,
): readonly DraftLayer[] {
  const opening = group[0]!.start;
  // The first time that all of the group is at or after `from`; what is left of the time before stands alone.
  const times = Math.ceil((from - opening) / periodMs);
  const start = opening + times * periodMs;
  const [before] = rotated(people, times - 1);
  const limit = until ?? Infinity;
  const layers = union(group.map((piece) => shifted(piece, (times - 1) * periodMs)))
    .map((piece) => ({ start: Math.max(piece.start, from), end: Math.min(piece.end, limit) }))
    .filter((piece) => piece.start < piece.end)
    .map((piece) => oneShift(`${name} first shift`, before!, piece.start, piece.end));
  const participants = rotated(people, times);
  const handoff = participants.length === 1 ? anyHandoff : handoffEvery(periodMs, start);
  const windows = windowsOf(
    group.map((piece) => shifted(piece, times * periodMs)),
    periodMs,
  );
  const main = { name, participants, start, handoff, ...endOf(until), windows };
  const one = joined([...layers, main], periodMs);
  return start >= limit && one.length > 1 ? layers : one.filter((layer) => layer.start < limit);
}

function windowsOf(group: readonly Piece[], periodMs: number): WrittenWindow[] {
  const windows = new Map<string, number[]>();
  for (const { start, end } of group) {
    const key = `${start - midnightOf(start)} ${end - start}`;
    windows.set(key, [...(windows.get(key) ?? []), weekdayOf(start)]);
  }
  const interval = (unit: number): string => (periodMs === unit ? "" : `;INTERVAL=${periodMs / unit}`);
  return [...windows].map(([key, days]) => {
    const [from, length] = key.split(" ").map(Number);
    // Weeks are counted from the group's first day, so that one which runs over a Sunday stays in one week.
    const weekStart = periodMs === weekMs ? "" : `;WKST=${weekdayNames[weekdayOf(group[0]!.start)]}`;
    const rrule =
      periodMs % weekMs === 0
        ? `FREQ=WEEKLY${interval(weekMs)};BYDAY=${byDay(days)}${weekStart}`
        : `FREQ=DAILY${interval(dayMs)}`;
    return writtenWindow(rrule, modulo(from!, dayMs), length!);
  });
}

function shifted({ start, end }: Piece, by: number): Piece {
  return { start: start + by, end: end + by };
}
