/**
 * The rest of a turn and the rotation that follows it, as the one layer that a person would write: its first turn is
 * shorter than the others. Used by `layers-of` and `piece-layers`.
 */
import type { PersonId } from "#domain/ids";
import { compileLayer } from "#domain/oncall/layer";
import { occurrencesOf } from "#domain/oncall/occurrences";
import { readRule } from "#domain/oncall/rule";
import {
  dayMs,
  hourMs,
  localText,
  midnightOf,
  minuteMs,
  secondMs,
  weekdayOf,
  weekMs,
  type LocalMs,
} from "#domain/oncall/wall-clock";
import { zoneClock } from "#domain/oncall/zone-clock";
import { anyHandoff, rotated, type DraftLayer } from "./draft-layer.ts";
import { weekdayNames } from "./duty-window.ts";

/** `layers`: shifts of one turn, and last the rotation, with a turn every `periodMs`. As they are where one cannot say it. */
export function joined(layers: readonly DraftLayer[], periodMs: number): readonly DraftLayer[] {
  const [lead, main] = [layers[0], layers.at(-1)];
  if (lead === undefined || main === undefined || layers.length < 2) return layers;
  const handoff = main.participants.length === 1 ? anyHandoff : handoffFrom(lead.start, main.start, periodMs);
  if (handoff === null) return layers;
  const participants = rotated(main.participants, -1);
  const { windows: _, ...rest } = main;
  // Beyond that both go on alike: the handoffs are proven, and the participants are in the same order.
  const turns = Math.min(participants.length + 2, proofs);
  for (const windows of [lead.windows, main.windows]) {
    const one = {
      ...rest,
      participants,
      start: lead.start,
      handoff,
      ...(windows !== undefined && { windows }),
    };
    if (isSame(layers, one, lead.start, main.start + turns * periodMs)) return [one];
  }
  return layers;
}

/**
 * A rule that has its occurrences after `start` at `next` and then every `periodMs`, beginning to count at `start`; null
 * when none of those that people write does.
 */
export function handoffFrom(start: LocalMs, next: LocalMs, periodMs: number): string | null {
  return candidates(start, next, periodMs).find((rule) => isRight(rule, start, next, periodMs)) ?? null;
}

function candidates(start: LocalMs, next: LocalMs, periodMs: number): string[] {
  const ofDay = next - midnightOf(next);
  const time = start - midnightOf(start) === ofDay ? "" : timeParts([ofDay]);
  const interval = (unit: number): string => (periodMs === unit ? "" : `;INTERVAL=${periodMs / unit}`);
  if (periodMs % weekMs === 0) {
    const rule = `FREQ=WEEKLY${interval(weekMs)};BYDAY=${weekdayNames[weekdayOf(next)]}`;
    const weekStarts = periodMs === weekMs ? [""] : ["", ...weekdayNames.map((day) => `;WKST=${day}`)];
    return weekStarts.map((weekStart) => `${rule}${time}${weekStart}`);
  }
  if (periodMs % dayMs === 0) return [`FREQ=DAILY${interval(dayMs)}${time}`];
  const times = Array.from({ length: dayMs / periodMs }, (_, turn) => (ofDay + turn * periodMs) % dayMs);
  const areAlike = new Set(times.map((at) => at % hourMs)).size === 1;
  return dayMs % periodMs === 0 && areAlike ? [`FREQ=DAILY${timeParts(times)}`] : [];
}

/** `times`: after midnight, all at the same minute. */
export function timeParts(times: readonly number[]): string {
  const hours = times.map((at) => Math.floor(at / hourMs)).sort((a, b) => a - b);
  const [minute, second] = [Math.floor(times[0]! / minuteMs) % 60, Math.floor(times[0]! / secondMs) % 60];
  return `;BYHOUR=${hours.join(",")};BYMINUTE=${minute}${second === 0 ? "" : `;BYSECOND=${second}`}`;
}

const proofs = 8;

function isRight(text: string, start: LocalMs, next: LocalMs, periodMs: number): boolean {
  const reading = readRule(text);
  if (!reading.ok) return false;
  const { times } = occurrencesOf(reading.rule, start, Infinity).between(start + 1, next + proofs * periodMs);
  return times.length === proofs && times.every((at, turn) => at === next + turn * periodMs);
}

/** Whether `one` has the same people on duty, by what the engine itself would say. */
function isSame(layers: readonly DraftLayer[], one: DraftLayer, from: LocalMs, to: LocalMs): boolean {
  return dutyOf(layers, from, to) === dutyOf([one], from, to);
}

function dutyOf(layers: readonly DraftLayer[], from: LocalMs, to: LocalMs): string {
  const stretches = layers
    .flatMap((layer) => compiled(layer).claimsBetween(from, to))
    .map(({ start, end, owner }) => ({ start, end, owner: owner.join() }))
    .sort((a, b) => a.start - b.start);
  const merged: { start: number; end: number; owner: string }[] = [];
  for (const { start, end, owner } of stretches) {
    const last = merged.at(-1);
    if (last !== undefined && last.owner === owner && last.end === start) last.end = end;
    else merged.push({ start, end, owner });
  }
  return JSON.stringify(merged.map(({ start, end, owner }) => [start, Math.min(end, to), owner]));
}

/** Wall-clock times are compared, so that the wall may as well be in UTC. */
function compiled({ name, participants, start, handoff, end, windows }: DraftLayer) {
  const text = (at: LocalMs): string => {
    const [date, time] = localText(at).split(" ");
    return `${date}T${time}`;
  };
  const layer = {
    id: name,
    participants: participants as readonly string[] as readonly PersonId[],
    start: text(start),
    handoff,
    ...(end !== undefined && { end: text(end) }),
    ...(windows !== undefined && { windows }),
  };
  return compileLayer(layer, [], zoneClock("UTC"));
}
