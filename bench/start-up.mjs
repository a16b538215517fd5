// From the start of the process until it listens, with a history: 60,000 facts to replay without a snapshot, and a
// million facts behind one. Each start after the first follows a kill -9, as after a crash.
import { startAlertmanager } from "./alertmanager.mjs";
import { newFolder, removeFolder } from "./child-processes.mjs";
import { makeHistory } from "./journal-maker.mjs";
import { median } from "./statistics.mjs";
import { startTocsin } from "./tocsin.mjs";

const STARTS = 5;

export const startUp = {
  name: "start-up",
  needs: ["monitoring"],
  async run({ report, say }) {
    const folder = { small: newFolder("60k"), large: newFolder("1m"), empty: newFolder("empty") };
    say("writing a journal of a million facts …");
    await makeHistory(folder.small, 60_000, { snapshot: false });
    await makeHistory(folder.large, 1_000_000, { snapshot: true });
    const times = { small: [], large: [], empty: [], peer: [] };
    for (let start = 0; start < STARTS; start++) {
      for (const size of ["empty", "small", "large"]) {
        const tocsin = await startTocsin({ folder: folder[size], notify: [{ via: "email", after: "1h" }] });
        times[size].push(tocsin.readyMs);
        tocsin.kill();
        await tocsin.exited;
      }
      const peer = await startAlertmanager({ webhookPort: 9 });
      times.peer.push(peer.readyMs);
      await peer.stop();
    }
    Object.values(folder).forEach(removeFolder);
    const peerName = "Alertmanager, which starts with no alerts";
    const peer = median(times.peer);
    report({
      name: "start-up-empty",
      what: "start until it listens, nothing in the journal",
      value: median(times.empty),
      unit: "ms",
      peer,
      peerName,
    });
    report({
      name: "start-up-60k",
      what: "the same, 60,000 facts, no snapshot",
      value: median(times.small),
      unit: "ms",
      peer,
      peerName,
      aim: { below: 1000 },
    });
    report({
      name: "start-up-1m",
      what: "the same, 1,000,000 facts behind a snapshot",
      value: median(times.large),
      unit: "ms",
      peer,
      peerName,
      aim: { below: 1000 },
    });
  },
};
