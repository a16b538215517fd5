/** A machine whose mail does not get through is its own trouble: the others send within a minute, whatever the reason. */
import { describe, expect, test } from "vitest";
import type { Outcome } from "#domain/input";
import type { NotifyRule } from "#domain/team";
import { minutes, person, policy, seconds, step, team as teamOf, toPerson } from "../support/team-builder.ts";
import { EngineTeam, type EngineMachine } from "./support/engine-team.ts";

type Failure = Outcome & { readonly kind: "failed" };
const permanently = (reason: Failure["reason"]): Failure => ({
  kind: "failed",
  permanent: true,
  reason,
  text: "No.",
});

/** Ana is told by mail, at once; then Ben. */
async function mailingTeam(
  withinMs: number,
  machines = 3,
  notify: readonly NotifyRule[] = [{ via: "email", afterMs: 0 }],
): Promise<readonly [EngineTeam, EngineMachine]> {
  const team = await EngineTeam.running(machines);
  const coordinator = team.machines.find((machine) => machine.peers.position() === 0)!;
  const people = ["ana", "ben"].map((id) => person(id, { notify }));
  const steps = ["ana", "ben"].map((id) => step(toPerson(id), { withinMs }));
  const changed = teamOf({ revision: "rev-2" as never, people, policies: [policy("default", steps)] });
  void coordinator.engine.submit({ kind: "team-loaded", team: changed });
  await team.pass(5);
  return [team, coordinator];
}

describe.each<Failure>([
  permanently("unreachable"),
  permanently("authentication"),
  permanently("not-configured"),
  { ...permanently("unreachable"), permanent: false },
])("%o at the coordinator alone", (failure) => {
  test.each([30, 60, 300])("steps of %i s: each mail is sent once, within a minute", async (within) => {
    const [team, coordinator] = await mailingTeam(seconds(within));
    coordinator.mails = async () => failure;
    await coordinator.fire();
    await team.pass(59);
    expect(team.takeSent().filter((sent) => sent.startsWith("ana email"))).toHaveLength(1);
    await team.pass(within);
    expect(team.takeSent().filter((sent) => sent.startsWith("ben email"))).not.toEqual([]);
  });
});

test("what no machine can send has failed, and the next tier is asked at once", async () => {
  const [team, coordinator] = await mailingTeam(minutes(30));
  for (const machine of team.machines) machine.mails = async () => permanently("authentication");
  const id = await coordinator.fire();
  await team.pass(10);
  expect(coordinator.engine.findAlert(id)!.step).toBe(1);
});

test("what no machine can send is tried again by whichever is first, once it can be mended", async () => {
  const [team, coordinator] = await mailingTeam(minutes(60));
  for (const machine of team.machines) machine.mails = async () => permanently("authentication");
  await coordinator.fire();
  await team.pass(60);
  coordinator.crash();
  for (const machine of team.machines) machine.mails = async () => ({ kind: "sent" });
  team.takeSent();
  await team.pass(300);
  expect(team.takeSent().toSorted()).toEqual([
    expect.stringMatching(/^ana email/),
    expect.stringMatching(/^ben email/),
  ]);
  await team.pass(600);
  expect(team.takeSent()).toEqual([]);
});

test("a machine that is asleep is not waited for", async () => {
  const [team, coordinator] = await mailingTeam(minutes(30));
  for (const machine of team.machines) machine.mails = async () => permanently("authentication");
  for (const machine of team.machines) if (machine !== coordinator) machine.crash();
  await team.pass(20);
  const id = await coordinator.fire();
  await team.pass(1);
  expect(coordinator.engine.findAlert(id)!.step).toBe(1);
});

describe("the coordinator has given up, and the standby", () => {
  async function two() {
    const [team, coordinator] = await mailingTeam(minutes(30), 2);
    const standby = team.machines.find((machine) => machine !== coordinator)!;
    coordinator.mails = async () => permanently("authentication");
    return { team, coordinator, standby };
  }

  test("dies while it mails: the next tier is asked soon", async () => {
    const { team, coordinator, standby } = await two();
    standby.mails = () => new Promise(() => {});
    const id = await coordinator.fire();
    await team.pass(2);
    standby.crash();
    await team.pass(20);
    expect(coordinator.engine.findAlert(id)!.step).toBe(1);
  });

  test("had died a moment before, unnoticed: the next tier is asked soon", async () => {
    const { team, coordinator, standby } = await two();
    standby.crash();
    const id = await coordinator.fire();
    await team.pass(20);
    expect(coordinator.engine.findAlert(id)!.step).toBe(1);
  });

  test("cannot get through for now, and is stopped: the next tier is asked soon", async () => {
    const { team, coordinator, standby } = await two();
    standby.mails = async () => ({ ...permanently("unreachable"), permanent: false });
    const id = await coordinator.fire();
    await team.pass(30);
    await standby.peers.stop();
    await team.pass(20);
    expect(coordinator.engine.findAlert(id)!.step).toBe(1);
  });

  test("is told by the mail server to wait: the coordinator does not ask again", async () => {
    const { team, coordinator, standby } = await two();
    let asked = 0;
    coordinator.mails = async () => {
      asked += 1;
      return permanently("authentication");
    };
    standby.mails = async () => ({ ...permanently("temporary"), permanent: false });
    await coordinator.fire();
    await team.pass(120);
    expect(asked).toBe(1);
  });
});

