/** Clocks that are set while a team works: no deadline moves on any machine, whatever arrives when. */
import { expect, test } from "vitest";
import type { AlertId } from "#domain/ids";
import { minutes, person, policy, step, team as teamOf, toPerson } from "../support/team-builder.ts";
import { EngineTeam, type EngineMachine } from "./support/engine-team.ts";
import { ids } from "./support/small-team.ts";

const hours = [-1, 1].map((hour) => hour * minutes(60));

/** Seconds. */
function untilNextStep({ engine, sources }: EngineMachine, id: AlertId): number {
  return (engine.state.open.get(id)!.nextEscalationAt! - sources.wallMs()) / 1000;
}

test.each(hours)("set by %d ms, and the next thing that comes is another machine's alert", async (byMs) => {
  const team = await EngineTeam.running(2);
  const [a, b] = [team.at(0), team.at(1)];
  await team.pass(1);
  b.sources.skewMs += byMs;
  const id = await a.fire({ dedupKey: "x" });
  await team.pass(5);
  expect(untilNextStep(b, id)).toBeCloseTo(untilNextStep(a, id), 0);
});

test.each(hours)("set by %d ms where an alert waits that the other hears of later", async (byMs) => {
  const team = await EngineTeam.running(2);
  const [a, b] = [team.at(0), team.at(1)];
  team.network.cut(ids[0]!, ids[1]!);
  await team.pass(60);
  const id = await a.fire({ dedupKey: "x" });
  await team.pass(240);
  a.sources.skewMs += byMs;
  await team.pass(1);
  team.network.healAll();
  await team.pass(4);
  expect(untilNextStep(a, id)).toBeCloseTo(55, 0);
  expect(untilNextStep(b, id)).toBeCloseTo(55, 0);
});

test.each([0, ...hours])("set by %d ms at the standby of one that died while it mailed", async (byMs) => {
  const team = await EngineTeam.running(2);
  const coordinator = team.machines.find((machine) => machine.peers.position() === 0)!;
  const standby = team.machines.find((machine) => machine !== coordinator)!;
  const people = [person("ana", { notify: [{ via: "email", afterMs: 0 }] })];
  const policies = [policy("default", [step(toPerson("ana"), { withinMs: minutes(60) })])];
  void coordinator.engine.submit({
    kind: "team-loaded",
    team: teamOf({ revision: "rev-2" as never, people, policies }),
  });
  await team.pass(5);
  coordinator.mails = () => new Promise(() => {});
  await coordinator.fire();
  await team.pass(1);
  coordinator.crash();
  standby.sources.skewMs += byMs;
  await team.pass(60);
  expect(team.takeSent()).toEqual([`ana email at ${standby.id.slice(0, 2)}`]);
});
