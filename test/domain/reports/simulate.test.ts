/** The time machine against what it claims to foresee: the engine that ships, on random policies. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlertFact, Fact } from "#domain/fact";
import type { IntegrationId, PersonId, PolicyId, ScheduleId } from "#domain/ids";
import { onCallAt } from "#domain/oncall/on-call";
import { simulate, type SimulationPlan } from "#domain/reports/simulate";
import { entriesOf } from "#domain/reports/simulated-timeline";
import { severities } from "#domain/severity";
import type { Team } from "#domain/team";
import { scheduleId, at as instant } from "../oncall/team-builder.ts";
import * as build from "../../support/team-builder.ts";
import { World } from "../../support/world.ts";
import { instantIn, randomPolicies } from "./random-policies.ts";

const everybody = ["ana", "ben", "chi"] as PersonId[];

function planOf(change: Partial<SimulationPlan> = {}): SimulationPlan {
  return {
    at: instant("2026-03-02T08:00:00Z"),
    severity: "critical",
    title: "Disk full",
    source: "db1",
    labels: {},
    integration: "prometheus" as IntegrationId,
    desktops: everybody,
    forMs: null,
    ...change,
  };
}

/** `+60 ben email`, seconds after the alert; steps as `+300 step 2: ben`, skipped ones with their reason. */
function told(team: Team, plan: SimulationPlan): string[] {
  return entriesOf(simulate(team, plan)).map((entry) => {
    const after = `+${entry.afterMs / 1000}`;
    switch (entry.kind) {
      case "step":
        return `${after} step ${entry.step + 1}: ${entry.asked.map(({ person }) => person).join(" ")}`;
      case "skipped":
        return `${after} no step ${entry.step + 1}: ${entry.reason}`;
      case "notified":
        return `${after} ${entry.person} ${entry.via}`;
      case "not-notified":
        return `${after} not ${entry.person} ${entry.via}: ${entry.reason}`;
    }
  });
}

describe("nobody answers", () => {
  test("each tier in its time, each channel in its own, until the last step only repeats", () => {
    expect(told(build.team(), planOf())).toEqual([
      "+0 step 1: ana",
      "+0 ana desktop",
      "+60 ana email",
      "+300 step 2: ben",
      "+300 ben desktop",
      "+360 ben email",
      "+600 step 3: ana ben chi",
      "+600 ana desktop",
      "+600 ben desktop",
      "+600 chi desktop",
      "+660 ana email",
      "+660 ben email",
      "+660 chi email",
    ]);
    expect(simulate(build.team(), planOf())).toMatchObject({
      policy: "default",
      ended: "settled",
      until: instant("2026-03-02T08:15:00Z"),
    });
  });

  test("with a time given: to its end exactly, the end itself not included", () => {
    const entries = told(build.team(), planOf({ forMs: build.minutes(15) }));
    expect(entries).toEqual(told(build.team(), planOf()));
    expect(told(build.team(), planOf({ forMs: build.minutes(15) + 1 })).slice(entries.length)).toEqual([
      "+900 step 3: ana ben chi",
      "+900 ana desktop",
      "+900 ben desktop",
      "+900 chi desktop",
    ]);
  });

  test("tiers are skipped at once, with the reason", () => {
    const team = build.team({
      people: [build.withoutEmail("ana"), build.person("ben"), build.person("chi")],
      schedules: [{ id: "empty" as ScheduleId, timeZone: "UTC", layers: [], overrides: [] }],
      policies: [
        build.policy("default", [
          build.step(build.toEveryone, { minSeverity: "critical" }),
          build.step(build.toSchedule("empty")),
          build.step(build.toPerson("ana")),
          build.step(build.toPerson("ben")),
        ]),
      ],
    });
    expect(told(team, planOf({ severity: "error", desktops: ["chi" as PersonId] }))).toEqual([
      "+0 no step 1: below-min-severity",
      "+0 no step 2: nobody-on-call",
      "+0 no step 3: nobody-reachable",
      "+0 step 4: ben",
      "+0 not ben desktop: no-desktop-attached",
      "+0 ben email",
    ]);
  });

  test("where nobody can be reached every desktop is asked, and whoever comes on call later is told", () => {
    const team = build.team({
      schedules: [
        {
          id: "days" as ScheduleId,
          timeZone: "UTC",
          layers: [
            {
              id: "days",
              participants: ["ben" as PersonId],
              start: "2026-01-05T00:00:00",
              handoff: "FREQ=WEEKLY",
              windows: [{ rrule: "FREQ=DAILY", from: "09:00", to: "17:00" }],
            },
          ],
          overrides: [],
        },
      ],
      policies: [build.policy("default", [build.step(build.toSchedule("days"))])],
    });
    expect(told(team, planOf({ desktops: [] }))).toEqual([
      "+0 no step 1: nobody-on-call",
      "+0 step 1: ",
      "+3600 step 1: ben",
      "+3600 not ben desktop: no-desktop-attached",
      "+3600 ben email",
    ]);
    expect(told(team, planOf({ desktops: ["chi" as PersonId] })).slice(0, 3)).toEqual([
      "+0 no step 1: nobody-on-call",
      "+0 step 1: chi",
      "+0 chi desktop",
    ]);
  });

  test("a last resort whose desktop rule comes due with the next look at the tiers", () => {
    const late = build.person("chi", { notify: [{ via: "desktop", afterMs: build.minutes(2) }] });
    const team = build.team({
      people: [build.withoutEmail("ana"), late],
      policies: [build.policy("default", [build.step(build.toPerson("ana"))])],
    });
    expect(told(team, planOf({ desktops: ["chi" as PersonId] }))).toEqual([
      "+0 no step 1: nobody-reachable",
      "+0 step 1: chi",
      "+120 chi desktop",
    ]);
  });

  test("routes decide by severity, labels, source and integration", () => {
    const policies = ["a", "b", "c", "d", "default"].map((id) =>
      build.policy(id, [build.step(build.toEveryone)]),
    );
    const route = (match: Team["routes"][number]["match"], policy: string) => ({
      match,
      policy: policy as PolicyId,
    });
    const team = build.team({
      policies,
      routes: [
        route({ severity: ["info"] }, "a"),
        route({ labels: { team: "db" } }, "b"),
        route({ source: "db2" }, "c"),
        route({ integration: "nagios" as IntegrationId }, "d"),
        route({}, "default"),
      ],
    });
    const policyFor = (change: Partial<SimulationPlan>) => simulate(team, planOf(change)).policy;
    expect([
      policyFor({ severity: "info", source: "db2" }),
      policyFor({ labels: { team: "db" } }),
      policyFor({ source: "db2" }),
      policyFor({ integration: "nagios" as IntegrationId }),
      policyFor({ integration: null }),
    ]).toEqual(["a", "b", "c", "d", "default"]);
  });

  test("a policy of seconds that is watched for weeks is cut short, and says so", () => {
    const team = build.team({
      policies: [build.policy("default", [build.step(build.toEveryone, { withinMs: 1000 })])],
    });
    const { ended, until } = simulate(team, planOf({ forMs: 366 * 86_400_000 }));
    expect(ended).toBe("too-long");
    expect(until).toBeGreaterThan(planOf().at + build.minutes(15));
  });
});

