/** What an edit of a team file changes: in who is on call, and in who is woken when. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { PersonId } from "#domain/ids";
import { onCallAt } from "#domain/oncall/on-call";
import { compareSchedules } from "#domain/reports/compare-schedules";
import { compareSimulations } from "#domain/reports/compare-simulations";
import { simulate } from "#domain/reports/simulate";
import type { Team } from "#domain/team";
import * as build from "../../support/team-builder.ts";
import { ana, at, ben, chi, scheduleId, teamOf } from "../oncall/team-builder.ts";
import { instantIn, randomPolicies } from "./random-policies.ts";

const [from, to] = [at("2026-01-05T09:00:00Z"), at("2026-02-02T09:00:00Z")];
const weekly = teamOf({ timeZone: "UTC", layers: [{}] });

test("the stretches in which somebody else is on call", () => {
  const swapped = teamOf({ timeZone: "UTC", layers: [{ participants: [ana, chi, ben] }] });
  const [second, third, fourth] = [
    "2026-01-12T09:00:00Z",
    "2026-01-19T09:00:00Z",
    "2026-01-26T09:00:00Z",
  ].map(at);
  expect(compareSchedules(weekly, swapped, from, to)).toEqual([
    { schedule: scheduleId, start: second, end: third, before: ben, after: chi },
    { schedule: scheduleId, start: third, end: fourth, before: chi, after: ben },
  ]);
});

test("a schedule that is new or gone was or will be nobody's", () => {
  const without = { ...weekly, schedules: [] };
  const week = { schedule: scheduleId, start: from, end: at("2026-01-12T09:00:00Z") };
  expect(compareSchedules(weekly, without, from, week.end)).toEqual([{ ...week, before: ana, after: null }]);
  expect(compareSchedules(without, weekly, from, week.end)).toEqual([{ ...week, before: null, after: ana }]);
});

test("of random teams: they differ just where it says", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(
      randomPolicies,
      randomPolicies,
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 20, maxLength: 20 }),
      (one, { team: other }, parts) => {
        const changes = compareSchedules(one.team, other, one.from, one.to);
        for (const part of parts) {
          const instant = instantIn(one, part);
          const [before, after] = [
            onCallAt(one.team, scheduleId, instant),
            onCallAt(other, scheduleId, instant),
          ];
          const found = changes.filter(({ start, end }) => start <= instant && instant < end);
          expect(found.map((change) => [change.before, change.after])).toEqual(
            before === after ? [] : [[before, after]],
          );
        }
        expect(compareSchedules(one.team, one.team, one.from, one.to)).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

test("who is no longer woken, who newly, who earlier or later", () => {
  const policy = (...steps: Parameters<typeof build.policy>[1]) => ({
    policies: [build.policy("default", steps)],
  });
  const run = (team: Team) =>
    simulate(team, {
      at: from,
      severity: "critical",
      title: "t",
      source: "s",
      labels: {},
      integration: null,
      desktops: ["ana", "ben", "chi", "dia"] as PersonId[],
      forMs: null,
    });
  const people = ["ana", "ben", "chi", "dia"].map((id) => build.withoutEmail(id));
  const [toAna, toBen, toChi, toDia] = people.map(({ id }) => build.step(build.toPerson(id)));
  const before = run(build.team({ people, ...policy(toAna!, toBen!, toChi!) }));
  const after = run(build.team({ people, ...policy(toBen!, toAna!, toDia!) }));
  expect(compareSimulations(before, after)).toEqual([
    { person: "ana", via: "desktop", beforeMs: 0, afterMs: build.minutes(5), change: "later" },
    { person: "ben", via: "desktop", beforeMs: build.minutes(5), afterMs: 0, change: "earlier" },
    { person: "chi", via: "desktop", beforeMs: build.minutes(10), afterMs: null, change: "no-longer" },
    { person: "dia", via: "desktop", beforeMs: null, afterMs: build.minutes(10), change: "newly" },
  ]);
  expect(compareSimulations(before, before).every(({ change }) => change === "same")).toBe(true);
});
