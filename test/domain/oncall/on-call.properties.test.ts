/** What holds for every team, on random ones; and every answer against the literal reference. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { EpochMs, PersonId } from "#domain/ids";
import { explainOnCall, finalSchedule, gapsOf, onCallAt } from "#domain/oncall/on-call";
import type { Schedule, Team } from "#domain/team";
import { randomTeam } from "./random-team.ts";
import { Reference } from "./reference.ts";
import { scheduleId } from "./team-builder.ts";

/** `TOCSIN_ONCALL_RUNS=5000` for a long run. */
const wanted = process.env["TOCSIN_ONCALL_RUNS"];
const [manyRuns, someRuns] = wanted === undefined ? [250, 60] : [Number(wanted), Number(wanted)];
const timeoutMs = 60_000 + manyRuns * 200;

test("who is on call is what the contract says, read literally", { timeout: timeoutMs }, () => {
  fc.assert(
    fc.property(randomTeam, ({ team, from, to }) => {
      const reference = new Reference(team, to + 40 * 86_400_000);
      const expectAt = (at: number): void => {
        const [found, expected] = [onCallAt(team, scheduleId, at), reference.personAt(at)];
        if (found !== expected) expect.fail(`at ${at}: ${found} instead of ${expected}`);
      };
      const segments = finalSchedule(team, scheduleId, from, to);
      // Every boundary of ours, just before and at it; and a grid that would see one that we missed.
      for (const { start } of segments.length > 400
        ? segments.filter((_, index) => index % 7 === 0)
        : segments)
        [start - 1, start].forEach(expectAt);
      for (let at = from; at < to; at += 41 * 3_600_000 + 1_000) expectAt(at);
    }),
    { numRuns: manyRuns },
  );
});

test(
  "segments cover the interval exactly, differ from their neighbours, and agree with every look-up and explanation",
  { timeout: timeoutMs },
  () => {
    fc.assert(
      fc.property(
        randomTeam,
        fc.nat(700),
        fc.integer({ min: 1, max: 700 }),
        ({ team, from: begin }, day, days) => {
          const from = begin + day * 86_400_000 + 12_345;
          const to = from + days * 86_400_000;
          const segments = finalSchedule(team, scheduleId, from, to);
          expect([segments[0]?.start, segments.at(-1)?.end]).toEqual([from, to]);
          segments.forEach((segment, index) => {
            expect(segment.start).toBeLessThan(segment.end);
            const next = segments[index + 1];
            if (next !== undefined)
              expect([next.start, next.person === segment.person]).toEqual([segment.end, false]);
            for (const at of [segment.start, segment.end - 1])
              expect(onCallAt(team, scheduleId, at)).toBe(segment.person);
          });
          for (const segment of segments.slice(0, 40)) {
            for (const at of [segment.start, segment.end - 1])
              expect(explainOnCall(team, scheduleId, at).person).toBe(segment.person);
          }
          const empty = segments
            .filter((segment) => segment.person === null)
            .map(({ start, end }) => ({ start, end }));
          expect(gapsOf(team, scheduleId, from, to).map(({ start, end }) => ({ start, end }))).toEqual(empty);
        },
      ),
      { numRuns: someRuns },
    );
  },
);

/** Between two of these instants neither who is on call changes, nor an override, nor anybody's presence. */
function changesOf(team: Team, from: EpochMs, to: EpochMs): EpochMs[] {
  const spans = [
    ...finalSchedule(team, scheduleId, from, to),
    ...team.schedules[0]!.overrides,
    ...team.absences,
  ];
  const instants = spans.flatMap(({ start, end }) => [start, end]);
  return [...new Set(instants)].filter((at) => from <= at && at < to).sort((a, b) => a - b);
}

function withSchedule(team: Team, change: Partial<Schedule>, absences = team.absences): Team {
  return { ...team, absences, schedules: team.schedules.map((schedule) => ({ ...schedule, ...change })) };
}

function isAway(team: Team, person: PersonId | null, at: EpochMs): boolean {
  return team.absences.some(
    (absence) => absence.person === person && absence.start <= at && at < absence.end,
  );
}

test(
  "the last listed override beats every layer, then the last layer that has somebody on its own",
  { timeout: timeoutMs },
  () => {
    let [byOverride, byLayer, contested] = [0, 0, 0];
    fc.assert(
      fc.property(randomTeam, ({ team, from, to }) => {
        const { layers, overrides } = team.schedules[0]!;
        const alone = layers.map((layer) => withSchedule(team, { layers: [layer], overrides: [] }));
        for (const at of changesOf(team, from, to)) {
          const override = overrides.findLast(({ start, end }) => start <= at && at < end);
          const claims = alone.map((one) => onCallAt(one, scheduleId, at)).filter((claim) => claim !== null);
          expect(onCallAt(team, scheduleId, at)).toBe(override?.person ?? claims.at(-1) ?? null);
          if (override !== undefined) byOverride += 1;
          else if (claims.length > 0) byLayer += 1;
          if (override === undefined && new Set(claims).size > 1) contested += 1;
        }
      }),
      { numRuns: manyRuns },
    );
    expect(Math.min(byOverride, byLayer, contested)).toBeGreaterThan(0);
  },
);

test(
  "an absence never pages the absent, changes nothing but their shifts, and leaves nobody only where nobody is left",
  { timeout: timeoutMs },
  () => {
    let [replaced, untouched] = [0, 0];
    fc.assert(
      fc.property(randomTeam, ({ team: given, from, to }) => {
        // Overrides are explicit: an absence does not touch them. And with one layer it is plain whose shift it is.
        const layers = given.schedules[0]!.layers.slice(0, 1);
        const team = withSchedule(given, { layers, overrides: [] });
        const without = withSchedule(team, {}, []);
        const order = layers[0]!.participants;
        for (const at of changesOf(team, from, to)) {
          const [person, owner] = [onCallAt(team, scheduleId, at), onCallAt(without, scheduleId, at)];
          expect(isAway(team, person, at)).toBe(false);
          if (!isAway(team, owner, at)) {
            expect(person).toBe(owner);
            untouched += 1;
            continue;
          }
          const present = order.filter((each) => !isAway(team, each, at));
          const substitutes = team.absences
            .filter(({ person: away, start, end }) => away === owner && start <= at && at < end)
            .flatMap(({ substitute }) => substitute ?? []);
          expect([...present, ...substitutes, null]).toContain(person);
          if (present.length > 0) expect(person).not.toBeNull();
          if (person !== null) replaced += 1;
        }
      }),
      { numRuns: manyRuns },
    );
    expect(Math.min(replaced, untouched)).toBeGreaterThan(0);
  },
);

test(
  "the order of questions does not matter: pages compiled late are those compiled early",
  { timeout: timeoutMs },
  () => {
    fc.assert(
      fc.property(
        randomTeam,
        fc.array(fc.nat(3000), { minLength: 2, maxLength: 6 }),
        ({ team, from }, days) => {
          const ask = (order: readonly number[]): Map<number, unknown> => {
            const copy = { ...team };
            return new Map(order.map((day) => [day, onCallAt(copy, scheduleId, from + day * 86_400_000)]));
          };
          expect(ask(days.toReversed())).toEqual(new Map([...ask(days)]));
        },
      ),
      { numRuns: someRuns },
    );
  },
);
