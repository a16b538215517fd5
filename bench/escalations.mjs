// Six thousand alerts whose first tier runs out of time in the same instant: how long until each has entered its second
// tier (on disk, and seen by a client), and until each person of it has been mailed.
//
// Beside it a published figure, from another machine: LinkedIn's iris-message-processor takes under 10 s for a burst of
// 6,000 escalations ("Open Sourcing iris-message-processor", engineering.linkedin.com, August 2023).
import { setTimeout as pause } from "node:timers/promises";
import { newFolder } from "./child-processes.mjs";
import { makeDueAlerts } from "./journal-maker.mjs";
import { startMailSink } from "./receivers.mjs";
import { median } from "./statistics.mjs";
import { mailAtOnce, startTocsin } from "./tocsin.mjs";
import { watchAlerts } from "./watch.mjs";

const COUNT = 6000;
const REPETITIONS = 3;
const PUBLISHED_S = 10;
/** Time to write the journal and start the engine before they are due. */
const LEAD_MS = 6000;

export const escalations = {
  name: "escalations",
  needs: [],
  async run({ report }) {
    const mail = await startMailSink();
    const runs = [];
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      runs.push(await measure(mail, repetition === 0));
    }
    const peerName = "published for iris-message-processor: under";
    const of = (what) => median(runs.map((run) => run[what]).filter((value) => value !== undefined));
    report({
      name: "escalations-entered",
      what: `${COUNT} escalations due at once: the last one entered its tier`,
      value: of("enteredS"),
      unit: "s",
      peer: PUBLISHED_S,
      peerName,
      aim: { below: 1 },
    });
    report({
      name: "escalations-mailed",
      what: "the same: the last one of them mailed",
      value: of("mailedS"),
      unit: "s",
      peer: PUBLISHED_S,
      peerName,
      aim: { below: PUBLISHED_S },
    });
  },
};

async function measure(mail, untilMailed) {
  mail.arrivals.clear();
  const folder = newFolder("escalations");
  const steps = [
    { notify: [{ person: "ana" }], within: "1h" },
    { notify: [{ person: "ana" }], within: "2h" },
  ];
  const team = { notify: mailAtOnce, mailPort: mail.port, steps };
  const dueAt = Date.now() + LEAD_MS;
  await makeDueAlerts(folder, COUNT, dueAt, team);
  const tocsin = await startTocsin({ ...team, folder });
  const entered = new Set();
  let last = () => {};
  const allEntered = new Promise((done) => (last = done));
  const client = await watchAlerts(tocsin, (alerts) => {
    for (const alert of alerts) if (alert.step === 1) entered.add(alert.id);
    if (entered.size === COUNT) last(performance.now());
  });
  if (client.open !== COUNT) throw new Error(`${client.open} alerts are open, not ${COUNT}`);
  if (Date.now() > dueAt) throw new Error(`this machine takes longer than ${LEAD_MS / 1000} s to get ready`);
  const due = performance.now() + (dueAt - Date.now());
  const enteredAt = await Promise.race([allEntered, pause(60_000, null, { ref: false })]);
  if (enteredAt === null) throw new Error(`only ${entered.size} of ${COUNT} escalated within 60 s`);
  if (untilMailed) await mail.arrivals.untilThereAre(COUNT, 120_000);
  client.close();
  await tocsin.stop();
  return {
    enteredS: (enteredAt - due) / 1000,
    mailedS: untilMailed ? (mail.arrivals.last - due) / 1000 : undefined,
  };
}
