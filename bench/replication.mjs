// From POST until the alert is on the disk of a second machine, with 1, 4 and 8 other engines: real processes, real TLS.
// Beside a POST to an engine that is alone, which is answered when the alert is on its own disk; in turns.
//
// An engine tells its clients of an alert once it is on disk there, so a client at each of them says when that was.
import { setTimeout as pause } from "node:timers/promises";
import { alertBodies, post } from "./load-generator.mjs";
import { percentile } from "./statistics.mjs";
import { agree, startAnother, startFirst } from "./team.mjs";
import { mailMuchLater, startTocsin } from "./tocsin.mjs";
import { watchAlerts } from "./watch.mjs";

const PEERS = [1, 4, 8];
const ALERTS = 100;
const WARM_UP = 10;
/** A client is told of changes at most every 50 ms; a lone one at once. */
const BETWEEN_MS = 60;

export const replication = {
  name: "replication",
  needs: [],
  async run({ report, say }) {
    const alone = await startTocsin({ notify: mailMuchLater });
    const first = await startFirst({ notify: mailMuchLater });
    const others = [];
    let number = 0;
    for (const peers of PEERS) {
      say(`a team of ${peers + 1} engines …`);
      const more = Array.from({ length: peers - others.length }, () => startAnother(first));
      others.push(...(await Promise.all(more)));
      await agree([first, ...others]);
      const watchers = await Promise.all(others.map((other) => watchAlerts(other)));
      const times = { local: [], answered: [], second: [], all: [] };
      for (let alert = -WARM_UP; alert < ALERTS; alert++, number++) {
        const bodies = alertBodies({ count: 1, first: number });
        const local = await post({ ...alone, bodies });
        const heard = Promise.all(watchers.map((watcher) => watcher.untilHeard(number)));
        const { sentAt, answeredAt } = await post({ ...first, bodies });
        const arrivals = await heard;
        if (alert >= 0) {
          times.local.push(local.answeredAt[0] - local.sentAt[0]);
          times.answered.push(answeredAt[0] - sentAt[0]);
          times.second.push(Math.min(...arrivals) - sentAt[0]);
          times.all.push(Math.max(...arrivals) - sentAt[0]);
        }
        await pause(BETWEEN_MS);
      }
      for (const watcher of watchers) watcher.close();
      const row = (name, what, of, percent) =>
        report({
          name: `replication-${peers}-${name}`,
          what,
          value: percentile(times[of], percent),
          unit: "ms",
          peer: percentile(times.local, percent),
          peerName: "POST -> 2xx of an engine alone",
        });
      const who = peers === 1 ? "1 other engine" : `${peers} other engines`;
      row("p50", `POST -> on the disk of a second machine, ${who}, p50`, "second", 50);
      row("p99", "the same, p99", "second", 99);
      if (peers > 1) row("all-p99", `POST -> on the disks of all ${peers}, p99`, "all", 99);
      row("answered-p50", "POST -> 2xx of the first engine of that team, p50", "answered", 50);
    }
    for (const engine of [alone, first, ...others]) await engine.stop();
  },
};
