/**
 * A team of four engines as real processes with a real mail server, while the network between them is cut and a disk is
 * full: house invariants 1 to 5. What dying and hanging machines do is in team.real.test.ts. Each test prints its figures.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startMailServer, type MailServer } from "../support/mail-server.ts";
import { mountTmpfs, type SmallDisk } from "../support/small-disk.ts";
import { engines, event, eventsPath, teamOfSix } from "../support/team-of-six.ts";
import { TeamOfProcesses, type TeamMachine } from "../support/team-processes.ts";
import { allKnow, hasReached, say, seconds, since, TeamWatch } from "../support/team-watch.ts";
import { endProcesses } from "../support/tocsin-process.ts";

/** Whose machine has the small disk: the first of the team, who is likely to coordinate. */
const onSmallDisk = "ana";

let mail: MailServer;
let disk: SmallDisk;
let team: TeamOfProcesses;
let watch: TeamWatch;

beforeAll(async () => {
  disk = mountTmpfs("48m");
  mail = await startMailServer();
  const teamFile = teamOfSix(mail.smtpPort);
  team = await TeamOfProcesses.start({
    teamFile,
    engines,
    desks: [],
    folders: { [onSmallDisk]: disk.folder },
  });
  watch = new TeamWatch(team, mail);
}, 180_000);

afterAll(async () => {
  team?.close();
  await endProcesses();
  await mail?.stop();
  disk?.unmount();
});

test("cut into 2 and 2: both halves carry on, and are one team again", async () => {
  const leader = await team.agree();
  const others = team.engines.filter((one) => one !== leader);
  const here = [leader, others[0]!];
  const there = [others[1]!, others[2]!];
  const known = await watch.raise(leader, "Open when the network is cut", "ladder");
  await allKnow(team.engines, known, "triggered");
  // Its step is due before the others can know that nobody coordinates there any more.
  await pause(7_000);
  team.network.cut(names(here), names(there));
  const cutAt = Date.now();
  const next = await team.agree(there);
  expect(there).toContain(next);
  const tookOver = seconds(Date.now() - cutAt);
  const hereOnly = await watch.raise(leader, "Raised in one half", "ladder");
  const thereOnly = await watch.raise(next, "Raised in the other half", "ladder");
  await Promise.all([
    eventually("here: the second step", () => hasReached(here[1]!, known, 1), 70_000),
    eventually("there: the second step", () => hasReached(there[1]!, known, 1), 70_000),
    eventually("the second step of what only these know", () => hasReached(here[1]!, hereOnly, 1), 70_000),
    eventually("the second step of what only those know", () => hasReached(there[1]!, thereOnly, 1), 70_000),
  ]);
  const lateHere = seconds(await watch.latestStepMs([known, hereOnly], here));
  const lateThere = seconds(await watch.latestStepMs([known, thereOnly], there));
  await there[0]!.acknowledge(known);
  team.network.heal();
  const healedMs = performance.now();
  await allKnow(team.engines, known, "acknowledged");
  for (const id of [hereOnly, thereOnly]) await allKnow(team.engines, id, "triggered");
  const heard = since(healedMs);
  await team.agree();
  const together = since(healedMs);
  for (const id of [hereOnly, thereOnly]) await team.machine("dan").acknowledge(id);
  for (const id of [hereOnly, thereOnly]) await allKnow(team.engines, id, "acknowledged");
  say(
    `2 | 2: the other half had its own coordinator after ${tookOver}, steps at most ${lateHere} late here, ${lateThere} there; healed, all knew all after ${heard}, one coordinator after ${together}`,
  );
}, 150_000);

test("one machine alone: it says so, and its own alert goes out; so does everybody else's", async () => {
  const leader = await team.agree();
  const others = team.engines.filter((one) => one !== leader);
  const known = await watch.raise(others[0]!, "Open when one is cut off", "ladder");
  await allKnow(team.engines, known, "triggered");
  team.network.cut([leader.name], names(others));
  const cutAt = Date.now();
  await eventually("it says that it is alone", () => isIsolated(leader), 30_000);
  const said = seconds(Date.now() - cutAt);
  const alone = await watch.raise(leader, "Raised where nobody hears it", "ladder");
  await Promise.all([
    eventually("its own second step", () => hasReached(leader, alone, 1), 70_000),
    eventually("everybody's second step", () => hasReached(others[0]!, known, 1), 70_000),
  ]);
  const late = seconds(
    Math.max(await watch.latestStepMs([alone], [leader]), await watch.latestStepMs([known], others)),
  );
  const { problems } = await healthOf(leader);
  expect(problems.map(({ kind }) => kind)).toContain("peers");
  team.network.heal();
  const healedMs = performance.now();
  await allKnow(others, alone, "triggered");
  const heard = since(healedMs);
  for (const id of [known, alone]) await others[0]!.acknowledge(id);
  for (const id of [known, alone]) await allKnow(team.engines, id, "acknowledged");
  await team.agree();
  expect(await isIsolated(leader)).toBe(false);
  say(
    `cut off: said so after ${said}, steps at most ${late} late; healed, the others had its alert after ${heard}`,
  );
}, 150_000);