test("a send that is under way is not made again because another machine's came to nothing", async () => {
  const [team, coordinator] = await mailingTeam(minutes(30), 2);
  const standby = team.machines.find((machine) => machine !== coordinator)!;
  const after = (machine: EngineMachine, ms: number, outcome: Outcome) => () =>
    new Promise<Outcome>((resolve) => void machine.sources.after(ms, () => resolve(outcome)));
  coordinator.mails = after(coordinator, 31_000, { ...permanently("timed-out"), permanent: false });
  standby.mails = after(standby, 3_000, { kind: "sent" });
  await coordinator.fire();
  await team.pass(60);
  expect(team.takeSent()).toEqual([`ana email at ${standby.id.slice(0, 2)}`]);
});

test.each([1, 2, 3])(
  "%i machines that give a mail up bring one further way forward, not several",
  async (machines) => {
    const notify: NotifyRule[] = [
      { via: "email", afterMs: 0 },
      ...[5, 10, 15].map((after): NotifyRule => ({ via: "desktop", afterMs: minutes(after) })),
    ];
    const [team, coordinator] = await mailingTeam(minutes(30), machines, notify);
    for (const machine of team.machines) machine.mails = async () => permanently("authentication");
    coordinator.setPeople(["ana", "active"]);
    await team.pass(5);
    await coordinator.fire();
    await team.pass(120);
    expect(team.takeSent().filter((sent) => sent.startsWith("ana desktop"))).toHaveLength(1);
  },
);

test.each([1, 2])(
  "asked anew, on %i machines, a mail that was given up waits for its time again",
  async (machines) => {
    const notify: NotifyRule[] = [
      { via: "desktop", afterMs: 0 },
      { via: "email", afterMs: minutes(5) },
    ];
    const [team, coordinator] = await mailingTeam(minutes(10), machines, notify);
    const firstTried = new Map<string, number>();
    for (const machine of team.machines)
      machine.mails = async ({ actionId }) => {
        const at = Math.round((team.time.monotonicMs() - firedAt) / 1000);
        if (!firstTried.has(actionId)) firstTried.set(actionId, at);
        return permanently("authentication");
      };
    coordinator.setPeople(["ana", "active"], ["ben", "active"]);
    await team.pass(5);
    const firedAt = team.time.monotonicMs();
    await coordinator.fire();
    await team.pass(1500);
    expect([...firstTried.values()]).toEqual([300, 900, 1500]);
  },
);

test("one address that the mail server refuses is asked for once, not by every machine", async () => {
  const [team, coordinator] = await mailingTeam(minutes(30));
  let asked = 0;
  for (const machine of team.machines)
    machine.mails = async () => {
      asked += 1;
      return permanently("refused");
    };
  const id = await coordinator.fire();
  await team.pass(60);
  expect(coordinator.engine.findAlert(id)!.step).toBe(1);
  // Ana's, and then Ben's.
  expect(asked).toBe(2);
});

test("what the last machine that is there has given up does not break the next step (seed 2679)", async () => {
  const [team, coordinator] = await mailingTeam(minutes(2), 2);
  const standby = team.machines.find((machine) => machine !== coordinator)!;
  coordinator.mails = async () => permanently("authentication");
  standby.mails = async () => ({ ...permanently("temporary"), permanent: false });
  const id = await coordinator.fire();
  await team.pass(40);
  // Gone for good; and while the coordinator is asleep, its next step comes due as well.
  coordinator.sources.sleep();
  await team.pass(1);
  standby.crash();
  await team.pass(200);
  coordinator.sources.goOn();
  await team.pass(30);
  const alert = coordinator.engine.findAlert(id)!;
  expect(alert.step).toBe(1);
  expect(coordinator.engine.health.problems.map(({ kind }) => kind)).not.toContain("invariant");
});
