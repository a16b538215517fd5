/** Popups and quiet words on whichever machine the person is, with the engines that ship, in virtual time. */
import { describe, expect, test } from "vitest";
import type { PersonId } from "#domain/ids";
import type { Clock } from "#engine/ports";
import { RemoteDesktops } from "#peers/remote-desktops";
import type { PeerMessage } from "#wire/peer-contract";
import { EngineTeam } from "./support/engine-team.ts";

describe("a popup", () => {
  test("goes to the machine where the person is, and the timeline of every machine says so", async () => {
    const team = await EngineTeam.running(3);
    team.at(2).setPeople(["ana", "active"]);
    await team.pass(1);
    const alert = await team.at(1).fire();
    await team.pass(1);
    expect(team.takeSent()).toEqual(["ana desktop at cc"]);
    for (const { engine } of team.machines) {
      const sent = engine.factsOf(alert).filter(({ kind }) => kind === "notification-sent");
      expect(sent).toHaveLength(1);
    }
  });

  test("goes to every machine where the person is", async () => {
    const team = await EngineTeam.running(3);
    for (const machine of team.machines) machine.setPeople(["ana", "active"]);
    await team.pass(1);
    await team.at(0).fire();
    await team.pass(1);
    expect(team.takeSent()).toEqual(["ana desktop at aa", "ana desktop at bb", "ana desktop at cc"]);
  });

  test("is sent although one of the machines cannot show it, and failed when none can", async () => {
    const team = await EngineTeam.running(3);
    team.at(0).setPeople(["ana", "active"]);
    team.at(2).setPeople(["ana", "active"]);
    team.at(0).shows = () => "not-shown";
    await team.pass(1);
    const alert = await team.at(0).fire();
    await team.pass(1);
    expect(team.takeSent()).toEqual(["ana desktop at cc"]);
    await team.at(0).acknowledge(alert);
    team.at(2).shows = () => "not-shown";
    await team.at(0).fire({ dedupKey: "other" });
    await team.pass(20);
    // The next channel at once, not after its minute.
    const coordinator = team.at(0).peers.status().coordinator!;
    expect(team.takeSent()).toEqual([`ana email at ${coordinator.slice(0, 2)}`]);
  });

  test("asked of a machine that is gone does not wait for it for ever", async () => {
    const team = await EngineTeam.running(2);
    team.at(1).setPeople(["ana", "active"]);
    await team.pass(1);
    team.at(1).sources.hang();
    team.at(1).crash();
    await team.at(0).fire();
    await team.pass(20);
    expect(team.takeSent()).toEqual(["ana email at aa"]);
  });

  test("is not shown where the journal says that it was acknowledged", async () => {
    const team = await EngineTeam.running(2);
    team.at(1).setPeople(["ana", "active"]);
    await team.pass(1);
    const alert = await team.at(0).fire();
    await team.pass(1);
    await team.at(1).acknowledge(alert);
    team.takeSent();
    const message = { type: "present", requestId: 1, alertId: alert, actionId: "x", person: "ana" } as const;
    team.at(0).send(team.at(1), { ...message, attempt: 1, why: "test" });
    await team.pass(5);
    expect(team.takeSent()).toEqual([]);
  });

  describe("of a round that was acknowledged, while the alert is in a later one", () => {
    test("is asked for under its own round", async () => {
      const team = await EngineTeam.running(1);
      const id = await team.at(0).fire();
      const alert = team.at(0).engine.findAlert(id)!;
      const popup = alert.notifications[0]!;
      const asked: PeerMessage[] = [];
      const remote = new RemoteDesktops(
        { callAfter: () => () => {} } as unknown as Clock,
        (_machine, message) => asked.push(message) > 0,
      );
      const notice = {
        actionId: popup.actionId,
        attempt: 1,
        // By what this machine knows it was triggered anew, twice, and nobody has quieted it.
        alert: { ...alert, round: popup.round + 2 },
        person: team.at(0).engine.state.team!.people[0]!,
        why: "w",
        stillWanted: () => true,
      };
      void remote.present(team.at(0).id, notice, new AbortController().signal);
      expect(asked).toMatchObject([{ type: "present", actionId: popup.actionId, round: popup.round }]);
    });

    test.each([0, 1, undefined])(
      "is not shown, whichever round another machine asks under: %s",
      async (round) => {
        const team = await EngineTeam.running(2);
        team.at(1).setPeople(["ana", "active"]);
        team.at(1).shows = () => new Promise(() => {}) as never;
        await team.pass(1);
        const alert = await team.at(0).fire();
        await team.pass(1);
        const popup = team
          .at(1)
          .engine.findAlert(alert)!
          .notifications.find(({ via }) => via === "desktop")!;
        expect(popup.state).toBe("attempted");
        await team.at(1).acknowledge(alert);
        void team.at(1).engine.submit({
          kind: "command",
          alertId: alert,
          by: null,
          origin: "api",
          command: { kind: "escalate" },
        });
        await team.pass(1);
        expect(team.at(1).engine.findAlert(alert)).toMatchObject({
          status: "triggered",
          round: 1,
          quietRound: 0,
        });
        const shown: string[] = [];
        team.at(1).shows = ({ actionId }) => (shown.push(actionId), "shown");
        const { actionId } = popup;
        const message = { type: "present", requestId: 1, alertId: alert, actionId, person: "ana" } as const;
        team.at(0).send(team.at(1), {
          ...message,
          attempt: 2,
          why: "test",
          ...(round !== undefined && { round }),
        });
        await team.pass(1);
        expect(shown).not.toContain(actionId);
      },
    );
  });

  test("of an alert that nobody knows is not shown", async () => {
    const team = await EngineTeam.running(2);
    team.at(1).setPeople(["ana", "active"]);
    await team.pass(1);
    const message = { type: "present", requestId: 1, alertId: "none", actionId: "x", person: "ana" } as const;
    team.at(0).send(team.at(1), { ...message, attempt: 1, why: "<b>why</b>" });
    await team.pass(5);
    expect(team.takeSent()).toEqual([]);
  });

  test("waits for the facts of its alert when they are on their way", async () => {
    const team = await EngineTeam.running(2);
    team.at(1).setPeople(["ana", "active"]);
    await team.pass(1);
    const message = {
      type: "present",
      requestId: 1,
      actionId: "x",
      person: "ana",
      attempt: 1,
      why: "w",
    } as const;
    team.at(0).shows = () => "not-shown";
    // The id of what will be opened: the same on every machine.
    const probe = await EngineTeam.running(1);
    const alertId = await probe.at(0).fire({ dedupKey: "soon" });
    team.at(0).send(team.at(1), { ...message, alertId });
    await team.pass(1);
    expect(team.takeSent()).toEqual([]);
    expect(await team.at(0).fire({ dedupKey: "soon" })).toBe(alertId);
    await team.pass(1);
    expect(team.takeSent()).toContain("ana desktop at bb");
  });
});

