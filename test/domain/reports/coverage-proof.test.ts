/** The coverage proof: exact examples, and on random teams against final schedules and against simulated alerts. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { IntegrationId, PersonId } from "#domain/ids";
import { finalSchedule } from "#domain/oncall/on-call";
import { isCovered, proveCoverage } from "#domain/reports/coverage-proof";
import { coverageWarnings } from "#domain/reports/coverage-warnings";
import { simulate } from "#domain/reports/simulate";
import { entriesOf } from "#domain/reports/simulated-timeline";
import { severities } from "#domain/severity";
import type { Policy, Team } from "#domain/team";
import * as build from "../../support/team-builder.ts";
import { ana, at, ben, chi, scheduleId, teamOf, type TeamPlan } from "../oncall/team-builder.ts";
import { randomPolicies } from "./random-policies.ts";

const workdays = { rrule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", from: "09:00", to: "17:00" };
const [from, to] = [at("2026-03-02T00:00:00Z"), at("2026-03-04T00:00:00Z")];

function team(plan: TeamPlan, policies: Policy[] = [], change: Partial<Team> = {}): Team {
  return {
    ...teamOf({ timeZone: "UTC", ...plan }),
    policies,
    routes: policies.slice(0, 1).map(({ id }) => ({ match: {}, policy: id })),
    ...change,
  };
}

/** `2026-03-02T00:00 2026-03-02T09:00` */
function spans(stretches: readonly { readonly start: number; readonly end: number }[]): string[] {
  const text = (instant: number) => new Date(instant).toISOString().slice(0, 16);
  return stretches.map(({ start, end }) => `${text(start)} ${text(end)}`);
}

const nights = [
  "2026-03-02T00:00 2026-03-02T09:00",
  "2026-03-02T17:00 2026-03-03T09:00",
  "2026-03-03T17:00 2026-03-04T00:00",
];

describe("schedules", () => {
  test("round the clock: covered", () => {
    const proof = proveCoverage(team({ layers: [{}] }), from, to);
    expect(proof.schedules).toEqual([{ schedule: scheduleId, gaps: [] }]);
    expect(isCovered(proof)).toBe(true);
  });

  test("in working hours only: every night, with its reason", () => {
    const proof = proveCoverage(team({ layers: [{ windows: [workdays] }] }), from, to);
    const { gaps } = proof.schedules[0]!;
    expect(spans(gaps)).toEqual(nights);
    expect(new Set(gaps.map(({ reason }) => reason))).toEqual(new Set(["outside-windows"]));
    expect(isCovered(proof)).toBe(false);
  });

  test("somebody on call without a way to be reached is not coverage", () => {
    const people = [
      build.person(ana, { notify: [{ via: "email", afterMs: 0 }] }),
      build.person(ben),
      build.person(chi),
    ];
    const noMail = team({ layers: [{ handoff: "FREQ=DAILY" }] }, [], { people, canEmail: false });
    // Every third day from 5 January on is ana's: 28 February, 3 March.
    const proof = proveCoverage(noMail, from, to);
    expect(proof.unreachable.map(({ person, stretches }) => [person, spans(stretches)])).toEqual([
      [ana, ["2026-03-03T09:00 2026-03-04T00:00"]],
    ]);
    expect(isCovered(proof)).toBe(false);
    expect(isCovered(proveCoverage({ ...noMail, canEmail: true }, from, to))).toBe(true);
  });
});

