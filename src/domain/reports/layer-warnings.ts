/**
 * Layers that do not do what they seem to say: whom a later one hides, whose handoffs or windows are over, that begin on
 * another day than they hand over, or decades ahead. Warnings of the team file's check, asked of the calculation itself.
 */
import { turnsOf, type Crew } from "../crew.ts";
import type { EpochMs } from "../ids.ts";
import { compileLayer } from "../oncall/layer.ts";
import { occurrencesOf } from "../oncall/occurrences.ts";
import { scheduleFault } from "../oncall/on-call.ts";
import { rotationOf } from "../oncall/rotation.ts";
import { readRule, type Rule } from "../oncall/rule.ts";
import { union } from "../oncall/timeline.ts";
import type { Claim, Span } from "../oncall/timeline.ts";
import { dayMs, localOf, localText, weekdayOf } from "../oncall/wall-clock.ts";
import { dutyWindowsOf } from "../oncall/window.ts";
import { zoneClock, type ZoneClock } from "../oncall/zone-clock.ts";
import { together } from "../person-names.ts";
import type { Layer, Schedule, Team } from "../team.ts";
import type { CoverageWarning } from "./coverage-warnings.ts";
import { bothIn } from "./reach.ts";

/** How far ahead is looked. */
const horizonMs = 366 * dayMs;
/** Holidays and swaps are arranged ahead, but not this far. */
const farMs = 2 * horizonMs;

type Place = CoverageWarning["path"];

export function layerWarnings(team: Team, now: EpochMs): CoverageWarning[] {
  return [
    ...team.schedules.flatMap((schedule, index) =>
      scheduleFault(team, schedule.id, now, now + horizonMs) !== null
        ? []
        : ofSchedule(team, schedule, ["schedules", index], now),
    ),
    ...tooFarAhead(team.absences, ["absences"], now),
  ];
}

function ofSchedule(team: Team, schedule: Schedule, place: Place, now: EpochMs): CoverageWarning[] {
  const clock = zoneClock(schedule.timeZone);
  const claims = schedule.layers.map((layer) =>
    compileLayer(layer, team.absences, clock).claimsBetween(now, now + horizonMs),
  );
  return [
    ...schedule.layers.flatMap((layer, index) => {
      const path = [...place, "layers", index];
      return [...ofLayer(layer, clock, path, now), ...shadowed(schedule, claims, index, path)];
    }),
    ...tooFarAhead(schedule.overrides, [...place, "overrides"], now),
  ];
}

function ofLayer(layer: Layer, clock: ZoneClock, path: Place, now: EpochMs): CoverageWarning[] {
  const rotation = rotationOf(layer, clock);
  // What is over is kept for the record.
  if (rotation.end <= now) return [];
  if (rotation.start > now + horizonMs) {
    const begins = layer.start.slice(0, 10);
    const text = `nobody is on call by this layer before ${begins}; is the year right?`;
    return [{ path: [...path, "start"], text }];
  }
  const reading = readRule(layer.handoff);
  if (!reading.ok) return [];
  const from = Math.max(now, rotation.start);
  return [
    ...(new Set(turnsOf(layer).map((turn) => turn.join())).size === 1
      ? []
      : [
          ...handoffsOver(layer, reading.rule, clock, path, from),
          ...startsBeside(layer, reading.rule, path),
        ]),
    ...windowsOver(layer, clock, path, from),
    ...neverOnDuty(layer, clock, path, from),
  ];
}

/** UNTIL or COUNT is over, and whoever was last stays for ever. */
function handoffsOver(
  layer: Layer,
  rule: Rule,
  clock: ZoneClock,
  path: Place,
  from: EpochMs,
): CoverageWarning[] {
  const { start, end, turn } = rotationOf(layer, clock).shiftAt(from);
  if (layer.end !== undefined || end !== Infinity) return [];
  const since = localText(clock.localAt(start));
  const text = `no handoff comes after ${since}, so ${turn.length === 0 ? "nobody" : together(turn)} ${turn.length < 2 ? "is" : "are"} on call by this layer for ever; take ${limitOf(rule)} out of the rule, or give the layer an end`;
  return [{ path: [...path, "handoff"], text }];
}