describe("who is there", () => {
  test("is known to every engine, at the best of a person's machines", async () => {
    const team = await EngineTeam.running(3);
    team.at(0).setPeople(["ana", "locked"]);
    team.at(1).setPeople(["ana", "idle"], ["ben", "active"]);
    await team.pass(1);
    for (const { engine } of team.machines) {
      expect([...engine.state.desktops].toSorted()).toEqual(["ana", "ben"]);
      expect(engine.state.away.get("ana" as PersonId)).toBe("idle");
      expect(engine.state.away.has("ben" as PersonId)).toBe(false);
    }
  });

  test("isolated, only those of this machine", async () => {
    const team = await EngineTeam.running(2);
    team.at(0).setPeople(["ana", "active"]);
    team.at(1).setPeople(["ben", "active"]);
    await team.pass(1);
    team.network.cut(team.at(0).id, team.at(1).id);
    await team.pass(12);
    expect([...team.at(0).engine.state.desktops]).toEqual(["ana"]);
    expect(team.at(0).engine.health.problems.map(({ kind }) => kind)).toEqual(["peers"]);
    team.network.healAll();
    await team.pass(5);
    expect([...team.at(0).engine.state.desktops].toSorted()).toEqual(["ana", "ben"]);
    expect(team.at(0).engine.health.problems).toEqual([]);
  });
});

describe("a quiet word", () => {
  const word = {
    kind: "tell",
    person: "ana" as PersonId,
    title: "Handoff",
    text: "You are on duty.",
  } as const;

  test("is said where the person is, and nowhere else", async () => {
    const team = await EngineTeam.running(3);
    team.at(1).setPeople(["ana", "locked"]);
    await team.pass(1);
    const until = team.time.wallMs() + 60_000;
    team.at(0).peers.tell({ ...word, until });
    await team.pass(1);
    expect(team.machines.map(({ told }) => told.length)).toEqual([0, 1, 0]);
    expect(team.at(1).told[0]).toMatchObject({ title: "Handoff", text: "You are on duty." });
    expect(Math.abs(team.at(1).told[0]!.until - until)).toBeLessThan(100);
  });

  test("is kept by everybody when the person is nowhere", async () => {
    const team = await EngineTeam.running(3);
    team.at(0).peers.tell({ ...word, until: team.time.wallMs() + 60_000 });
    await team.pass(1);
    expect(team.machines.map(({ told }) => told.length)).toEqual([1, 1, 1]);
  });
});

describe("a source that is heard on one machine only", () => {
  test("keeps the alert from going stale on all of them", async () => {
    const team = await EngineTeam.running(3);
    const report = { silentAfterMs: 300_000, repetition: "refresh" as const };
    const alert = await team.at(1).fire(report);
    for (let minute = 0; minute < 20; minute += 1) {
      await team.pass(60);
      await team.at(1).fire(report);
      for (const { engine } of team.machines) expect(engine.findAlert(alert)?.stale).toBe(false);
    }
    // And once it falls silent, it goes stale everywhere, in its time.
    await team.pass(280);
    for (const { engine } of team.machines) expect(engine.findAlert(alert)?.stale).toBe(false);
    await team.pass(90);
    for (const { engine } of team.machines) expect(engine.findAlert(alert)?.stale).toBe(true);
  });
});
