// A machine that joins a team and lacks 100,000 facts: how many a second it takes in, from when it is connected until its
// journal is equal. Beside replaying the same facts from a local journal, as every start without a snapshot does.
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { newFolder } from "./child-processes.mjs";
import { inside } from "./inside.mjs";
import { makeHistory } from "./journal-maker.mjs";
import { median } from "./statistics.mjs";
import { startAnother, startFirst } from "./team.mjs";
import { mailMuchLater } from "./tocsin.mjs";

const FACTS = 100_000;
const JOINS = 3;
const LOOK_EVERY_MS = 25;
const LIMIT_MS = 60_000;

export const catchUp = {
  name: "catch-up",
  needs: [],
  async run({ report, say }) {
    const folder = newFolder("history");
    say(`writing a journal of ${FACTS} facts …`);
    const history = await makeHistory(folder, FACTS, { snapshot: false });
    const replays = [];
    for (let replay = 0; replay < JOINS; replay++) replays.push(history.written / (await replayS(folder)));

    const first = await startFirst({ folder, notify: mailMuchLater });
    const joins = [];
    for (let number = 0; number < JOINS; number++) {
      const { perSecond, folder: joined } = await oneJoins(first, history);
      joins.push(perSecond);
      await assertHas(joined, history.written);
    }
    await first.stop();
    report({
      name: "catch-up",
      what: `a machine joins that lacks ${FACTS} facts, until it has them on disk`,
      value: median(joins),
      unit: "facts/s",
      peer: median(replays),
      peerName: "replaying them from its own journal",
      aim: { above: 5000 },
    });
  },
};

async function replayS(folder) {
  const { openSqliteJournal, recoverState } = await inside();
  const { journal } = openSqliteJournal({ directory: join(folder, "data") });
  const startedMs = performance.now();
  recoverState(journal);
  const tookMs = performance.now() - startedMs;
  journal.close();
  return tookMs / 1000;
}

/** From when the first one has a link to it until it shows the last one of the facts, and with it all before that. */
async function oneJoins(first, { written, lastAlert }) {
  const known = new Set((await first.api("/api/v1/machines")).machines.map(({ id }) => id));
  const connected = until(async () => {
    const { machines } = await first.api("/api/v1/machines");
    return machines.some((machine) => machine.connected && !known.has(machine.id));
  });
  const other = await startAnother(first);
  const equal = until(async () => {
    const { timeline } = await other.api(`/api/v1/alerts/${lastAlert}`).catch(() => ({ timeline: [] }));
    return timeline.some(({ kind }) => kind === "note-added");
  });
  const tookS = ((await equal) - (await connected)) / 1000;
  other.kill();
  await other.exited;
  return { perSecond: written / tookS, folder: other.folder };
}

/** Resolves with when it was so (ms of `performance.now()`). */
async function until(isSo) {
  const lateMs = performance.now() + LIMIT_MS;
  while (!(await isSo())) {
    if (performance.now() > lateMs) throw new Error("a machine that joined does not get all facts");
    await pause(LOOK_EVERY_MS);
  }
  return performance.now();
}

/** After a kill: what it had is what is on its disk. */
async function assertHas(folder, written) {
  const { openSqliteJournal } = await inside();
  const { journal } = openSqliteJournal({ directory: join(folder, "data") });
  const facts = journal.lastSeq();
  journal.close();
  if (facts < written) throw new Error(`the machine that joined has ${facts} facts, not ${written}`);
}
