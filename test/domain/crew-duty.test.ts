/** Several on duty together in a running engine: all are asked at once, and only who comes or leaves hears of a handoff. */
import { describe, expect, it } from "vitest";
import type { PersonId } from "#domain/ids";
import type { Layer, Team } from "#domain/team";
import { MemoryJournal } from "#journal/memory";
import { schedule } from "../support/schedule-builder.ts";
import { minutes, person, policy, seconds, step, team, toSchedule } from "../support/team-builder.ts";
import { World } from "../support/world.ts";

const [ana, ben, chi] = ["ana", "ben", "chi"] as [PersonId, PersonId, PersonId];
const people = [ana, ben, chi].map((id) => person(id, { notify: [{ via: "desktop", afterMs: 0 }] }));

function onDuty(
  turns: readonly (readonly PersonId[])[],
  change: Partial<Team> = {},
  more: Partial<Layer> = {},
): Team {
  const layer = { participants: turns.map((turn) => turn[0] ?? ana), turns, ...more };
  const policies = [policy("default", [step(toSchedule("primary")), step(toSchedule("primary"))])];
  return team({ people, schedules: [schedule("primary", { layer })], policies, ...change });
}

/** Tuesday, 3 March: the second turn ends at nine on Wednesday. */
const start = "2026-03-03T12:00:00Z";
const day = minutes(24 * 60);

describe("an alert", () => {
  it("asks everybody on duty at once, each by name of the schedule, and whoever acknowledges quiets it for all", async () => {
    const world = await World.start({ team: onDuty([[chi], [ana, ben]]), start });
    const alert = await world.fire();
    world.expectSent("ana desktop", "ben desktop");
    expect(world.facts(alert, "step-entered").map(({ asked }) => asked)).toEqual([
      [
        { person: "ana", because: "schedule", of: "primary" },
        { person: "ben", because: "schedule", of: "primary" },
      ],
    ]);
    await world.command(alert, { kind: "acknowledge" }, "ben");
    await world.fastForward(minutes(30));
    world.expectSent();
  });

  it("asks whoever of a turn is there", async () => {
    const [from, to] = [Date.parse("2026-03-01T00:00:00Z"), Date.parse("2026-03-09T00:00:00Z")];
    const absences = [{ person: ana, start: from, end: to }];
    const world = await World.start({ team: onDuty([[chi], [ana, ben]], { absences }), start });
    await world.fire();
    world.expectSent("ben desktop");
  });

  it("passes over a turn with nobody at once, and says why", async () => {
    const world = await World.start({
      team: onDuty([[chi], []], {
        policies: [
          policy("default", [step(toSchedule("primary")), step({ kind: "person", id: ben } as const)]),
        ],
      }),
      start,
    });
    const alert = await world.fire();
    world.expectSent("ben desktop");
    expect(world.facts(alert, "step-skipped").map(({ reason }) => reason)).toEqual(["nobody-on-call"]);
  });

  it("never asks a shadow", async () => {
    const world = await World.start({ team: onDuty([[chi], [ana]], {}, { shadow: [ben] }), start });
    await world.fire();
    await world.fastForward(minutes(20));
    expect(world.takeSent().filter((sent) => sent.includes("ben"))).toEqual([]);
  });
});

describe("a handoff", () => {
  const untilHandoff = day - minutes(3 * 60) - minutes(15);
  const told = async (turns: readonly (readonly PersonId[])[]) => {
    const world = await World.start({ team: onDuty(turns), start });
    await world.fastForward(untilHandoff + seconds(1));
    return world.told.map(({ person: to, title, text }) => `${to}: ${title}. ${text}`);
  };

  it("is told to those who come and those who leave, not to who stays", async () => {
    expect(await told([[chi], [ana, ben], [ben, chi]])).toEqual([
      "chi: On call for primary from 09:00. Ana hands over to you. With you: Ben. No open alerts.",
      "ana: Your duty for primary ends at 09:00. Chi takes over. No open alerts.",
    ]);
  });

  it("from two to one and from one to two names who goes on", async () => {
    expect(await told([[chi], [ana, ben], [ana]])).toEqual([
      "ben: Your duty for primary ends at 09:00. Ana goes on without you. No open alerts.",
    ]);
    expect(await told([[chi], [ana], [ana, ben]])).toEqual([
      "ben: On call for primary from 09:00. With you: Ana. No open alerts.",
    ]);
    expect(await told([[chi], [ana, ben], [chi]])).toEqual([
      "chi: On call for primary from 09:00. Ana and Ben hand over to you. No open alerts.",
      "ana: Your duty for primary ends at 09:00. Chi takes over. No open alerts.",
      "ben: Your duty for primary ends at 09:00. Chi takes over. No open alerts.",
    ]);
    expect(await told([[chi], [ana, ben], []])).toEqual([
      "ana: Your duty for primary ends at 09:00. Nobody takes over. No open alerts.",
      "ben: Your duty for primary ends at 09:00. Nobody takes over. No open alerts.",
    ]);
    expect(await told([[chi], [], [ana, ben]])).toEqual([
      "ana: On call for primary from 09:00. Nobody was on call before you. With you: Ben. No open alerts.",
      "ben: On call for primary from 09:00. Nobody was on call before you. With you: Ana. No open alerts.",
    ]);
  });

  it("is told once, also by an engine that starts anew in between", async () => {
    const journal = new MemoryJournal();
    const world = await World.start({ team: onDuty([[chi], [ana, ben], [ben, chi]]), start, journal });
    await world.fastForward(untilHandoff + seconds(1));
    expect(world.takeTold()).toHaveLength(2);
    world.crash();
    await world.boot(null);
    await world.fastForward(minutes(10));
    expect(world.takeTold()).toEqual([]);
    const facts = [...journal.replay(0)].map(({ fact }) => fact);
    expect(facts.filter(({ kind }) => kind === "handoff-announced")).toMatchObject([
      { from: "ana", to: "ben", before: ["ana", "ben"], after: ["ben", "chi"] },
    ]);
  });
});
