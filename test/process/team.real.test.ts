/**
 * A team of four engines and two desks as real processes with a real mail server, while machines die and hang: house
 * invariants 1 to 4. What a cut network and a full disk do is in team-network.real.test.ts. Each test prints its figures.
 */
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startMailServer, type MailServer } from "../support/mail-server.ts";
import { attemptsAfter } from "../support/team-journals.ts";
import { mailsOf } from "../support/team-mails.ts";
import { desks, engines, people, prometheusPath, teamOfSix } from "../support/team-of-six.ts";
import { TeamOfProcesses } from "../support/team-processes.ts";
import { allKnow, hasReached, say, seconds, since, TeamWatch } from "../support/team-watch.ts";
import { endProcesses } from "../support/tocsin-process.ts";

let mail: MailServer;
let team: TeamOfProcesses;
let watch: TeamWatch;

beforeAll(async () => {
  mail = await startMailServer();
  const startedMs = performance.now();
  team = await TeamOfProcesses.start({ teamFile: teamOfSix(mail.smtpPort), engines, desks });
  watch = new TeamWatch(team, mail);
  say(`six machines paired and of one mind about who coordinates within ${since(startedMs)}`);
}, 180_000);

afterAll(async () => {
  team?.close();
  await endProcesses();
  await mail?.stop();
});

test("raised on one: on all engines' disks, on the right desktop, and silent wherever it is acknowledged", async () => {
  const raisedMs = performance.now();
  const id = await watch.raise(team.machine("ben"), "Raised on one", "desks");
  const answered = since(raisedMs);
  await allKnow(team.engines, id, "triggered");
  const everywhere = since(raisedMs);
  const alice = team.machine("alice").desktop;
  await eventually("Alice's desk shows it", () => alice.shownOf(id).length > 0);
  const shown = since(raisedMs);
  expect(team.shownOf(id).map(({ name }) => name)).toEqual(["alice"]);

  const acknowledgedMs = performance.now();
  await team.machine("chi").acknowledge(id);
  await eventually("Alice's desk hears of it", () => alice.heardAt(id, "acknowledged") !== undefined);
  const silent = since(acknowledgedMs);
  await allKnow(team.engines, id, "acknowledged");
  say(
    `answered in ${answered}, on all four disks in ${everywhere}, shown in ${shown}; acknowledged elsewhere, silent in ${silent}`,
  );
});