/** BYDAY=WE with a start on a Monday: the first shift is a short one, and every handoff on another day than was meant. */
function startsBeside(layer: Layer, rule: Rule, path: Place): CoverageWarning[] {
  const start = localOf(layer.start);
  const until = rule.until?.at ?? Infinity;
  const next = occurrencesOf(rule, start, until).timeOf(0);
  if (next === null || next === start) return [];
  const text = `${dayAndTime(start)} is no handoff of ${layer.handoff}, so the first shift ends on ${dayAndTime(next)}; start then, or correct the rule`;
  return [{ path: [...path, "start"], text }];
}

function windowsOver(layer: Layer, clock: ZoneClock, path: Place, from: EpochMs): CoverageWarning[] {
  return (layer.windows ?? []).flatMap((window, index) => {
    const reading = readRule(window.rrule);
    if (!reading.ok || limitOf(reading.rule) === null) return [];
    const spans = dutyWindowsOf({ ...layer, windows: [window] }, clock)!.between(from, from + 10 * horizonMs);
    if (spans.length > 0) return [];
    const text = `this window does not come again; take ${limitOf(reading.rule)} out of the rule, or the window out of the file`;
    return [{ path: [...path, "windows", index, "rrule"], text }];
  });
}

/** With seven people, a handoff each day and windows on working days, two of them never serve. */
function neverOnDuty(layer: Layer, clock: ZoneClock, path: Place, from: EpochMs): CoverageWarning[] {
  if (layer.windows === undefined) return [];
  const rotation = rotationOf(layer, clock);
  const to = Math.min(from + horizonMs, rotation.end);
  // Windows that are over, or come once in years, are another matter.
  if (dutyWindowsOf(layer, clock)!.between(from, to).length === 0) return [];
  const serve = new Set(
    compileLayer(layer, [], clock)
      .claimsBetween(from, to)
      .flatMap(({ owner }) => owner),
  );
  const turns = new Set(rotation.shiftsBetween(from, to).flatMap(({ turn }) => turn));
  const idle = [...turns].filter((person) => !serve.has(person));
  if (idle.length === 0) return [];
  const text = `${idle.join(", ")} ${idle.length === 1 ? "is" : "are"} never on duty within a year: every shift falls outside the windows; change the handoff or the order of people`;
  return [{ path: [...path, "participants"], text }];
}

/** A later layer wins (contract §3): one that is always on duty hides those before it. */
function shadowed(
  { layers }: Schedule,
  claims: readonly (readonly Claim<Crew>[])[],
  index: number,
  path: Place,
): CoverageWarning[] {
  const own = union(claims[index]!);
  if (own.length === 0) return [];
  const later = layers.slice(index + 1).map(({ id }, offset) => ({ id, spans: claims[index + 1 + offset]! }));
  const hides = (spans: readonly Span[]): boolean => total(bothIn(own, union(spans))) === total(own);
  if (!hides(later.flatMap(({ spans }) => spans))) return [];
  const one = later.find(({ spans }) => hides(spans));
  const who = one === undefined ? "the layers after it are" : `layer ${one.id}, which is listed after it, is`;
  const text = `never counts in the coming year: ${who} on duty whenever this one is, and a later layer wins; list this one last, or take it away`;
  return [{ path, text }];
}

function tooFarAhead(spans: readonly Span[], place: Place, now: EpochMs): CoverageWarning[] {
  return spans.flatMap(({ start }, index) => {
    if (start <= now + farMs) return [];
    const text = `begins on ${localText(start).slice(0, 10)} only; is the year right?`;
    return [{ path: [...place, index, "start"], text }];
  });
}

/** The part of the rule that ends it; null: it goes on for ever. */
function limitOf({ count, until }: Rule): "COUNT" | "UNTIL" | null {
  if (until !== null) return "UNTIL";
  return count === Infinity ? null : "COUNT";
}

function total(spans: readonly Span[]): number {
  return spans.reduce((sum, { start, end }) => sum + end - start, 0);
}

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** On the wall clock: `Monday 2026-01-05 09:00`. */
function dayAndTime(local: number): string {
  return `${weekdays[weekdayOf(local)]} ${localText(local)}`;
}
