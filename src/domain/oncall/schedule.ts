/**
 * A team's schedules, compiled: who is on call at any instant is a binary search. Used by `on-call`, `coverage` and
 * `explain`.
 *
 * Time is cut into pages of about 400 days; a page is compiled when it is first asked for, so a DTSTART of twenty years
 * ago costs nothing, nor does a question about the year 2060.
 */
import type { EpochMs, ScheduleId } from "../ids.ts";
import type { Schedule, Team } from "../team.ts";
import { onDuty } from "../crew.ts";
import { Crews } from "./crews.ts";
import type { Crew, OnDuty } from "../crew.ts";
import { compileLayer } from "./layer.ts";
import type { CompiledLayer } from "./layer.ts";
import { applyOverrides } from "./override.ts";
import { overlay } from "./timeline.ts";
import type { Claim } from "./timeline.ts";
import { zoneClock, zoneClockOrUtc } from "./zone-clock.ts";
import type { ZoneClock } from "./zone-clock.ts";

/** From `start` on (until the next segment) this person, or these; null is nobody. */
export interface Segment extends OnDuty {
  readonly start: EpochMs;
  readonly end: EpochMs;
}

export interface CompiledSchedule {
  readonly schedule: Schedule;
  readonly clock: ZoneClock;
  readonly layers: readonly CompiledLayer[];
  /** Null is nobody. */
  crewAt(at: EpochMs): Crew | null;
  segmentsBetween(from: EpochMs, to: EpochMs): Segment[];
  /**
   * Why nobody knows who is on call somewhere in `[from, to)`, without a full stop; null: it is known. The team file's
   * check lets no such schedule through, but what another machine says may be beyond this one's time zones or rules.
   * Nobody is on call then, as far as the answers above go.
   */
  faultBetween(from: EpochMs, to: EpochMs): string | null;
}

const compiledTeams = new WeakMap<Team, Map<ScheduleId, CompiledSchedule>>();

/**
 * By the content of the team's absences, then by their own: the next version of a team file has most schedules again, and to
 * compile five hundred takes half a second.
 */
const compiledContents = new Map<string, Map<string, CompiledSchedule>>();
const contentLimits = { absences: 4, schedules: 1000 };

/** Throws a RangeError for a schedule that the team does not have. A team is compiled once, since it never changes. */
export function scheduleOf(team: Team, id: ScheduleId): CompiledSchedule {
  let schedules = compiledTeams.get(team);
  if (schedules === undefined) compiledTeams.set(team, (schedules = new Map()));
  let compiled = schedules.get(id);
  if (compiled === undefined) {
    const schedule = team.schedules.find((candidate) => candidate.id === id);
    if (schedule === undefined) throw new RangeError(`the team has no schedule "${id}"`);
    schedules.set(id, (compiled = compiledOnce(schedule, team)));
  }
  return compiled;
}

function compiledOnce(schedule: Schedule, team: Team): CompiledSchedule {
  const content = JSON.stringify(schedule);
  const schedules = schedulesWith(team.absences);
  const known = schedules.get(content);
  if (known !== undefined) return known;
  const compiled = compile(schedule, team);
  if (schedules.size >= contentLimits.schedules) schedules.clear();
  schedules.set(content, compiled);
  return compiled;
}

const foundWith = new WeakMap<Team["absences"], Map<string, CompiledSchedule>>();

function schedulesWith(absences: Team["absences"]): Map<string, CompiledSchedule> {
  const found = foundWith.get(absences);
  if (found !== undefined) return found;
  const content = JSON.stringify(absences);
  const schedules = compiledContents.get(content) ?? new Map<string, CompiledSchedule>();
  if (!compiledContents.has(content) && compiledContents.size >= contentLimits.absences)
    compiledContents.clear();
  compiledContents.set(content, schedules);
  foundWith.set(absences, schedules);
  return schedules;
}

const pageMs = 2 ** 35;
const pageLimit = 64;

/** `starts[i]` is where `crews[i]` begins; `starts[0]` is the start of the page. */
interface Page {
  readonly starts: Float64Array;
  readonly crews: readonly (Crew | null)[];
  readonly fault: string | null;
}

