// What the demo prints of one alert, in the order in which it happened: before a popup or a mail is told, all that the
// machines' own timelines say by then is. A step is in the journal before its popups and mails go out, so this order does
// not depend on how fast anybody is.
import { setTimeout as pause } from "node:timers/promises";
import { tell } from "./stage.mjs";

const lookEveryMs = 200;
/** What came of it is seen from outside: popups and mails. */
const worthTelling = [
  "alert-opened",
  "step-entered",
  "step-skipped",
  "notification-attempted",
  "notification-failed",
  "alert-acknowledged",
];

/** Follows an alert on all machines from `follow` until `stop`. */
export function startStory(machines) {
  let follow = () => {};
  const alertId = new Promise((known) => (follow = known));
  /** How often each sentence was told: it may come again, and times differ by as much as facts travel. */
  const told = new Map();
  /** Popup by popup and mail by mail: `{ who, isTold }`. */
  const reached = [];
  const waiting = new Set();
  let stopped = false;
  let last = Promise.resolve();
  /** One after the other, whoever asks. */
  const inTurn = (work) => (last = last.then(work));

  async function tellTimelines() {
    const id = await alertId;
    for (const machine of machines.filter((one) => one.isRunning())) {
      const here = new Map();
      for (const { kind, text } of await timelineOf(machine, id)) {
        if (!worthTelling.includes(kind)) continue;
        here.set(text, (here.get(text) ?? 0) + 1);
        if (here.get(text) <= (told.get(text) ?? 0)) continue;
        told.set(text, here.get(text));
        tell("Tocsin", text);
      }
    }
  }

  const tellInOrder = (who, text) =>
    inTurn(async () => {
      await tellTimelines();
      tell(who, text);
    });

  const looking = (async () => {
    await alertId;
    while (!stopped) {
      await inTurn(tellTimelines);
      await pause(lookEveryMs);
    }
  })();

  return {
    /** From now on it is about this alert; what has happened until now is told then. */
    follow,
    /** What somebody does. Resolves once it is told. */
    tell: tellInOrder,
    /** A popup or a mail. */
    async happened(who, text) {
      const one = { who, isTold: false };
      reached.push(one);
      await tellInOrder(who, text);
      one.isTold = true;
      for (const look of waiting) look();
    },
    /** How many popups and mails there were. */
    count: () => reached.length,
    /** Resolves when such a popup or mail is told, of those after the first `after`. */
    until: (who, after = 0) =>
      new Promise((arrived) => {
        const look = () => reached.slice(after).some((one) => one.who === who && one.isTold) && arrived();
        waiting.add(look);
        look();
      }),
    /** Resolves when all machines know that it is acknowledged and none is in the middle of telling somebody. */
    async settled() {
      const id = await alertId;
      const running = machines.filter((one) => one.isRunning());
      while (!(await Promise.all(running.map((one) => timelineOf(one, id)))).every(isSettled))
        await pause(lookEveryMs);
    },
    /** Tells what is left to tell. */
    async stop() {
      stopped = true;
      follow(null);
      await looking;
      await inTurn(tellTimelines);
    },
  };
}

/** Nothing of a machine that is being killed, or that has not heard of the alert yet. */
async function timelineOf(machine, alertId) {
  try {
    return (await machine.api(`/api/v1/alerts/${alertId}`)).timeline;
  } catch {
    return [];
  }
}

function isSettled(timeline) {
  const underWay = new Map();
  for (const { kind, person, via } of timeline) {
    const name = `${person} ${via}`;
    // What was under way on the machine that was killed never comes to an end; a later step has taken its place.
    if (kind === "step-entered") underWay.clear();
    if (kind === "notification-attempted") underWay.set(name, true);
    if (/^notification-(sent|failed|withdrawn)$/.test(kind)) underWay.delete(name);
  }
  return underWay.size === 0 && timeline.some(({ kind }) => kind === "alert-acknowledged");
}