describe("policies", () => {
  const office = { layers: [{ windows: [workdays] }] };
  const holes = (subject: Team) =>
    proveCoverage(subject, from, to).policies.flatMap((policy) =>
      policy.holes.map(({ severities: sharing, stretches }) => [sharing.join(), spans(stretches)]),
    );

  test("another tier that reaches somebody closes the hole; the tier is known to be skipped", () => {
    const [first, second] = [build.step(build.toSchedule(scheduleId)), build.step(build.toPerson(chi))];
    const open = team(office, [build.policy("p", [first])]);
    expect(holes(open)).toEqual([["critical,error,warning,info", nights]]);
    const closed = team(office, [build.policy("p", [first, second])]);
    expect(holes(closed)).toEqual([]);
    expect(proveCoverage(closed, from, to).policies[0]!.steps.map(spans)).toEqual([nights, []]);
  });

  test("a tier is silent only while all its targets are", () => {
    const both = build.step([build.toSchedule(scheduleId), build.toPerson(chi)]);
    expect(holes(team(office, [build.policy("p", [both])]))).toEqual([]);
  });

  test("severity decides which tiers count", () => {
    const steps = [
      build.step(build.toSchedule(scheduleId)),
      build.step(build.toPerson(chi), { minSeverity: "error" }),
    ];
    expect(holes(team(office, [build.policy("p", steps)]))).toEqual([["warning,info", nights]]);
  });

  test("only severities that a route sends there count; where none does, those that it has a tier for", () => {
    const steps = [build.step(build.toPerson(chi), { minSeverity: "error" })];
    const policies = [build.policy("p", steps), build.policy("q", [build.step(build.toEveryone)])];
    const [toP, toQ] = policies.map(({ id }) => id);
    const routed = (routes: Team["routes"]) => holes(team(office, policies, { routes }));
    const always = [["warning,info", ["2026-03-02T00:00 2026-03-04T00:00"]]];
    expect(routed([{ match: {}, policy: toP! }])).toEqual(always);
    expect(
      routed([
        { match: { severity: ["critical"] }, policy: toP! },
        { match: {}, policy: toQ! },
      ]),
    ).toEqual([]);
    expect(routed([{ match: {}, policy: toQ! }])).toEqual([]);
  });
});

describe("shifts without a substitute", () => {
  const away = { person: ben, start: at("2026-01-10T00:00:00Z"), end: at("2026-01-20T00:00:00Z") };
  const found = (plan: TeamPlan) =>
    proveCoverage(team({ layers: [{}], ...plan }), at("2026-01-05T00:00:00Z"), at("2026-03-01T00:00:00Z"))
      .unsubstituted;

  test("away from beginning to end: who comes unasked", () => {
    expect(found({ absences: [away] })).toEqual([
      {
        schedule: scheduleId,
        layer: "layer-0",
        shift: 1,
        start: at("2026-01-12T09:00:00Z"),
        end: at("2026-01-19T09:00:00Z"),
        participant: ben,
        standIns: [chi],
      },
    ]);
  });

  test("two absences, one after the other, are one", () => {
    const middle = at("2026-01-15T00:00:00Z");
    expect(
      found({
        absences: [
          { ...away, end: middle },
          { ...away, start: middle },
        ],
      }),
    ).toHaveLength(1);
  });

  test("nobody at all when everyone is away", () => {
    const all = [ana, ben, chi].map((person) => ({ ...away, person }));
    expect(found({ absences: all })).toMatchObject([{ participant: ben, standIns: [null] }]);
  });

  test.each<[string, TeamPlan]>([
    ["a substitute", { absences: [{ ...away, substitute: ana }] }],
    ["back before the end", { absences: [{ ...away, end: at("2026-01-19T08:59:59Z") }] }],
    ["gone after the beginning", { absences: [{ ...away, start: at("2026-01-12T09:00:01Z") }] }],
    ["an override for all of it", { absences: [away], overrides: [{ ...away, person: ana }] }],
    [
      "no window in it",
      {
        absences: [away],
        layers: [{ windows: [{ rrule: "FREQ=MONTHLY;BYMONTHDAY=1", from: "09:00", to: "17:00" }] }],
      },
    ],
  ])("not one: %s", (_, plan) => {
    expect(found(plan)).toEqual([]);
  });

  test("a substitute who is away too is none", () => {
    const absences = [
      { ...away, substitute: ana },
      { ...away, person: ana },
    ];
    expect(found({ absences })).toMatchObject([{ participant: ben, standIns: [chi] }]);
  });
});

