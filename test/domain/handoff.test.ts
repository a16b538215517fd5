/**
 * An alert that meets a handoff: who is on duty is asked at the moment of asking, by the team the alert is frozen to.
 */
import { describe, expect, it } from "vitest";
import type { TeamRevision } from "#domain/ids";
import type { Team } from "#domain/team";
import { override, schedule } from "../support/schedule-builder.ts";
import { minutes, person, policy, seconds, step, team, toSchedule } from "../support/team-builder.ts";
import { World } from "../support/world.ts";

const desktopOnly = ["ana", "ben", "chi"].map((id) =>
  person(id, { notify: [{ via: "desktop", afterMs: 0 }] }),
);
const twice = policy("default", [step(toSchedule("primary")), step(toSchedule("primary"))]);
const onDuty = (change: Partial<Team> = {}): Team =>
  team({ people: desktopOnly, schedules: [schedule("primary")], policies: [twice], ...change });

/** One second before duty passes from ana to ben. */
const start = "2026-03-03T08:59:59Z";

describe("an alert that opens one second before a handoff", () => {
  it("asks who was on duty, and when it escalates after it, who is then", async () => {
    const world = await World.start({ team: onDuty(), start });
    const alert = await world.fire();
    world.expectSent("ana desktop");
    await world.fastForward(minutes(5) - seconds(1));
    world.expectSent();
    await world.fastForward(seconds(1));
    world.expectSent("ben desktop");
    expect(world.facts(alert, "step-entered").map(({ asked }) => asked)).toEqual([
      [{ person: "ana", because: "schedule", of: "primary" }],
      [{ person: "ben", because: "schedule", of: "primary" }],
    ]);
    expect(world.alert(alert).asked.map((asked) => asked.person)).toEqual(["ana", "ben"]);
  });

  it("asks the second schedule's person of then, too", async () => {
    const second = schedule("second", {
      layer: { participants: ["chi", "ana", "ben"].map((id) => person(id).id) },
    });
    const climbing = policy("default", [step(toSchedule("primary")), step(toSchedule("second"))]);
    const world = await World.start({
      team: onDuty({ schedules: [schedule("primary"), second], policies: [climbing] }),
      start,
    });
    await world.fire();
    world.expectSent("ana desktop");
    await world.fastForward(minutes(5));
    // Chi had the second schedule until nine.
    world.expectSent("ana desktop");
  });

  it.each([
    ["restarted", async (world: World) => world.boot(null)],
    ["restarted with the changed file", async (world: World) => world.boot(changed)],
    [
      "running on the changed file",
      async (world: World) => {
        void world.engine.submit({ kind: "team-loaded", team: changed });
        await world.time.settle();
      },
    ],
  ])("climbs by the team of its opening, in an engine %s", async (what, happen) => {
    const world = await World.start({ team: onDuty(), start });
    const alert = await world.fire();
    world.takeSent();
    if (what.startsWith("restarted")) world.crash();
    await happen(world);
    await world.fastForward(minutes(5));
    world.expectSent("ben desktop");
    expect(world.alert(alert).teamRevision).toBe("rev-1");
  });

  it("while one that opens under the changed file asks by that", async () => {
    const world = await World.start({ team: onDuty(), start });
    await world.fire({ dedupKey: "before" });
    void world.engine.submit({ kind: "team-loaded", team: changed });
    await world.fastForward(seconds(1));
    world.takeSent();
    const after = await world.fire({ dedupKey: "after" });
    world.expectSent("chi desktop");
    await world.fastForward(minutes(5));
    world.expectSent("ben desktop", "chi desktop");
    expect(world.alert(after).teamRevision).toBe("rev-2");
  });
});

/** Somebody writes chi in over the whole day of the handoff. */
const changed = onDuty({
  revision: "rev-2" as TeamRevision,
  schedules: [
    schedule("primary", { overrides: [override("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z", "chi")] }),
  ],
});
