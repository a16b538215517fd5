/**
 * A schedule of the source as one or more schedules of the team file. Used by `build-team`.
 *
 * Several are on call together in a schedule of the team file where they share a turn; elsewhere also shifts that come and
 * go apart can be on call at once, and several by an override. Then a schedule becomes as many lanes, and whoever refers to
 * it is given all of them: everybody on call in the source is on call in some lane, and nobody else is in any. A further
 * lane has only whom it adds: nobody is on call in it when one person is enough. Where a higher level covers a lower one it
 * must do so in every lane that has the lower one.
 */
import type { EpochMs } from "#domain/ids";
import { zoneClock } from "#domain/oncall/zone-clock";
import { quote } from "../fault.ts";
import type { DraftOverride, DraftSchedule, ShiftStream } from "./draft.ts";
import type { DraftLayer } from "./draft-layer.ts";
import type { Findings } from "./findings.ts";
import { layersOf, type LayersOf, type Member } from "./layers-of.ts";
import { inParallel } from "./parallel-streams.ts";
import { mayOverlap, type WeekMask, weekMaskOf } from "./overlap.ts";

export interface Lane {
  readonly timeZone: string;
  /** A later layer wins. */
  readonly layers: readonly DraftLayer[];
  readonly overrides: readonly { readonly start: EpochMs; readonly end: EpochMs; readonly person: string }[];
}

/** More people than this on call together is a mailing list. */
const mostLanes = 12;

/** A stream, all of it or one of the people who are on call together in it. */
interface Voice {
  readonly stream: ShiftStream;
  readonly member: Member;
}

/** At least one lane, perhaps an empty one. */
export function lanesOf(schedule: DraftSchedule, findings: Findings): Lane[] {
  const overridden = new Map<ShiftStream, number>();
  for (const { streams, people } of schedule.overrides)
    for (const stream of streams ?? [])
      overridden.set(stream, Math.max(overridden.get(stream) ?? 0, people.length));
  const levels = schedule.levels
    .filter((level) => level.length > 0)
    .map((level) => inParallel(level, (stream) => overridden.has(stream)));
  const voices = levels.map((level) => voicesOf(level, overridden));
  const most = mostPeople(schedule);
  const wanted = Math.max(1, most, ...voices.map((choices) => choices.length));
  const count = Math.min(wanted, mostLanes);
  if (wanted > mostLanes) {
    findings.leftOut(
      schedule.place,
      `everybody beyond ${mostLanes} people on call together`,
      "who shares no turn with others needs a schedule of their own here",
      "add a group for them to the policy's step",
    );
  }
  reportOverlaps(schedule, findings);
  const masks = new Map(levels.flat().map((stream) => [stream, weekMaskOf(stream)]));
  const overlap = (a: ShiftStream, b: ShiftStream): boolean => mayOverlap(a, masks.get(a)!, b, masks.get(b)!);
  const made: Made = new Map();
  const lanes = Array.from({ length: count }, (_, index): Lane => {
    const streams: Voice[] = [];
    levels.forEach((level, position) => {
      const chosen = voices[position]![index] ?? [];
      const others = level.filter((stream) => chosen.every((voice) => voice.stream !== stream));
      const covers = others.filter((stream) => streams.some((lower) => overlap(stream, lower.stream)));
      // The chosen voices last, so that they win.
      streams.push(
        ...covers.map((stream) => ({ stream, member: memberOf(stream, 0, overridden) })),
        ...chosen,
      );
    });
    return {
      timeZone: streams[0]?.stream.timeZone ?? schedule.timeZone,
      layers: streams.flatMap((voice) => layers(voice, made, findings)),
      overrides: schedule.overrides.flatMap((override) =>
        overrideIn(override, streams, levels.length === 1, index),
      ),
    };
  });
  if (lanes.length > 1) reportTogether(schedule, lanes.length, voices, findings);
  return lanes;
}

/** A schedule of the team file cannot say what it said; who reads the result must know why there are several. */
function reportTogether(
  { name, place, overrides }: DraftSchedule,
  count: number,
  voices: readonly (readonly (readonly Voice[])[])[],
  findings: Findings,
): void {
  const also = new Set(
    voices.flatMap((choices) => choices.slice(1).flat()).map(({ stream }) => quote(stream.name)),
  );
  if (also.size === 0 && overrides.some(({ people }) => people.length > 1)) also.add("an override");
  const names = [...also].slice(0, 5).join(", ") + (also.size > 5 ? ` and ${also.size - 5} more` : "");
  findings.changed(
    place,
    `the schedule ${quote(name)}`,
    `several are on call in it together who share no turn (${names}), so it is ${count} schedules`,
    "nothing, every step that asks it asks all of them; or keep the first one if one person is enough",
  );
}