function compile(schedule: Schedule, team: Team): CompiledSchedule {
  try {
    const clock = zoneClock(schedule.timeZone);
    const crews = new Crews();
    const layers = schedule.layers.map((layer) => compileLayer(layer, team.absences, clock, crews));
    return paged(schedule, clock, layers, crews);
  } catch (error) {
    // One schedule that cannot be worked out must take nothing else with it.
    return quarantined(schedule, messageOf(error));
  }
}

function quarantined(schedule: Schedule, fault: string): CompiledSchedule {
  return {
    schedule,
    clock: zoneClockOrUtc(schedule.timeZone),
    layers: [],
    crewAt: () => null,
    segmentsBetween: (from, to) => (from < to ? [{ start: from, end: to, person: null }] : []),
    faultBetween: () => fault,
  };
}

function paged(
  schedule: Schedule,
  clock: ZoneClock,
  layers: readonly CompiledLayer[],
  register: Crews,
): CompiledSchedule {
  const pages = new Map<number, Page>();
  let lastNumber = NaN;
  let last: Page;

  const pageAt = (at: EpochMs): Page => {
    const number = Math.floor(at / pageMs);
    if (number === lastNumber) return last;
    let page = pages.get(number);
    if (page === undefined) {
      // Questions stay near today; whoever walks through centuries must not fill the memory.
      if (pages.size >= pageLimit) pages.clear();
      const [from, to] = [number * pageMs, (number + 1) * pageMs];
      try {
        page = compilePage(schedule, layers, register, from, to);
      } catch (error) {
        page = { starts: Float64Array.of(from), crews: [null], fault: messageOf(error) };
      }
      pages.set(number, page);
    }
    lastNumber = number;
    return (last = page);
  };

  return {
    schedule,
    clock,
    layers,
    crewAt(at) {
      if (!Number.isFinite(at)) throw new RangeError(`${at} is not an instant`);
      const { starts, crews } = pageAt(at);
      return crews[indexAt(starts, at)]!;
    },
    segmentsBetween(from, to) {
      if (!Number.isFinite(from) || !Number.isFinite(to))
        throw new RangeError(`${from} to ${to} is not an interval`);
      const segments: Segment[] = [];
      let previous: Crew | null | undefined;
      for (let at = from; at < to;) {
        const { starts, crews } = pageAt(at);
        const pageEnd = (Math.floor(at / pageMs) + 1) * pageMs;
        for (let index = indexAt(starts, at); index < crews.length && at < to; index += 1) {
          const end = Math.min(starts[index + 1] ?? pageEnd, to);
          const crew = crews[index]!;
          if (previous === crew) segments[segments.length - 1] = { ...segments.at(-1)!, end };
          else segments.push({ start: at, end, ...onDuty(crew) });
          previous = crew;
          at = end;
        }
      }
      return segments;
    },
    faultBetween(from, to) {
      for (let number = Math.floor(from / pageMs); number * pageMs < to; number += 1) {
        const { fault } = pageAt(number * pageMs);
        if (fault !== null) return fault;
      }
      return null;
    },
  };
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}

function compilePage(
  schedule: Schedule,
  layers: readonly CompiledLayer[],
  register: Crews,
  from: EpochMs,
  to: EpochMs,
): Page {
  let claims: readonly Claim<Crew>[] = [];
  for (const layer of layers) claims = overlay(claims, layer.claimsBetween(from, to));
  claims = applyOverrides(claims, schedule.overrides, register, from, to);

  const starts: EpochMs[] = [];
  const crews: (Crew | null)[] = [];
  let reached = from;
  for (const { start, end, owner } of claims) {
    if (start > reached) {
      starts.push(reached);
      crews.push(null);
    }
    starts.push(start);
    crews.push(owner);
    reached = end;
  }
  if (reached < to) {
    starts.push(reached);
    crews.push(null);
  }
  return { starts: Float64Array.from(starts), crews, fault: null };
}

/** The index of the last start at or before `at`. */
function indexAt(starts: Float64Array, at: EpochMs): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (starts[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
