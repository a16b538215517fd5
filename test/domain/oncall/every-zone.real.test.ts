/**
 * Every change of offset of every IANA zone from 2020 to 2040: rotations and windows that hand over, open or close right
 * in it do so when contract §3 says. The oracle is arithmetic on offsets that come from Intl.DateTimeFormat alone.
 */
import { beforeAll, expect, test } from "vitest";
import type { EpochMs, PersonId } from "#domain/ids";
import { finalSchedule } from "#domain/oncall/on-call";
import type { Layer, LocalDateTime } from "#domain/team";
import { instantByOffsets, offsetChanges } from "./intl-offsets.ts";
import type { OffsetChange } from "./intl-offsets.ts";
import { ana, at, ben, chi, dia, lines, scheduleId, teamOf } from "./team-builder.ts";

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
const [firstInstant, lastInstant] = [at("2019-12-31T00:00Z"), at("2041-01-01T00:00Z")];
const zones = Intl.supportedValuesOf("timeZone");
const people = [ana, ben, chi, dia];

/** A change of a zone's offset, with those around it. */
interface Change {
  readonly timeZone: string;
  readonly at: EpochMs;
  /** What the wall shows around it: the ends of what is skipped or doubled, and its middle. */
  readonly awkwardTimes: readonly number[];
  readonly instantOf: (local: number) => EpochMs;
}

const changes: Change[] = [];

beforeAll(() => {
  for (const timeZone of zones) {
    const offsets = offsetChanges(timeZone, firstInstant, lastInstant);
    for (let index = 1; index < offsets.length; index += 1)
      changes.push(changeOf(timeZone, offsets.slice(Math.max(0, index - 2), index + 3), offsets[index]!));
  }
}, 300_000);

test("there is something to try", () => {
  expect(zones.length).toBeGreaterThan(400);
  expect(changes.length).toBeGreaterThan(4000);
  expect(changes.find(({ timeZone }) => timeZone === "Australia/Lord_Howe")?.awkwardTimes).toHaveLength(5);
});

/** Someone on duty, by the oracle. */
interface Duty {
  readonly start: EpochMs;
  readonly end: EpochMs;
  readonly person: PersonId;
}

interface Rotation {
  readonly layer: Partial<Layer>;
  readonly duties: readonly Duty[];
}

test.each([
  ["a daily rotation hands over", (local: number, change: Change) => rotation(local - 3 * dayMs, 1, change)],
  ["a weekly rotation hands over", (local: number, change: Change) => rotation(local - 7 * dayMs, 7, change)],
  ["a window opens", (local: number, change: Change) => windowed(local, local + 3 * hourMs, change)],
  ["a window closes", (local: number, change: Change) => windowed(local - 3 * hourMs, local, change)],
])("%s in every change as the contract says", { timeout: 300_000 }, (_, plan) => {
  const firstWrong: unknown[] = [];
  let [wrong, segments] = [0, 0];
  for (const change of changes) {
    for (const local of change.awkwardTimes) {
      const { layer, duties } = plan(local, change);
      const [from, to] = [change.at - 2 * dayMs, change.at + 2 * dayMs];
      const team = teamOf({ timeZone: change.timeZone, layers: [layer] });
      const found = finalSchedule(team, scheduleId, from, to);
      const expected = segmentsOf(duties, from, to);
      segments += expected.length;
      if (JSON.stringify(found) === JSON.stringify(expected)) continue;
      wrong += 1;
      if (wrong <= 3)
        firstWrong.push([
          change.timeZone,
          JSON.stringify(layer),
          { ours: lines(found), oracle: lines(expected) },
        ]);
    }
  }
  expect(firstWrong, `${wrong} schedules of ${changes.length} changes`).toEqual([]);
  expect(segments).toBeGreaterThanOrEqual(2 * 5 * changes.length);
});

/** Handoffs every so many days at the time of day of `start`, for seven shifts. */
function rotation(start: number, everyDays: number, { instantOf }: Change): Rotation {
  const handoffs = [0, 1, 2, 3, 4, 5, 6, 7].map((shift) => start + shift * everyDays * dayMs);
  const instants = handoffs.map(instantOf);
  return {
    layer: {
      participants: people,
      start: text(start),
      handoff: everyDays === 1 ? "FREQ=DAILY" : "FREQ=WEEKLY",
      end: text(handoffs.at(-1)!),
    },
    duties: instants.slice(0, -1).map((instant, shift) => ({
      start: instant,
      end: instants[shift + 1]!,
      person: people[shift % people.length]!,
    })),
  };
}

/** A daily rotation that hands over half a day off, on duty from one time of day to another each day. */
function windowed(opening: number, closing: number, change: Change): Rotation {
  const { layer, duties } = rotation(opening - 3.5 * dayMs, 1, change);
  const timeOf = (local: number): string => text(local).slice(11);
  const windows = [{ rrule: "FREQ=DAILY", from: timeOf(opening), to: timeOf(closing) }];
  const spans = [-4, -3, -2, -1, 0, 1, 2, 3, 4].map((day) => ({
    start: change.instantOf(opening + day * dayMs),
    end: change.instantOf(closing + day * dayMs),
  }));
  return {
    layer: { ...layer, windows },
    duties: spans.flatMap((span) =>
      duties.map(({ start, end, person }) => ({
        start: Math.max(start, span.start),
        end: Math.min(end, span.end),
        person,
      })),
    ),
  };
}

/** The final schedule of what is on duty, in order and apart. */
function segmentsOf(duties: readonly Duty[], from: EpochMs, to: EpochMs): ReturnType<typeof finalSchedule> {
  const segments: { start: EpochMs; end: EpochMs; person: PersonId | null }[] = [];
  const add = (start: EpochMs, end: EpochMs, person: PersonId | null): void => {
    const [low, high] = [Math.max(start, from), Math.min(end, to)];
    const last = segments.at(-1);
    if (low >= high) return;
    if (last?.person === person) last.end = high;
    else segments.push({ start: low, end: high, person });
  };
  let reached = from;
  for (const { start, end, person } of duties) {
    if (start >= end || end <= reached) continue;
    add(reached, start, null);
    add(start, end, person);
    reached = end;
  }
  add(reached, to, null);
  return segments;
}

function changeOf(timeZone: string, around: readonly OffsetChange[], change: OffsetChange): Change {
  const before = around[around.indexOf(change) - 1]!.offsetMs;
  const low = change.at + Math.min(before, change.offsetMs);
  const high = change.at + Math.max(before, change.offsetMs);
  return {
    timeZone,
    at: change.at,
    awkwardTimes: [low - minuteMs, low, (low + high) / 2, high - minuteMs, high],
    instantOf: (local) => instantByOffsets(local, around),
  };
}

function text(local: number): LocalDateTime {
  return new Date(local).toISOString().slice(0, 19);
}
