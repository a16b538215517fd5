/**
 * A mail server that needs half a second for each mail, and a large outage: the queue of the machine that acts first is
 * longer than the others' patience. While it moves they leave it alone; when it does not, they have it within a minute.
 */
import { describe, expect, test } from "vitest";
import type { AlertId } from "#domain/ids";
import type { Outcome } from "#domain/input";
import type { NotifyRule } from "#domain/team";
import { minutes, person, policy, seconds, step, team as teamOf, toPerson } from "../support/team-builder.ts";
import { trials } from "../support/trials.ts";
import { EngineTeam, type EngineMachine } from "./support/engine-team.ts";

const notify: readonly NotifyRule[] = [{ via: "email", afterMs: 0 }];
const alerts = trials(250, 500);
/** Long enough for the queue to outlast the others' patience, eight mails at once. */
const mailMs = 1_500;

async function floodedTeam(machines: number, severity: "critical" | "info" = "critical") {
  const team = await EngineTeam.running(machines);
  const coordinator = team.machines.find((machine) => machine.peers.position() === 0)!;
  const others = team.machines.filter((machine) => machine !== coordinator);
  const people = [person("ana", { notify })];
  const steps = [step(toPerson("ana"), { withinMs: minutes(60) })];
  const changed = teamOf({ revision: "rev-2" as never, people, policies: [policy("default", steps)] });
  void coordinator.engine.submit({ kind: "team-loaded", team: changed });
  await team.pass(5);
  for (const machine of team.machines) machine.mails = takes(machine, mailMs);
  const content = { severity, title: "Down", source: "db", labels: {}, details: {}, links: [] };
  const fire = (index: number) => coordinator.fire({ dedupKey: `flood-${index}`, content });
  const ids: AlertId[] = await Promise.all(Array.from({ length: alerts }, (_, index) => fire(index)));
  return { team, coordinator, others, ids };
}

/** The mail server's answer after so long, at this machine. */
function takes(machine: EngineMachine, ms: number, outcome: Outcome = { kind: "sent" }) {
  return () => new Promise<Outcome>((resolve) => void machine.sources.after(ms, () => resolve(outcome)));
}

const duplicatesOf = ({ sent }: EngineTeam) =>
  sent.length - new Set(sent.map(({ actionId }) => actionId)).size;
const reached = ({ sent }: EngineTeam) => new Set(sent.map(({ alertId }) => alertId)).size;

describe("without a fault", () => {
  test.each([2, 3])(
    "%i machines send nothing twice, however long the queue",
    async (machines) => {
      const { team, coordinator } = await floodedTeam(machines, machines === 2 ? "critical" : "info");
      await team.pass(trials(110, 220));
      expect(reached(team)).toBe(alerts);
      expect(duplicatesOf(team)).toBe(0);
      expect(new Set(team.sent.map(({ by }) => by)), "one queue, not two").toEqual(new Set([coordinator.id]));
      // Opened, its step, attempted, sent: waiting costs no fact.
      expect(coordinator.engine.vector()[coordinator.engine.origin]).toBeLessThan(4 * alerts + 30);
    },
    60_000,
  );
});

describe("the machine with the queue", () => {
  test("dies: the next one sends all that it had not begun, at once", async () => {
    const { team, coordinator, others } = await floodedTeam(2);
    await team.pass(5);
    const before = reached(team);
    expect(before).toBeLessThan(alerts);
    coordinator.crash();
    await team.pass(15);
    expect(reached(team)).toBeGreaterThan(before + 20);
    for (const machine of others) machine.mails = async () => ({ kind: "sent" });
    await team.pass(45);
    expect(reached(team)).toBe(alerts);
    // What was under way when it died: its outcome is not known.
    expect(duplicatesOf(team)).toBeLessThanOrEqual(8);
  }, 60_000);

  test("goes on living, but no mail of its gets through any more: the next one has them within a minute", async () => {
    const { team, coordinator } = await floodedTeam(2);
    await team.pass(5);
    coordinator.mails = () => new Promise(() => {});
    await team.pass(45);
    expect(reached(team)).toBeGreaterThan(50);
    await team.pass(trials(90, 180));
    expect(reached(team)).toBe(alerts);
    expect(duplicatesOf(team)).toBeLessThanOrEqual(8);
  }, 60_000);

  test("a critical mail that it does not send is sent by the next one, although its info mails get through", async () => {
    const { team, coordinator, others } = await floodedTeam(2, "info");
    coordinator.mails = (notice) =>
      notice.alert.severity === "critical" ? new Promise(() => {}) : takes(coordinator, 500)();
    await team.pass(seconds(5) / 1000);
    const worst = await coordinator.fire({ dedupKey: "worst" });
    await team.pass(40);
    const sent = team.sent.filter(({ alertId }) => alertId === worst);
    expect(sent.map(({ by }) => by)).toEqual([others[0]!.id]);
  }, 60_000);
});

test("what one machine could not get through is not left to it because others' mails get through (seed 2582)", async () => {
  const { team, coordinator } = await floodedTeam(2);
  await team.pass(trials(90, 150));
  for (const machine of team.machines) machine.mails = takes(machine, 100);
  const hangs: Outcome = { kind: "failed", permanent: false, reason: "timed-out", text: "No answer." };
  coordinator.mails = (notice) =>
    notice.alert.title === "Worst" ? takes(coordinator, 29_000, hangs)() : takes(coordinator, 100)();
  const content = { severity: "critical", source: "db", labels: {}, details: {}, links: [] } as const;
  const worst = await coordinator.fire({ dedupKey: "worst", content: { ...content, title: "Worst" } });
  for (let second = 0; second < 40; second += 4) {
    await coordinator.fire({ dedupKey: `other-${second}`, content: { ...content, title: "Other" } });
    await team.pass(4);
  }
  expect(team.sent.filter(({ alertId }) => alertId === worst)).toHaveLength(1);
}, 60_000);
