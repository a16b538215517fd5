/**
 * Final schedules against two other implementations at once: python-dateutil with zoneinfo, in another process, and
 * rrule-temporal with Temporal. `TOCSIN_ONCALL_RUNS=20000` for a long run, `TOCSIN_ONCALL_SEED=…` for that of a failure.
 */
import { peopleOf } from "#domain/crew";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EpochMs } from "#domain/ids";
import { finalSchedule } from "#domain/oncall/on-call";
import { occurrencesOf } from "#domain/oncall/occurrences";
import { readRule } from "#domain/oncall/rule";
import { localOf } from "#domain/oncall/wall-clock";
import type { LocalDateTime } from "#domain/team";
import { startDateutilReference } from "../../support/dateutil-reference.ts";
import type { DateutilReference } from "../../support/dateutil-reference.ts";
import type { Layer } from "#domain/team";
import { offsetChanges } from "./intl-offsets.ts";
import { wildCrews, wildTeam, zones } from "./random-team.ts";
import { Reference } from "./reference.ts";
import { at, scheduleId, teamOf } from "./team-builder.ts";

const runs = Number(process.env["TOCSIN_ONCALL_RUNS"] ?? 2000);
const seed = process.env["TOCSIN_ONCALL_SEED"];
const timeoutMs = 120_000 + runs * 100;
const dayMs = 86_400_000;
const [firstInstant, lastInstant] = [at("2009-12-01T00:00Z"), at("2046-02-01T00:00Z")];

let dateutil: DateutilReference;
/** Of each zone the changes of its offset: by this Node's zone data, and by the system's that Python reads. */
const nodeOffsets = new Map<string, [EpochMs, number][]>();
let pythonOffsets: Awaited<ReturnType<DateutilReference["offsets"]>>;

beforeAll(async () => {
  dateutil = startDateutilReference();
  pythonOffsets = await dateutil.offsets(zones, firstInstant, lastInstant);
  for (const zone of zones) {
    const changes = offsetChanges(zone, firstInstant, lastInstant);
    nodeOffsets.set(
      zone,
      changes.map((change) => [change.at, change.offsetMs]),
    );
  }
});
afterAll(() => dateutil.stop());

/**
 * A year's last week reaches into the next one, and about those days the two do not agree with one another: 2022-01-01 is
 * the Saturday of week 52 (python-dateutil leaves it out), 2021-01-02 that of week 53 (rrule-temporal does).
 */
function asksForLastWeeks({ handoff, windows = [] }: Layer): boolean {
  return [handoff, ...windows.map(({ rrule }) => rrule)].some((rule) => /BYWEEKNO=[^;]*(5[23]|-)/.test(rule));
}

/** One in four with several on duty together. */
const teams = fc.oneof({ weight: 3, arbitrary: wildTeam }, { weight: 1, arbitrary: wildCrews });