test("the first step asks whom the schedule has on call at that moment", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(randomPolicies, fc.double({ min: 0, max: 1, noNaN: true }), (random, part) => {
      const at = instantIn(random, part);
      const steps = [build.step(build.toSchedule(scheduleId)), build.step(build.toPerson("dia"))];
      const people = random.team.people.map(({ id }) => build.person(id));
      const team = {
        ...random.team,
        people,
        policies: [build.policy("first", steps), build.policy("second", steps)],
      };
      const [first] = entriesOf(simulate(team, planOf({ at, desktops: people.map(({ id }) => id) })));
      const onCall = onCallAt(team, scheduleId, at);
      expect(first).toMatchObject(
        onCall === null
          ? { kind: "skipped", step: 0, reason: "nobody-on-call" }
          : { kind: "step", step: 0, asked: [{ person: onCall, because: "schedule", of: scheduleId }] },
      );
    }),
    { numRuns: 100 },
  );
});

/** Of one moment each notification's own facts one after another: which of them has its turn first is the outbox's affair. */
function inOrder(facts: readonly AlertFact[]) {
  const about = (fact: AlertFact) => ("actionId" in fact ? fact.actionId : "");
  const sorted = facts.toSorted(
    (a, b) => a.at - b.at || (about(a) < about(b) ? -1 : Number(about(a) > about(b))),
  );
  return sorted.map(comparable);
}

test("it is what the engine does, fact by fact", { timeout: 120_000 }, async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(
      randomPolicies,
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.constantFrom(...severities),
      fc.subarray(["ana", "ben", "chi", "dia"] as PersonId[]),
      fc.option(fc.integer({ min: 1, max: 180 }), { nil: null }),
      async (random, part, severity, desktops, forMinutes) => {
        const at = instantIn(random, part);
        const plan = planOf({
          at,
          severity,
          desktops,
          forMs: forMinutes === null ? null : build.minutes(forMinutes),
        });
        const simulation = simulate(random.team, plan);
        const { until, facts } = simulation;

        const world = await World.start({ team: random.team, start: new Date(at).toISOString(), desktops });
        const id = await world.fire({ severity, dedupKey: "simulation" });
        // A day of "still nobody" is a tick a minute: the first hours are enough to compare.
        const end = Math.min(until, at + build.minutes(240));
        await world.fastForward(end - at);
        const before = (fact: Fact) => fact.at < end;
        const happened = world.engine.factsOf(id).filter((fact): fact is AlertFact => "alertId" in fact);
        expect(inOrder(facts.filter(before))).toEqual(inOrder(happened.filter(before)));
        compared += facts.length;
      },
    ),
    { numRuns: 60 },
  );
  // Else the teams were empty and the test has shown nothing.
  expect(compared).toBeGreaterThan(300);
});

/** The alert's id is its own in each world, and part of every action's. */
function comparable(fact: AlertFact): unknown {
  return JSON.parse(JSON.stringify(fact).replaceAll(fact.alertId, "ID"));
}
