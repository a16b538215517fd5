// How many alerts a second are taken in, singly and in batches, while each of them is being notified (a mail of its own,
// a webhook call of its own), and what memory that costs at its peak. Tocsin answers when the alert is on disk; Alertmanager never writes one to disk.
import { startAlertmanager } from "./alertmanager.mjs";
import { peakRssMiB } from "./child-processes.mjs";
import { alertBodies, post } from "./load-generator.mjs";
import { startMailSink, startWebhookReceiver } from "./receivers.mjs";
import { median } from "./statistics.mjs";
import { startTocsin } from "./tocsin.mjs";

const COUNT = 10_000;
const REPETITIONS = 3;
const LOADS = {
  singly: { how: "singly over 16 connections", perRequest: 1, connections: 16 },
  batches: { how: "in batches of 100 over 4 connections", perRequest: 100, connections: 4 },
};

export const accepted = {
  name: "accepted",
  needs: ["monitoring"],
  async run({ report }) {
    const mail = await startMailSink();
    const hook = await startWebhookReceiver();
    const later = [{ via: "email", after: "30m" }];
    const systems = {
      tocsin: { start: () => startTocsin({ mailPort: mail.port }), arrivals: mail.arrivals },
      untold: { start: () => startTocsin({ mailPort: mail.port, notify: later }) },
      peer: { start: () => startAlertmanager({ webhookPort: hook.port }), arrivals: hook.arrivals },
      grouped: {
        start: () => startAlertmanager({ webhookPort: hook.port, groupBy: "group" }),
        arrivals: hook.arrivals,
      },
    };
    for (const [load, { how, perRequest, connections }] of Object.entries(LOADS)) {
      const bodies = alertBodies({ count: COUNT, perRequest });
      const runs = { tocsin: [], untold: [], peer: [], grouped: [] };
      for (let repetition = 0; repetition < REPETITIONS; repetition++) {
        // All of it notified once is enough to know how long that takes.
        for (const [who, system] of Object.entries(systems)) {
          const untilNotified = repetition === 0 && system.arrivals !== undefined;
          runs[who].push(await measure(system, bodies, connections, untilNotified));
        }
      }
      const of = (who, what) =>
        median(runs[who].map((run) => run[what]).filter((value) => value !== undefined));
      const [perSecond, groups] = [of("tocsin", "perSecond"), of("grouped", "perSecond")];
      const aim = { beatPeer: "above" };
      report({
        name: `accepted-${load}`,
        what: `${COUNT} alerts ${how}, each notified at once`,
        value: perSecond,
        unit: "alerts/s",
        peer: of("peer", "perSecond"),
        aim,
      });
      report({
        name: `accepted-${load}-50-groups`,
        what: "the same beside an Alertmanager that gathers them into 50 groups",
        value: perSecond,
        unit: "alerts/s",
        peer: groups,
        aim,
      });
      report({
        name: `accepted-${load}-untold`,
        what: "nothing to notify yet beside that Alertmanager",
        value: of("untold", "perSecond"),
        unit: "alerts/s",
        peer: groups,
        aim,
      });
      report({
        name: `accepted-${load}-all-notified`,
        what: "until each has been notified (mail | webhook)",
        value: of("tocsin", "allNotifiedS"),
        unit: "s",
        peer: of("peer", "allNotifiedS"),
      });
      report({
        name: `accepted-${load}-peak-rss`,
        what: "peak memory of it (VmHWM)",
        value: of("tocsin", "peakRssMiB"),
        unit: "MiB",
        peer: of("peer", "peakRssMiB"),
      });
    }
  },
};

/** One fresh process, one load. */
async function measure({ start, arrivals }, bodies, connections, untilNotified) {
  const target = await start();
  arrivals?.clear();
  try {
    const { sentAt, tookMs } = await post({ ...target, bodies, connections });
    if (untilNotified) await arrivals.untilThereAre(COUNT);
    return {
      perSecond: COUNT / (tookMs / 1000),
      allNotifiedS: untilNotified ? (arrivals.last - sentAt[0]) / 1000 : undefined,
      peakRssMiB: untilNotified ? peakRssMiB(target.pid) : undefined,
    };
  } finally {
    await target.stop();
  }
}
