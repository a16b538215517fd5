/** Contract §3: who is absent is not asked through a group or `everyone`; by name, they are. */
import { describe, expect, it } from "vitest";
import type { GroupId, PersonId } from "#domain/ids";
import { policyCoverage } from "#domain/reports/policy-coverage";
import { coverageWarnings } from "#domain/reports/coverage-warnings";
import { simulate } from "#domain/reports/simulate";
import { timelineOf } from "#domain/timeline";
import type { Absence, Policy, Team } from "#domain/team";
import { minutes, policy, step, team, toEveryone, toGroup, toPerson } from "../support/team-builder.ts";
import { World } from "../support/world.ts";

const start = "2026-08-03T09:00:00Z";
const [from, to] = [Date.parse("2026-08-01T00:00:00Z"), Date.parse("2027-08-01T00:00:00Z")];

const away = (who: string, first: string, last: string): Absence => ({
  person: who as PersonId,
  start: Date.parse(`${first}T00:00:00Z`),
  end: Date.parse(`${last}T00:00:00Z`),
});
const anaAway = away("ana", "2026-08-01", "2026-08-08");
const benAway = away("ben", "2026-08-05", "2026-08-10");

function teamOf(absences: readonly Absence[], ...steps: Policy["steps"]): Team {
  const groups = [{ id: "dba" as GroupId, people: ["ana", "ben"] as PersonId[] }];
  return team({ groups, absences, policies: [policy("default", [...steps])] });
}

describe("who is on holiday", () => {
  it("is not asked through a group", async () => {
    const world = await World.start({ start, team: teamOf([anaAway], step(toGroup("dba"))) });
    const id = await world.fire();
    expect(world.alert(id).asked).toEqual([{ person: "ben", because: "group", of: "dba" }]);
    world.expectSent("ben desktop");
    await world.fastForward(minutes(1));
    world.expectSent("ben email");
  });

  it("is not asked with everyone", async () => {
    const world = await World.start({ start, team: teamOf([anaAway], step(toEveryone)) });
    await world.fire();
    world.expectSent("ben desktop", "chi desktop");
  });

  it("is asked by name, and beside a group", async () => {
    const world = await World.start({
      start,
      team: teamOf([anaAway], step([toGroup("dba"), toPerson("ana")])),
    });
    await world.fire();
    world.expectSent("ana desktop", "ben desktop");
  });

  it("is asked again from the very instant on at which the absence ends, and until it begins", async () => {
    const world = await World.start({
      start: "2026-07-31T23:59:59.999Z",
      team: teamOf([anaAway], step(toGroup("dba"), { withinMs: minutes(5) })),
    });
    await world.fire({ dedupKey: "before" });
    world.expectSent("ana desktop", "ben desktop");
    const back = await World.start({
      start: "2026-08-08T00:00:00Z",
      team: teamOf([anaAway], step(toGroup("dba"))),
    });
    await back.fire();
    back.expectSent("ana desktop", "ben desktop");
  });
});