test("the same signal of a Prometheus to two engines: one alert, one popup, one mail", async () => {
  const title = "Disk of db-1 is full";
  const labels = { alertname: "DiskFull", instance: "db-1", severity: "critical" };
  const alerts = [{ labels, annotations: { summary: title }, startsAt: new Date().toISOString() }];
  const answers = await Promise.all(
    ["ana", "dan"].map((name) => team.machine(name).process.post(prometheusPath, alerts)),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const withTitle = async (name: string) =>
    (await team.machine(name).process.alerts()).filter((alert) => alert.title === title).map(({ id }) => id);
  const [id] = await eventually("it is open", async () => {
    const open = await withTitle("ben");
    return open.length > 0 && open;
  });
  watch.alertIds.push(id!);
  await mail.waitForMail("alice", ({ text }) => text.includes(id!), 20_000);
  // Long enough for a second one, had another machine meant to send it too.
  await pause(3_000);
  for (const name of engines) expect(await withTitle(name)).toEqual([id]);
  expect(team.shownOf(id!).map(({ name }) => name)).toEqual(["alice"]);
  const mails = (await mailsOf(mail, people)).filter(({ alertId }) => alertId === id);
  expect(mails.map(({ person }) => person)).toEqual(["alice"]);
  await team.machine("ana").acknowledge(id!);
  say("the same signal to two engines: one alert, one popup, one mail");
});

test("the coordinator is killed after one alert's step and before another's: both go on, desks find another engine, and it catches up", async () => {
  const leader = await team.agree();
  const others = team.engines.filter((one) => one !== leader);
  const survivor = others[0]!;
  const after = await watch.raise(leader, "Killed after its step", "ladder");
  await pause(1_500);
  // Its step is due while nobody coordinates.
  const before = await watch.raise(leader, "Killed before its step", "ladder");
  await eventually("the first alert's second step", () => hasReached(survivor, after, 1), 20_000);
  await leader.process.crash();

  const [next, tookOver, failedOver] = await Promise.all([
    team.agree(others),
    secondsUntil(team.agree(others)),
    secondsUntil(eventually("each desk has an engine that answers", () => desksKnow(after), 30_000)),
  ]);
  expect(next.name).not.toBe(leader.name);
  const whileDown = await watch.raise(survivor, "Raised while one is down", "desks");
  const { desktop: alice } = team.machine("alice");
  await eventually("Alice's desk shows what is raised now", () => alice.shownOf(whileDown).length > 0);
  await Promise.all([
    eventually("the step that was due", () => hasReached(survivor, before, 1), 70_000),
    eventually("the step after it", () => hasReached(survivor, after, 2), 70_000),
  ]);
  const late = seconds(await watch.latestStepMs([after, before]));

  const startedMs = performance.now();
  await leader.restart();
  await allKnow([leader], whileDown, "triggered");
  const caughtUp = since(startedMs);
  for (const id of [after, before, whileDown]) await leader.acknowledge(id);
  for (const id of [after, before, whileDown]) await allKnow(team.engines, id, "acknowledged");
  say(
    `killed: desks had an engine that answers after ${failedOver}, ${next.name} coordinated after ${tookOver}, steps at most ${late} late; started again, it had caught up ${caughtUp} later`,
  );
}, 150_000);

test("the coordinator hangs for 30 s: the others go on, and the zombie tells nobody after the acknowledgement", async () => {
  const leader = await team.agree();
  const others = team.engines.filter((one) => one !== leader);
  const survivor = others[0]!;
  const id = await watch.raise(leader, "Its coordinator hangs", "ladder");
  await allKnow(team.engines, id, "triggered");
  await eventually("its first popup", () => team.shownOf(id).length > 0);
  const frozenAt = Date.now();
  leader.freeze();
  try {
    const [next, tookOver, failedOver] = await Promise.all([
      team.agree(others),
      secondsUntil(team.agree(others)),
      secondsUntil(eventually("each desk has an engine that answers", () => desksKnow(id), 40_000)),
    ]);
    expect(next.name).not.toBe(leader.name);
    await eventually("the next step comes from another machine", () => hasReached(survivor, id, 1), 70_000);
    await team.machine("alice").acknowledge(id);
    await allKnow(others, id, "acknowledged");
    // By then its own step is overdue: it is what a zombie would do first.
    await pause(Math.max(0, frozenAt + 30_000 - Date.now()));
    const thawedAt = Date.now();
    leader.thaw();
    await allKnow([leader], id, "acknowledged");
    const heard = seconds(Date.now() - thawedAt);
    await pause(5_000);
    const attempts = attemptsAfter(await watch.readJournals(), id, thawedAt);
    expect(attempts).toEqual(Object.fromEntries(engines.map((name) => [name, 0])));
    expect(team.shownOf(id).filter(({ at }) => at > thawedAt)).toEqual([]);
    const late = seconds(await watch.latestStepMs([id]));
    say(
      `hung: desks had an engine that answers after ${failedOver}, ${next.name} coordinated after ${tookOver}, steps at most ${late} late; awake again, the zombie knew of the acknowledgement after ${heard} and told nobody`,
    );
  } finally {
    leader.thaw();
  }
}, 150_000);

test("afterwards: journals equal and intact, nobody forgotten, nothing begun after an acknowledgement", async () => {
  say(await watch.expectAllKept());
}, 60_000);

test("a machine that is revoked says so, and its desks find an engine of the team", async () => {
  const leader = await team.agree();
  const others = team.engines.filter((one) => one !== leader);
  await others[0]!.process.api("POST", `/api/v1/machines/${leader.id}/revoke`, {});
  const health = async () =>
    (await leader.process.get("/healthz")).json() as { problems: { text: string }[] };
  const said = await eventually(
    "it says that it was revoked",
    async () => (await health()).problems.find(({ text }) => /was revoked from the team/.test(text)),
    60_000,
  );
  say(`revoked, the one that coordinated says: ${said.text}`);
  await team.agree(others);
  const id = await watch.raise(others[0]!, "After the revocation", "ladder");
  await eventually("every desk knows of it", () => desksKnow(id), 60_000);
  await expect(leader.process.alert(id)).rejects.toThrow("404");
  const offer = leader.process.api("POST", "/api/v1/machines/invites", { role: "engine" });
  await expect(offer).rejects.toThrow(/503.*revoked/);
}, 150_000);

async function secondsUntil(event: Promise<unknown>): Promise<string> {
  const startMs = performance.now();
  await event;
  return seconds(performance.now() - startMs);
}

/** Asked over whatever engine each of them is connected to now. */
async function desksKnow(id: string): Promise<boolean> {
  await Promise.all(team.desks.map((desk) => desk.process.alert(id)));
  return true;
}
