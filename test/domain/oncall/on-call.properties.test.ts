/** What holds for every team, on random ones; and every answer against the literal reference. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { explainOnCall, finalSchedule, gapsOf, onCallAt } from "#domain/oncall/on-call";
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

test(
  "an override always has its person, and a rotation never pages anybody who is away",
  { timeout: timeoutMs },
  () => {
    fc.assert(
      fc.property(randomTeam, ({ team, from, to }) => {
        const { overrides } = team.schedules[0]!;
        for (const { start, end, person } of finalSchedule(team, scheduleId, from, to)) {
          const inForce = overrides.filter((override) => override.start < end && override.end > start);
          const whole = inForce.find((override) => override.start <= start && override.end >= end);
          if (inForce.length === 0) {
            const away = team.absences.filter(
              (absence) => absence.person === person && absence.start < end && absence.end > start,
            );
            expect(away).toEqual([]);
          } else if (inForce.length === 1 && whole !== undefined) {
            expect(person).toBe(whole.person);
          }
        }
      }),
      { numRuns: someRuns },
    );
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