describe("a group that is wholly on holiday", () => {
  const absences = [anaAway, benAway];

  it("is skipped at once, with the reason, and the next tier is asked", async () => {
    const world = await World.start({
      start: "2026-08-06T09:00:00Z",
      team: teamOf(absences, step(toGroup("dba")), step(toPerson("chi"))),
    });
    const id = await world.fire();
    world.expectSent("chi desktop");
    const texts = timelineOf(world.engine.factsOf(id), null).map(({ text }) => text);
    expect(texts).toContain("Step 1 skipped at once: nobody in it is on call, or everybody is away.");
  });

  it("and nobody else in the policy: whoever is there and not away is asked as a last resort", async () => {
    const world = await World.start({
      start: "2026-08-06T09:00:00Z",
      team: teamOf(absences, step(toGroup("dba"))),
    });
    await world.fire();
    world.expectSent("chi desktop");
    // With nobody else there, the machine of somebody on holiday is still better than nothing.
    const alone = await World.start({
      start: "2026-08-06T09:00:00Z",
      team: teamOf(absences, step(toGroup("dba"))),
      desktops: ["ana"],
    });
    await alone.fire();
    alone.expectSent("ana desktop");
  });

  it("and nobody is there at all: that is said with its own remedy, which helps the open alert too", async () => {
    const made = teamOf(absences, step(toGroup("dba")));
    const world = await World.start({ start: "2026-08-06T09:00:00Z", team: made, desktops: [] });
    const id = await world.fire();
    const problems = () => world.engine.health.problems.map(({ kind, text }) => `${kind}: ${text}`);
    expect(problems()).toEqual([
      'reach: The alert "Disk full" reaches nobody: nobody whom its policy could ask is on call, or everybody is away, and no desktop is attached. Put somebody on call (tocsin override), or take an absence back; it is tried again within a minute.',
    ]);
    const mended = { ...teamOf([anaAway], step(toGroup("dba"))), revision: "mended" as Team["revision"] };
    void world.engine.submit({ kind: "team-loaded", team: mended });
    await world.fastForward(minutes(2));
    world.expectSent("ben email");
    expect(world.alert(id)).toMatchObject({ teamRevision: "mended", step: 0 });
    expect(problems()).toEqual([]);
  });

  it("is a hole in the coverage proof and in the simulation for as long as it lasts", () => {
    const made = teamOf(absences, step(toGroup("dba")));
    const [both] = [{ start: benAway.start, end: anaAway.end }];
    expect(policyCoverage(made, from, to)[0]).toMatchObject({
      steps: [[both]],
      holes: [{ severities: ["critical", "error", "warning", "info"], stretches: [both] }],
    });
    const plan = {
      severity: "critical",
      title: "t",
      source: "s",
      labels: {},
      integration: null,
      desktops: ["ana", "ben"] as PersonId[],
      forMs: minutes(4),
    } as const;
    const reasons = (at: number) =>
      simulate(made, { ...plan, at }).facts.flatMap((fact) =>
        fact.kind === "step-entered" ? [fact.reason] : [],
      );
    expect(reasons(both!.start - 1)).toEqual(["opened"]);
    expect(reasons(both!.start)[0]).toEqual("nobody-reachable");
    expect(reasons(both!.end)).toEqual(["opened"]);
  });
});

describe("the check warns", () => {
  const warnings = (made: Team) =>
    coverageWarnings(made, from, to).map(({ path, text }) => `${path.join(".")}: ${text}`);

  it("of a policy that reaches nobody while a group is away", () => {
    expect(warnings(teamOf([anaAway, benAway], step(toGroup("dba"))))).toEqual([
      "policies.0: default reaches nobody for any alert from 2026-08-05T00:00:00Z to 2026-08-08T00:00:00Z; tocsin coverage lists every stretch",
    ]);
  });

  it("of a tier that is empty meanwhile, with the dates", () => {
    expect(warnings(teamOf([anaAway, benAway], step(toGroup("dba")), step(toPerson("chi"))))).toEqual([
      "policies.0.steps.0: everybody whom this step could ask is away from 2026-08-05T00:00:00Z to 2026-08-08T00:00:00Z, so it is skipped then; add somebody who is there",
    ]);
  });

  it("of somebody who is named although away, once, with the first stretch and how many more", () => {
    const later = away("ana", "2026-12-24", "2026-12-27");
    const touching = away("ana", "2026-08-08", "2026-08-09");
    expect(warnings(teamOf([anaAway, touching, later], step([toPerson("ben"), toPerson("ana")])))).toEqual([
      "policies.0.steps.0.notify.1: ana is named here, so is asked although away from 2026-08-01T00:00:00Z to 2026-08-09T00:00:00Z (and 1 more); name a schedule or a group instead, or add somebody who is there",
    ]);
  });

  it("of nothing when somebody of the group is always there, or when the absence is over", () => {
    expect(warnings(teamOf([anaAway], step(toGroup("dba")), step(toEveryone)))).toEqual([]);
    const old = away("ana", "2026-06-01", "2026-06-10");
    expect(warnings(teamOf([old], step(toPerson("ana"))))).toEqual([]);
  });
});

it("who comes back from holiday is asked in the policy's next run", async () => {
  const absences = [anaAway, away("ben", "2026-08-01", "2026-09-01")];
  const policies = [policy("default", [step(toGroup("dba")), step(toPerson("chi"))], { repeat: 3 })];
  const world = await World.start({
    start: "2026-08-07T23:58:00Z",
    team: { ...teamOf(absences), policies },
  });
  await world.fire();
  world.expectSent("chi desktop");
  await world.fastForward(minutes(5));
  expect(world.takeSent()).toEqual(["ana desktop", "chi email"]);
});
