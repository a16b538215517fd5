/** One machine of a team whose disk is full: it lives on its reserve, and takes in nothing. */
import { expect, test } from "vitest";
import { EngineTeam } from "./support/engine-team.ts";

test("it tells nobody of what others have acknowledged, and acts as soon as it is the only one", async () => {
  const team = await EngineTeam.running(2);
  const coordinator = team.machines.find((machine) => machine.peers.position() === 0)!;
  const standby = team.machines.find((machine) => machine !== coordinator)!;
  const acknowledged = await coordinator.fire();
  await team.pass(3);
  standby.journal.restoreReserve = () => false;
  standby.journal.fail("full", 1);
  void standby.engine.submit({ kind: "clock-stepped", deltaMs: 1 });
  await team.pass(3);
  expect([standby.engine.health.ready, standby.peers.position()]).toEqual([false, null]);
  await coordinator.acknowledge(acknowledged);
  team.takeSent();
  await team.pass(3600);
  expect(team.takeSent()).toEqual([]);

  coordinator.crash();
  await team.pass(600);
  expect(standby.peers.position()).toBe(0);
  // What it could not take in it does not know; better once too often.
  expect(team.takeSent().length).toBeGreaterThan(0);
});
