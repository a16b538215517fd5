// From the click on Acknowledge at one desk until every other desk that shows the alert has heard of it, which is when it
// stops its sound and closes its window: 8 desks, each at another engine, and 500 desks at one.
import { setTimeout as pause } from "node:timers/promises";
import { Crowd, pairDesks } from "./desks.mjs";
import { alertBodies, alertNumber, post } from "./load-generator.mjs";
import { percentile } from "./statistics.mjs";
import { agree, startAnother, startFirst } from "./team.mjs";

const ENGINES = 8;
const DESKS = 500;
const ROUNDS = { engines: 60, desks: 30 };
/** Until the engines have told one another whose desktops are where. */
const SETTLE_MS = 3000;
/** Between the last popup and the click: nobody clicks at once. */
const LOOK_MS = 120;

export const silence = {
  name: "silence",
  needs: [],
  async run({ report, say }) {
    const engines = await startEngines(ENGINES, ENGINES);
    const eight = await pairDesks(engines[0], namesOf(ENGINES));
    const atAll = await Crowd.connected(eight, (index) => engines[index]);
    say(`${ENGINES} engines with a desk each …`);
    const withEngines = await measure(engines[0], atAll, ROUNDS.engines, ENGINES);
    await atAll.stop();
    for (const engine of engines) await engine.stop();

    const [engine] = await startEngines(1, DESKS);
    const many = await pairDesks(engine, namesOf(DESKS));
    const atOne = await Crowd.connected(many, () => engine);
    say(`one engine with ${DESKS} desks …`);
    const withDesks = await measure(engine, atOne, ROUNDS.desks, DESKS);
    await atOne.stop();
    await engine.stop();

    const row = (name, what, times) => {
      for (const percent of [50, 99])
        report({
          name: `silence-${name}-p${percent}`,
          what: percent === 50 ? `${what}, p50` : "the same, p99",
          value: percentile(times, percent),
          unit: "ms",
          ...(percent === 99 && { aim: { below: 1000 } }),
        });
    };
    row("8-engines", `acknowledge -> all ${ENGINES} desks silent, ${ENGINES} engines`, withEngines);
    row("500-desks", `acknowledge -> all ${DESKS} desks silent, one engine`, withDesks);
  },
};

const namesOf = (count) => Array.from({ length: count }, (_, index) => `person${index}`);

/** `people`: how many there are, each of whom is asked at once. */
async function startEngines(count, people) {
  const first = await startFirst({
    people: namesOf(people),
    notify: [{ via: "desktop", after: "0s" }],
    steps: [{ notify: [{ everyone: true }], within: "1h" }],
  });
  const others = await Promise.all(Array.from({ length: count - 1 }, () => startAnother(first)));
  const engines = [first, ...others];
  await agree(engines);
  return engines;
}

/** One alert after another, each shown by all desks and acknowledged at another one. Returns the times, ms. */
async function measure(engine, crowd, rounds, desks) {
  const times = [];
  await pause(SETTLE_MS);
  for (let number = 0; number < rounds; number++) {
    const title = alertNumber(number).annotations.summary;
    const shown = crowd.untilShown(title);
    await post({ ...engine, bodies: alertBodies({ count: 1, first: number }) });
    const { alertId } = await shown;
    await pause(LOOK_MS);
    const silent = crowd.untilSilent(title);
    const clickedAt = performance.now();
    crowd.acknowledge(number % desks, alertId);
    times.push((await silent).at - clickedAt);
  }
  return times;
}
