// Journals to start from, written by the journal's own `append` in big groups: as the engine would have left them.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inside } from "./inside.mjs";
import { alertNumber } from "./load-generator.mjs";
import { writeTeam } from "./tocsin.mjs";

const FACTS_IN_GROUP = 10_000;

/** Opens a new journal in `folder`/data under the team of `writeTeam`. Returns `{ add(facts), close({ snapshot }) }`. */
async function newJournal(folder, teamOptions) {
  const { loadTeam, openSqliteJournal, emptyState, evolve, writeSnapshot } = await inside();
  const file = writeTeam(folder, teamOptions);
  const loaded = loadTeam(readFileSync(file, "utf8"), file, { env: process.env });
  if (!loaded.ok) throw new Error(`the benchmark's team file is refused: ${JSON.stringify(loaded)}`);
  const directory = join(folder, "data");
  mkdirSync(directory, { mode: 0o700 });
  const { journal } = openSqliteJournal({ directory });
  let state = emptyState();
  let group = [];
  let hlc = 0;
  const flush = () => {
    journal.append(group);
    for (const fact of group) state = evolve(state, fact);
    group = [];
  };
  const add = (...facts) => {
    for (const fact of facts) group.push({ ...fact, hlc: (hlc = Math.max(fact.at, hlc)) });
    if (group.length >= FACTS_IN_GROUP) flush();
  };
  add({ kind: "team-adopted", at: Date.now(), team: loaded.team });
  return {
    revision: loaded.team.revision,
    add,
    close({ snapshot }) {
      flush();
      if (snapshot) journal.saveSnapshot(writeSnapshot(state));
      journal.close();
    },
  };
}

/**
 * `facts` facts of past alerts, all but the last thousand resolved; six facts each. With or without a snapshot. Returns how
 * many it wrote and the alert whose note is the last one of them.
 */
export async function makeHistory(folder, facts, { snapshot }) {
  const { actionIdOf } = await inside();
  const journal = await newJournal(folder, {});
  const alerts = Math.floor((facts - 1) / 6);
  const startedAt = Date.now() - alerts * 60_000;
  for (let number = 0; number < alerts; number++) {
    const at = startedAt + number * 60_000;
    const alertId = idOf(at, number);
    const actionId = actionIdOf(alertId, 1, "ana", "email");
    const notification = { alertId, actionId, person: "ana", via: "email" };
    journal.add(
      openedFact(at, alertId, number, journal.revision),
      stepFact(at, alertId, {
        notifications: [{ actionId, person: "ana", via: "email", dueAt: at }],
        nextEscalationAt: at + 3_600_000,
      }),
      { kind: "notification-attempted", at, attempt: 1, ...notification },
      {
        kind: "notification-sent",
        at: at + 9,
        ...notification,
        text: "Taken by 127.0.0.1:25: 250 2.0.0 taken",
      },
      {
        kind: "alert-acknowledged",
        at: at + 20_000,
        alertId,
        by: "ana",
        origin: "window",
        ackTimeoutAt: null,
      },
      alerts - number > 1000
        ? { kind: "alert-resolved", at: at + 50_000, alertId, by: null, origin: "source" }
        : {
            kind: "note-added",
            at: at + 50_000,
            alertId,
            by: "ana",
            origin: "console",
            text: "Looking into it.",
          },
    );
  }
  journal.close({ snapshot });
  return { written: alerts * 6 + 1, lastAlert: idOf(startedAt + (alerts - 1) * 60_000, alerts - 1) };
}

/** `count` alerts, asked of nobody yet but the first tier, whose time is up for all of them at `dueAt` (epoch ms). */
export async function makeDueAlerts(folder, count, dueAt, teamOptions) {
  const journal = await newJournal(folder, teamOptions);
  const at = dueAt - 60_000;
  for (let number = 0; number < count; number++) {
    const alertId = idOf(at, number);
    journal.add(
      openedFact(at, alertId, number, journal.revision),
      stepFact(at, alertId, { notifications: [], nextEscalationAt: dueAt }),
    );
  }
  journal.close({ snapshot: true });
}

function openedFact(at, alertId, number, teamRevision) {
  const { labels, annotations } = alertNumber(number);
  return {
    kind: "alert-opened",
    at,
    alertId,
    severity: "critical",
    title: annotations.summary,
    source: "prometheus",
    labels,
    details: { description: annotations.description },
    links: [],
    integration: "prometheus",
    dedupKey: `bench ${number}`,
    policy: "default",
    teamRevision,
    silentAfterMs: null,
    by: null,
  };
}

function stepFact(at, alertId, { notifications, nextEscalationAt }) {
  const asked = [{ person: "ana", because: "person" }];
  return {
    kind: "step-entered",
    at,
    alertId,
    step: 0,
    repeat: 0,
    wave: 1,
    reason: "opened",
    asked,
    notifications,
    nextEscalationAt,
  };
}

/** Of the same length and order as the engine's own. */
function idOf(at, number) {
  return `${at.toString(32).padStart(9, "0")}${number.toString(32).padStart(8, "0")}`;
}