test(
  `${runs} random schedules are the same to python-dateutil, to rrule-temporal and to us`,
  { timeout: timeoutMs },
  async () => {
    const compared = { schedules: 0, segments: 0, crews: 0, clockChanges: 0, zones: new Set<string>() };
    await fc.assert(
      fc.asyncProperty(teams, async ({ team, from, to }) => {
        const schedule = team.schedules[0]!;
        // Refused in the team file; and python-dateutil looks for its first occurrence up to the year 9999.
        fc.pre(!schedule.layers.some(({ handoff, start }) => neverOccurs(handoff, start)));
        fc.pre(!schedule.layers.some(asksForLastWeeks));
        // The two may have zone data of different years; a government's new decision is no difference between programs.
        const changes = changesBetween(nodeOffsets.get(schedule.timeZone)!, from - 3 * dayMs, to + 3 * dayMs);
        const theirs = pythonOffsets[schedule.timeZone];
        fc.pre(!!theirs && same(changes, changesBetween(theirs, from - 3 * dayMs, to + 3 * dayMs)));

        const answered = dateutil.segments(schedule, team.absences, from, to);
        const ours = finalSchedule(team, scheduleId, from, to).map((segment): Line => [
          segment.start,
          segment.end,
          peopleOf(segment).join("+") || null,
        ]);
        compared.crews += ours.filter(([, , people]) => people?.includes("+")).length;
        expectSame(ours, new Reference(team, to + 3 * dayMs).segmentsBetween(from, to), "rrule-temporal");
        expectSame(ours, await answered, "python-dateutil");
        compared.schedules += 1;
        compared.segments += ours.length;
        compared.clockChanges += changes.length - 1;
        compared.zones.add(schedule.timeZone);
      }),
      { numRuns: runs, ...(seed === undefined ? {} : { seed: Number(seed) }) },
    );
    console.log(
      `${compared.schedules} schedules, ${compared.segments} segments (${compared.crews} of several), ${compared.zones.size} zones, ${compared.clockChanges} clock changes: no difference`,
    );
    expect(compared.schedules).toBeGreaterThanOrEqual(runs);
    expect(compared.crews).toBeGreaterThan(runs);
    expect(compared.zones.size).toBeGreaterThanOrEqual(40);
    expect(compared.clockChanges).toBeGreaterThan(runs / 2);
  },
);

test.each([
  ["Pacific/Apia", "2011-12-25T09:00:00", "the day that Samoa left out"],
  ["Australia/Lord_Howe", "2024-10-02T02:15:00", "half an hour"],
  ["Asia/Beirut", "2024-03-28T00:30:00", "at midnight"],
  ["Africa/Cairo", "2024-04-24T00:00:00", "at midnight"],
  ["America/Santiago", "2024-09-05T00:15:00", "at midnight, in September"],
])("%s from %s, a handoff each day into a gap: %s", async (timeZone, start) => {
  const windows = [{ rrule: "FREQ=DAILY", from: start.slice(11, 16), to: "02:30" }];
  const team = teamOf({ timeZone, layers: [{ start, handoff: "FREQ=DAILY", windows }] });
  const from = at(`${start.slice(0, 10)}T00:00Z`) - 2 * dayMs;
  const ours = finalSchedule(team, scheduleId, from, from + 14 * dayMs).map((segment): Line => [
    segment.start,
    segment.end,
    peopleOf(segment).join("+") || null,
  ]);
  expect(ours.length).toBeGreaterThan(20);
  expectSame(ours, await dateutil.segments(team.schedules[0]!, [], from, from + 14 * dayMs), "dateutil");
});

function neverOccurs(handoff: string, start: LocalDateTime): boolean {
  const reading = readRule(handoff.replace(/;(COUNT|UNTIL)=.*/, ""));
  if (!reading.ok) throw new Error(`${handoff}: ${reading.text}`);
  return occurrencesOf(reading.rule, localOf(start), Infinity).timeOf(0) === null;
}

type Line = [EpochMs, EpochMs, string | null];

/** The first few lines that differ are more use than a thousand that do not. */
function expectSame(ours: readonly Line[], theirs: readonly Line[], name: string): void {
  if (same(ours, theirs)) return;
  const difference = (left: readonly Line[], right: readonly Line[]): string[] => {
    const known = new Set(right.map(lineText));
    return left.map(lineText).filter((line) => !known.has(line));
  };
  expect(difference(ours, theirs).slice(0, 6), `ours, instead of ${name}'s`).toEqual(
    difference(theirs, ours).slice(0, 6),
  );
  expect.fail(`the same lines as ${name}'s in another order`);
}

function lineText([start, end, people]: Line): string {
  const text = (instant: EpochMs): string => new Date(instant).toISOString().replace(":00.000Z", "Z");
  return `${text(start)} ${text(end)} ${people ?? "-"}`;
}

/** The offset in force at `from`, and the changes after it. */
function changesBetween(changes: readonly [EpochMs, number][], from: EpochMs, to: EpochMs): unknown[] {
  const inForce = changes.findLast(([change]) => change <= from)![1];
  return [inForce, ...changes.filter(([change]) => from < change && change <= to)];
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