test("a coordinator that is heard and hears nobody: the next step comes all the same", async () => {
  const leader = await team.agree();
  const others = team.engines.filter((one) => one !== leader);
  const id = await watch.raise(others[0]!, "Its coordinator hears nobody", "ladder");
  await allKnow(team.engines, id, "triggered");
  team.network.cutOneWay(names(others), [leader.name]);
  await eventually("the second step", () => hasReached(others[0]!, id, 1), 70_000);
  const latestMs = await watch.latestStepMs([id], others);
  expect(latestMs).toBeLessThanOrEqual(60_000);
  await others[0]!.acknowledge(id);
  await allKnow(others, id, "acknowledged");
  team.network.heal();
  await allKnow([leader], id, "acknowledged");
  await team.agree();
  say(`one way only: steps at most ${seconds(latestMs)} late`);
}, 150_000);

test("a full disk on one: it takes nothing more, the others carry on, and it catches up when there is room", async () => {
  const full = team.machine(onSmallDisk);
  const others = team.engines.filter((one) => one !== full);
  const open = await watch.raise(full, "Open when its disk is full", "ladder");
  await allKnow(team.engines, open, "triggered");
  disk.fill();
  await eventually("it takes no new alert", () => isRefused(full), 30_000);
  const fullAt = Date.now();
  const next = await team.agreeWithout(others, full);
  expect(next).not.toBe(full);
  const tookOver = seconds(Date.now() - fullAt);
  const elsewhere = await watch.raise(others[0]!, "Raised while one disk is full", "ladder");
  await Promise.all([
    eventually("the step of what was open", () => hasReached(others[0]!, open, 1), 70_000),
    eventually("the step of what is new", () => hasReached(others[0]!, elsewhere, 1), 70_000),
  ]);
  for (const id of [open, elsewhere]) await others[0]!.acknowledge(id);
  disk.free();
  const freedMs = performance.now();
  for (const id of [open, elsewhere]) await allKnow(team.engines, id, "acknowledged");
  const caughtUp = since(freedMs);
  const late = seconds(await watch.latestStepMs([open, elsewhere]));
  say(
    `disk full: ${next.name} coordinated after ${tookOver}, steps at most ${late} late; with room again, it had caught up after ${caughtUp}`,
  );
}, 150_000);

test("a laptop that was off brings its team file back, edited: nothing is reverted, and nobody is woken", async () => {
  const [ben, chi, dan] = ["ben", "chi", "dan"].map((name) => team.machine(name)) as [
    TeamMachine,
    TeamMachine,
    TeamMachine,
  ];
  const alerts = await Promise.all(team.engines.map(({ process }) => process.alerts("all")));
  await dan.process.stop();
  edit(ben, ["alice", "Alice"]);
  await eventually("the edit of one", () => fileOf(chi).includes('"Alice"'), 30_000);
  edit(chi, ["ops", "Operations"]);
  await eventually("the edit of the other", () => fileOf(ben).includes('"Operations"'), 30_000);
  edit(dan, ["dan", "Daniel"], ["alice", "Alicia"]);
  await dan.restart();
  const backMs = performance.now();
  const merged = () =>
    [ben, chi, dan].every((machine) =>
      ["Alice", "Operations", "Daniel"].every((name) => fileOf(machine).includes(`"name": "${name}"`)),
    );
  await eventually("all three edits everywhere", merged, 60_000);
  const took = since(backMs);
  await team.agree();
  // Whoever wanted to tell somebody would have done it by then.
  await pause(3_000);
  for (const [nth, machine] of team.engines.entries()) {
    const { process, name } = machine;
    expect(await process.alerts("all"), name).toHaveLength(alerts[nth]!.length);
    const kinds = (await healthOf(machine)).problems.map(({ kind }) => kind);
    expect(kinds.includes("team-file"), name).toBe(name === "dan");
  }
  expect(readdirSync(join(dan.data, "team-conflicts"))).toHaveLength(1);
  for (const machine of [ben, chi]) expect(existsSync(join(machine.data, "team-conflicts"))).toBe(false);
  say(`a laptop that was off: its edit was merged ${took} after it was back; no alert, one author told`);
}, 150_000);

const fileOf = ({ data }: TeamMachine) => readFileSync(join(data, "team.yaml"), "utf8");

function edit(machine: TeamMachine, ...names: readonly (readonly [from: string, to: string])[]): void {
  const text = names.reduce(
    (all, [from, to]) => all.replace(`"name": "${from}"`, `"name": "${to}"`),
    fileOf(machine),
  );
  writeFileSync(join(machine.data, "team.yaml"), text);
}

test("afterwards: journals equal and intact, nobody forgotten, nothing begun after an acknowledgement", async () => {
  // Nobody may still be at it when the journals are compared.
  for (const { id } of await team.machine("dan").process.alerts())
    await team.machine("dan").process.api("POST", `/api/v1/alerts/${id}/resolve`, {});
  await pause(1_000);
  say(await watch.expectAllKept());
}, 60_000);

const names = (machines: readonly TeamMachine[]) => machines.map(({ name }) => name);

async function isIsolated(machine: TeamMachine): Promise<boolean> {
  return (await machine.seesMachines()).isolatedSince !== undefined;
}

async function healthOf(machine: TeamMachine): Promise<{ problems: { kind: string }[] }> {
  return (await machine.process.get("/readyz")).json() as Awaited<ReturnType<typeof healthOf>>;
}

let filling = 0;

/** Some 40 KB at a time, so that the last byte is soon taken. Those that were taken are nobody's business here. */
async function isRefused(machine: TeamMachine): Promise<boolean> {
  filling += 1;
  const details = Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [`detail ${i}`, "x".repeat(2_000)]),
  );
  const answer = await machine.process.post(eventsPath, { ...event(`Filling ${filling}`, "desks"), details });
  return answer.status === 503;
}
