// Six thousand alerts whose first tier runs out of time in the same instant: how long until each has entered its second
// tier (on disk, and seen by a client), and until each person of it has been mailed.
//
// Beside it a published figure, from another machine: LinkedIn's iris-message-processor takes under 10 s for a burst of
// 6,000 escalations ("Open Sourcing iris-message-processor", engineering.linkedin.com, August 2023).
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import { newFolder } from "./child-processes.mjs";
import { makeDueAlerts } from "./journal-maker.mjs";
import { startMailSink } from "./receivers.mjs";
import { median } from "./statistics.mjs";
import { mailAtOnce, startTocsin } from "./tocsin.mjs";

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
  const client = await watchAlerts(tocsin);
  if (client.open !== COUNT) throw new Error(`${client.open} alerts are open, not ${COUNT}`);
  if (Date.now() > dueAt) throw new Error(`this machine takes longer than ${LEAD_MS / 1000} s to get ready`);
  const due = performance.now() + (dueAt - Date.now());
  const entered = await Promise.race([client.allEntered, pause(60_000, null, { ref: false })]);
  if (entered === null) throw new Error(`only ${client.entered.size} of ${COUNT} escalated within 60 s`);
  if (untilMailed) await mail.arrivals.untilThereAre(COUNT, 120_000);
  client.close();
  await tocsin.stop();
  return {
    enteredS: (entered - due) / 1000,
    mailedS: untilMailed ? (mail.arrivals.last - due) / 1000 : undefined,
  };
}

/** A browser's view: a client hears of an alert once what happened to it is on disk. */
async function watchAlerts({ url, token }) {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/v1/stream`, ["tocsin.v1"], {
    headers: { authorization: `Bearer ${token}` },
  });
  const client = { open: 0, entered: new Set(), close: () => socket.terminate() };
  client.allEntered = new Promise((done) => {
    socket.on("message", (data) => {
      const message = JSON.parse(data);
      if (message.type !== "alerts") return;
      for (const alert of message.alerts) if (alert.step === 1) client.entered.add(alert.id);
      if (client.entered.size === COUNT) done(performance.now());
    });
  });
  await new Promise((done, fail) => socket.once("open", done).once("error", fail));
  const welcome = new Promise((done) => socket.once("message", (data) => done(JSON.parse(data))));
  socket.send(
    JSON.stringify({ type: "hello", version: 1, client: "browser", person: null, available: true }),
  );
  client.open = (await welcome).alerts.length;
  return client;
}
