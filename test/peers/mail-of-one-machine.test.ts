/** A machine whose mail does not get through is its own trouble: the others send within a minute, whatever the reason. */
import { describe, expect, test } from "vitest";
import type { Outcome } from "#domain/input";
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
async function mailingTeam(withinMs: number): Promise<readonly [EngineTeam, EngineMachine]> {
  const team = await EngineTeam.running(3);
  const coordinator = team.machines.find((machine) => machine.peers.position() === 0)!;
  const people = ["ana", "ben"].map((id) => person(id, { notify: [{ via: "email", afterMs: 0 }] }));
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

test("a machine that is asleep is not waited for", async () => {
  const [team, coordinator] = await mailingTeam(minutes(30));
  for (const machine of team.machines) machine.mails = async () => permanently("authentication");
  for (const machine of team.machines) if (machine !== coordinator) machine.crash();
  await team.pass(20);
  const id = await coordinator.fire();
  await team.pass(1);
  expect(coordinator.engine.findAlert(id)!.step).toBe(1);
});

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