describe("warnings of the team file's check", () => {
  const office = { layers: [{ windows: [workdays] }] };
  const onlyOffice = [build.policy("p", [build.step(build.toSchedule(scheduleId))])];

  test("a silent policy, at its place", () => {
    expect(coverageWarnings(team(office, onlyOffice), from, to)).toEqual([
      {
        path: ["policies", 0],
        text: "p reaches nobody for any alert from 2026-03-02T00:00:00Z to 2026-03-02T09:00:00Z (and 2 more); tocsin coverage lists every stretch",
      },
    ]);
  });

  test("an absence without a substitute, once, at its place", () => {
    const absences = [
      { person: chi, start: at("2026-01-01T00:00:00Z"), end: at("2026-01-02T00:00:00Z") },
      { person: ben, start: at("2026-01-10T00:00:00Z"), end: at("2026-02-10T00:00:00Z") },
    ];
    const subject = team({ layers: [{}], absences });
    expect(coverageWarnings(subject, at("2026-01-05T00:00:00Z"), at("2026-04-05T00:00:00Z"))).toEqual([
      {
        path: ["absences", 1],
        text: "ben is away for a whole shift of primary, from 2026-01-12T09:00:00Z to 2026-01-19T09:00:00Z (and 1 more), without a substitute who could come; chi serves it then, so name a substitute, or add an override, if that is not meant",
      },
    ]);
  });

  test("none for a team that is covered, nor for a policy that the check knows to be silent always", () => {
    expect(coverageWarnings(team({ layers: [{}] }, onlyOffice), from, to)).toEqual([]);
    const nobody = [build.policy("p", [build.step(build.toGroup("none"))])];
    expect(coverageWarnings(team(office, nobody), from, to)).toEqual([]);
  });
});

test("gaps are the final schedule's empty segments", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(randomPolicies, ({ team: subject, from: start, to: end }) => {
      const empty = finalSchedule(subject, scheduleId, start, end).filter(({ person }) => person === null);
      const [schedule] = proveCoverage(subject, start, end).schedules;
      expect(spans(schedule!.gaps)).toEqual(spans(empty));
    }),
    { numRuns: 60 },
  );
});

test("a policy reaches nobody just when a simulated alert finds nobody", { timeout: 120_000 }, () => {
  let [silent, heard] = [0, 0];
  fc.assert(
    fc.property(
      randomPolicies,
      fc.constantFrom(...severities),
      fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
      ({ team: subject, from: start, to: end }, severity, picks) => {
        const { policies } = proveCoverage(subject, start, end);
        const policy = subject.routes.find(({ match }) => match.severity?.includes(severity) ?? true)!.policy;
        const hole = policies
          .find((one) => one.policy === policy)!
          .holes.find(({ severities: sharing }) => sharing.includes(severity));
        const stretches = hole?.stretches ?? [];
        // At borders and on both sides of them, where mistakes would be.
        const borders = [start, ...stretches.flatMap((stretch) => [stretch.start, stretch.end]), end];
        for (const pick of picks) {
          const instant = borders[pick % borders.length]! - (pick % 2);
          if (instant < start || instant >= end) continue;
          const inHole = stretches.some((stretch) => stretch.start <= instant && instant < stretch.end);
          const simulation = simulate(subject, {
            at: instant,
            severity,
            title: "t",
            source: "s",
            labels: {},
            integration: null as IntegrationId | null,
            desktops: subject.people.map(({ id }): PersonId => id),
            forMs: 1,
          });
          const entered = entriesOf(simulation).find(({ kind }) => kind === "step");
          expect(entered?.kind === "step" && entered.reason === "nobody-reachable").toBe(inHole);
          if (inHole) silent += 1;
          else heard += 1;
        }
      },
    ),
    { numRuns: 150 },
  );
  expect(Math.min(silent, heard)).toBeGreaterThan(20);
});
