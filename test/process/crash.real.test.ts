/**
 * `kill -9` at random moments while four clients post and mails go out. Invariants 1, 2 and 4 on real processes:
 * answered means kept, what came due meanwhile runs at once after the restart, and only an attempt that was open at the
 * crash may be made twice.
 */
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { Fact } from "#domain/fact";
import { startMailCatcher, type CaughtMail } from "../../scripts/demo/mail-catcher.mjs";
import { freePort } from "../support/free-port.ts";
import { keys, teamFile, writeTeamFile } from "../support/team-file.ts";
import {
  endProcesses,
  exportedFacts,
  freshFolder,
  serve,
  tocsin,
  type TocsinProcess,
} from "../support/tocsin-process.ts";

afterEach(endProcesses);

const rounds = 25;
const clients = 4;
/** One alert in so many climbs its tiers within seconds; the others only have to be kept. */
const loudEvery = 12;
const seed = Number(process.env["TOCSIN_SEED"] ?? Math.floor(Math.random() * 2 ** 32));

interface Posted {
  readonly id: string;
  readonly dedupKey: string;
  readonly loud: boolean;
}

test(`${rounds} crashes: nothing answered is lost, nothing due is missed, nothing is sent twice without need`, async () => {
  const random = randomOf(seed);
  const mail = await startMailCatcher({ answerAfterMs: 15 });
  const data = freshFolder();
  const team = writeTeamFile(data, teamFile({ mailPort: mail.port, change: loudAndQuiet }));
  const port = await freePort();
  const answered: Posted[] = [];
  const byRound: Posted[][] = [];
  let slowestStartMs = 0;

  for (let round = 0; round < rounds; round += 1) {
    const engine = await serve({ data, team, port });
    slowestStartMs = Math.max(slowestStartMs, engine.startedWithinMs);
    await expectAllThere(engine, answered);
    // Two rounds back: each loud alert has lived through a crash by then.
    await Promise.all(
      (byRound[round - 2] ?? []).filter(({ loud }) => loud).map((alert) => resolve(engine, alert)),
    );
    const posted: Posted[] = [];
    const posting = Promise.all(
      Array.from({ length: clients }, (_, client) => postUntilItDies(engine, `${round}/${client}`, posted)),
    );
    await pause(250 + random() * 700);
    await engine.crash();
    await posting;
    answered.push(...posted);
    byRound.push(posted);
    // Long enough, now and then, for a step to come due while nobody is there.
    await pause(random() * 900);
  }

  const last = await serve({ data, team, port });
  await expectAllThere(last, answered);
  await pause(1_500);
  await last.stop();
  expect((await tocsin(["journal", "verify", "--data", data])).code).toBe(0);

  const facts = await exportedFacts(data);
  const opened = new Set(
    facts.flatMap((fact) => (fact.kind === "alert-opened" ? [fact.alertId as string] : [])),
  );
  const lost = answered.filter(({ id }) => !opened.has(id));
  const due = overdueSteps(facts);
  const sending = sentMails(facts, mail.mails);
  await mail.stop();
  console.log(
    [
      `seed ${seed}: ${rounds} crashes, ${answered.length} alerts answered 2xx, ${lost.length} lost`,
      `slowest start ${Math.round(slowestStartMs)} ms; ${due.delaysMs.length} steps had come due while it was down, the latest ran ${Math.max(...due.delaysMs)} ms after the restart`,
      `${mail.mails.length} mails for ${sending.actions} notifications; ${sending.openAtCrash} attempts were open at a crash, ${sending.twice} mails came twice`,
    ].join("\n"),
  );
  expect(answered.length).toBeGreaterThan(200);
  expect(lost).toEqual([]);
  expect(due.delaysMs.length).toBeGreaterThan(10);
  expect(due.missed).toEqual([]);
  expect(Math.max(...due.delaysMs)).toBeLessThanOrEqual(2_000);
  expect(sending.actions).toBeGreaterThan(100);
  expect(sending.faults).toEqual([]);
  expect(forgottenAttempts(facts)).toEqual([]);
}, 180_000);

const loudAndQuiet = {
  people: [
    { id: "ana", name: "Ana", email: "ana@tocsin.test", notify: [{ via: "email", after: "0s" }] },
    { id: "ben", name: "Ben", email: "ben@tocsin.test", notify: [{ via: "email", after: "0s" }] },
    { id: "chi", name: "Chi", email: "chi@tocsin.test", notify: [{ via: "email", after: "50m" }] },
  ],
  policies: [
    {
      id: "loud",
      steps: [
        { notify: [{ person: "ana" }], within: "1s" },
        { notify: [{ person: "ben" }], within: "1s" },
      ],
    },
    { id: "quiet", steps: [{ notify: [{ person: "chi" }], within: "1h" }] },
  ],
  routes: [
    { match: { labels: { loud: "yes" } }, policy: "loud" },
    { match: {}, policy: "quiet" },
  ],
};

async function postUntilItDies(engine: TocsinProcess, name: string, posted: Posted[]): Promise<void> {
  for (let count = 0; ; count += 1) {
    const dedupKey = `${name}/${count}`;
    const loud = count % loudEvery === 0;
    try {
      const answer = await engine.post(`/in/${keys.events}/json`, {
        title: `Alert ${dedupKey}`,
        dedupKey,
        labels: { loud: loud ? "yes" : "no" },
      });
      // Anything else than 202 would be a fault of its own: nothing here is wrong, and the disk has room.
      expect(answer.status).toBe(202);
      posted.push({ id: (answer.json() as { alert: string }).alert, dedupKey, loud });
    } catch (error) {
      if (error instanceof Error && "code" in error) return;
      throw error;
    }
    await pause(5);
  }
}

