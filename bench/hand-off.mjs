// From POST to notification: how long until the whole notification is in the hands of its receiver, and until the alert
// is answered (Tocsin: on disk by then, and handed to the channel right before).
import { alertBodies, answerTimes, post } from "./load-generator.mjs";
import { startAlertmanager } from "./alertmanager.mjs";
import { startMailSink, startWebhookReceiver } from "./receivers.mjs";
import { medianPercentiles } from "./statistics.mjs";
import { startTocsin } from "./tocsin.mjs";

const SEQUENTIAL = { count: 300, repetitions: 5 };
const PACED = { count: 500, everyMs: 20, repetitions: 2 };
const WARM_UP = 200;

export const handOff = {
  name: "hand-off",
  needs: ["monitoring"],
  async run({ report }) {
    const mail = await startMailSink();
    const hook = await startWebhookReceiver();
    const systems = {
      tocsin: { target: await startTocsin({ mailPort: mail.port }), arrivals: mail.arrivals },
      peer: { target: await startAlertmanager({ webhookPort: hook.port }), arrivals: hook.arrivals },
    };
    let first = 0;
    const measure = async ({ target, arrivals }, count, everyMs) => {
      arrivals.clear();
      // One after another: the next when the one before has been notified, so that none waits for another.
      const afterEach = everyMs ? undefined : (index) => arrivals.untilThereAre(index + 1);
      const posted = await post({ ...target, bodies: alertBodies({ count, first }), everyMs, afterEach });
      await arrivals.untilThereAre(count);
      const notified = Array.from(posted.sentAt, (at, index) => arrivals.at.get(first + index) - at);
      first += count;
      return { notified, answered: answerTimes(posted) };
    };
    for (const system of Object.values(systems)) await measure(system, WARM_UP);

    for (const [name, { count, everyMs, repetitions }] of Object.entries({
      sequential: SEQUENTIAL,
      paced: PACED,
    })) {
      const runs = { tocsin: [], peer: [] };
      for (let repetition = 0; repetition < repetitions; repetition++) {
        for (const who of ["tocsin", "peer"]) runs[who].push(await measure(systems[who], count, everyMs));
      }
      const of = (who, what) => medianPercentiles(runs[who].map((run) => run[what]));
      const how = name === "sequential" ? `${count} one after another` : `${count} at ${1000 / everyMs}/s`;
      const [tocsin, peer] = [of("tocsin", "notified"), of("peer", "notified")];
      const [answered, peerAnswered] = [of("tocsin", "answered"), of("peer", "answered")];
      const aim = name === "sequential" ? { below: 3 } : undefined;
      report({
        name: `hand-off-${name}-answered-p50`,
        what: `POST -> 2xx (handed to the channel), ${how}, p50`,
        value: answered.p50,
        unit: "ms",
        peer: peerAnswered.p50,
        aim,
      });
      report({
        name: `hand-off-${name}-answered-p99`,
        what: `the same, p99`,
        value: answered.p99,
        unit: "ms",
        peer: peerAnswered.p99,
      });
      report({
        name: `hand-off-${name}-p50`,
        what: `POST -> mail at its server | webhook, ${how}, p50`,
        value: tocsin.p50,
        unit: "ms",
        peer: peer.p50,
        aim,
      });
      report({
        name: `hand-off-${name}-p99`,
        what: `the same, p99`,
        value: tocsin.p99,
        unit: "ms",
        peer: peer.p99,
      });
    }
    for (const { target } of Object.values(systems)) await target.stop();
  },
};