function mostPeople({ overrides }: DraftSchedule): number {
  return overrides.reduce(
    (most, { streams, people }) => (streams === null ? Math.max(most, people.length) : most),
    1,
  );
}

/**
 * The voices of a level, one list for each lane it needs. Streams that are never on duty together share lanes, but not
 * those that have overrides of their own. `overridden`: with how many people these have.
 */
function voicesOf(level: readonly ShiftStream[], overridden: ReadonlyMap<ShiftStream, number>): Voice[][] {
  const classes: { readonly streams: ShiftStream[]; readonly masks: WeekMask[]; readonly closed: boolean }[] =
    [];
  for (const stream of level) {
    const mask = weekMaskOf(stream);
    const closed = overridden.has(stream);
    const home = classes.find(
      ({ streams, masks, closed: isClosed }) =>
        !closed &&
        !isClosed &&
        !streams.some((other, index) => mayOverlap(stream, mask, other, masks[index]!)),
    );
    if (home === undefined) classes.push({ streams: [stream], masks: [mask], closed });
    else {
      home.streams.push(stream);
      home.masks.push(mask);
    }
  }
  return classes.flatMap(({ streams }) => {
    const size = (stream: ShiftStream): number =>
      memberOf(stream, 0, overridden) === "all"
        ? 1
        : stream.slots.reduce((most, { length }) => Math.max(most, length), overridden.get(stream) ?? 1);
    const most = streams.reduce((sum, stream) => Math.max(sum, size(stream)), 1);
    return Array.from({ length: Math.min(most, mostLanes) }, (_, member) =>
      streams
        .filter((stream) => member < size(stream))
        .map((stream) => ({ stream, member: memberOf(stream, member, overridden) })),
    );
  });
}

/** Where several people override a stream's, each needs a lane, and so has each of them. Else all are in one. */
function memberOf(stream: ShiftStream, member: number, overridden: ReadonlyMap<ShiftStream, number>): Member {
  return (overridden.get(stream) ?? 1) > 1 ? member : "all";
}

/** What a stream's voices have become: in several lanes the same one covers others. */
type Made = Map<ShiftStream, Map<Member, LayersOf>>;

function layers({ stream, member }: Voice, known: Made, findings: Findings): readonly DraftLayer[] {
  const byMember = known.get(stream) ?? new Map<Member, LayersOf>();
  known.set(stream, byMember);
  const made = byMember.get(member) ?? layersOf(stream, member);
  byMember.set(member, made);
  if (made.ok && made.why !== undefined)
    findings.changed(
      stream.place,
      `the shifts of ${quote(stream.name)}`,
      `they are several layers here: ${made.why}`,
      "nothing; or write them as you would with a layer's windows, once it is yours",
    );
  if (made.ok && made.layers.length > 0) return made.layers;
  const why = made.ok ? "it ends before it begins, or nobody takes part in it" : made.why;
  findings.leftOut(stream.place, `the shifts of ${quote(stream.name)}`, why, "write layers for them by hand");
  return [];
}

/** `voices`: the lane's. `isOneLevel`: only then can an override be for some streams. */
function overrideIn(
  { start, end, people, streams }: DraftOverride,
  voices: readonly Voice[],
  isOneLevel: boolean,
  lane: number,
): Lane["overrides"] {
  let member = lane;
  if (streams !== null) {
    const voice = isOneLevel ? voices.find(({ stream }) => streams.includes(stream)) : undefined;
    if (voice === undefined) return [];
    member = voice.member === "all" ? 0 : voice.member;
  } else if (lane >= people.length && !voices.some(({ stream }) => isWithin(stream, start, end))) {
    // It has nobody to cover there, and says nothing that another lane does not say.
    return [];
  }
  return [{ start, end, person: people[Math.min(member, people.length - 1)]! }];
}

function isWithin({ timeZone, from, until }: ShiftStream, start: EpochMs, end: EpochMs): boolean {
  const { instantOf } = zoneClock(timeZone);
  return instantOf(from) < end && (until === null || instantOf(until) > start);
}

/** Where the source may have had both people on call, the team file has the later one. */
function reportOverlaps({ overrides }: DraftSchedule, findings: Findings): void {
  const byStart = [...overrides].sort((a, b) => a.start - b.start);
  let latest: DraftOverride | null = null;
  for (const override of byStart) {
    const isSame = latest !== null && latest.people.join() === override.people.join();
    if (
      latest !== null &&
      override.start < latest.end &&
      !isSame &&
      latest.streams === null &&
      override.streams === null
    )
      findings.changed(
        override.place,
        "an override that overlaps another one",
        "here the one that is listed later wins for as long as they overlap",
        "correct the overrides' times if that is not what you want",
      );
    if (latest === null || override.end > latest.end) latest = override;
  }
}