async function resolve(engine: TocsinProcess, { dedupKey }: Posted): Promise<void> {
  const answer = await engine.post(`/in/${keys.events}/json`, { dedupKey, status: "resolved" });
  expect(answer.status).toBe(202);
}

/** Those that were resolved in between are looked for in the journal, at the end. */
async function expectAllThere(engine: TocsinProcess, answered: readonly Posted[]): Promise<void> {
  const open = new Set((await engine.alerts()).map(({ id }) => id));
  expect(answered.filter(({ id, loud }) => !loud && !open.has(id))).toEqual([]);
}

/** Steps that were due when the engine came back: how long each took, and which did not come before the next crash. */
function overdueSteps(facts: readonly Fact[]): { delaysMs: number[]; missed: string[] } {
  const dueAt = new Map<string, number>();
  let overdue = new Set<string>();
  let startedAt = 0;
  const delaysMs: number[] = [];
  const missed: string[] = [];
  for (const fact of facts) {
    if (fact.kind === "engine-started") {
      missed.push(...overdue);
      startedAt = fact.at;
      overdue = new Set([...dueAt].filter(([, at]) => at <= startedAt).map(([id]) => id));
    } else if (fact.kind === "step-entered") {
      if (overdue.delete(fact.alertId)) delaysMs.push(fact.at - startedAt);
      dueAt.set(fact.alertId, fact.nextEscalationAt);
    } else if (fact.kind === "alert-resolved") {
      overdue.delete(fact.alertId);
      dueAt.delete(fact.alertId);
    }
  }
  return { delaysMs, missed };
}

/** A run here may last 250 ms, and its machine may be busy: so many of them may end before an attempt has its turn again. */
const runsInWhichToMakeAgain = 3;

/** Attempts of an alert's current step that were open at a crash and not made again by the next runs (invariant 4: never a miss). */
function forgottenAttempts(facts: readonly Fact[]): string[] {
  const currentStep = new Map<string, readonly string[]>();
  const open = new Set<string>();
  /** How many runs have ended since without making it again. */
  let toMakeAgain = new Map<string, number>();
  const forgotten: string[] = [];
  for (const fact of facts) {
    if (fact.kind === "engine-started") {
      const waited = new Map([...toMakeAgain].map(([action, runs]) => [action, runs + 1]));
      for (const [action, runs] of waited) if (runs >= runsInWhichToMakeAgain) forgotten.push(action);
      const interrupted = [...currentStep.values()].flat().filter((action) => open.has(action));
      toMakeAgain = new Map(interrupted.map((action) => [action, waited.get(action) ?? 0]));
    } else if (fact.kind === "step-entered") {
      currentStep.set(
        fact.alertId,
        fact.notifications.map(({ actionId }) => actionId),
      );
    } else if (fact.kind === "alert-resolved") {
      for (const action of currentStep.get(fact.alertId) ?? []) toMakeAgain.delete(action);
      currentStep.delete(fact.alertId);
    } else if ("actionId" in fact) {
      toMakeAgain.delete(fact.actionId);
      if (fact.kind === "notification-attempted") open.add(fact.actionId);
      else open.delete(fact.actionId);
    }
  }
  return [...forgotten, ...toMakeAgain.keys()];
}

/** Holds the mails that came against the journal, notification by notification. */
function sentMails(facts: readonly Fact[], mails: readonly CaughtMail[]) {
  const actions = new Map<string, { open: boolean; openAtCrash: number; sent: boolean }>();
  let openAtCrash = 0;
  for (const fact of facts) {
    if (fact.kind === "engine-started") {
      for (const action of actions.values()) {
        if (!action.open) continue;
        action.openAtCrash += 1;
        openAtCrash += 1;
      }
    }
    if (!("actionId" in fact)) continue;
    const action = actions.get(fact.actionId) ?? { open: false, openAtCrash: 0, sent: false };
    actions.set(fact.actionId, action);
    action.open = fact.kind === "notification-attempted";
    if (fact.kind === "notification-sent") action.sent = true;
  }
  const byMessageId = new Map<string, number>();
  for (const { messageId } of mails) byMessageId.set(messageId, (byMessageId.get(messageId) ?? 0) + 1);

  const faults: string[] = [];
  let twice = 0;
  for (const [id, action] of actions) {
    const messageId = `<${createHash("sha256").update(id).digest("hex")}@tocsin.test>`;
    const count = byMessageId.get(messageId) ?? 0;
    byMessageId.delete(messageId);
    if (count > 1) twice += 1;
    if (action.sent && count === 0) faults.push(`${id}: journaled as sent, but no mail came`);
    if (count > 1 + action.openAtCrash)
      faults.push(`${id}: ${count} mails, though its attempt was open at ${action.openAtCrash} crashes`);
  }
  for (const messageId of byMessageId.keys())
    faults.push(`${messageId}: a mail that the journal does not know`);
  return { actions: actions.size, openAtCrash, twice, faults };
}

/** mulberry32 (public domain): small, and the same on every machine. */
function randomOf(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
