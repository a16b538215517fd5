// The coverage proof of a large team: 50 schedules of two layers (a weekly rotation, and nights on working days) in four
// time zones, each with a policy, over 366 days. Compiled anew each time, as `tocsin coverage` does; and what a reload of
// such a team file of 200 people costs, its warnings included.
import { inside } from "./inside.mjs";
import { median } from "./statistics.mjs";

const REPETITIONS = 7;
const SCHEDULES = 50;
const PEOPLE = 200;
const DAYS = 366;
const ZONES = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC"];
const START = Date.UTC(2026, 2, 1);
const END = START + DAYS * 86_400_000;

export const coverage = {
  name: "coverage",
  needs: [],
  async run({ report }) {
    const { coverageWarnings, gapsOf, loadTeam, proveCoverage } = await inside();
    const text = teamText();
    const team = load(loadTeam(text, "team.yaml", { env: {} })).team;
    const proofs = [];
    const reloads = [];
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      // A new object is compiled anew.
      const proof = timed(proofs, () => proveCoverage({ ...team }, START, END));
      const gaps = proof.schedules.reduce((sum, schedule) => sum + schedule.gaps.length, 0);
      if (gaps !== 0 || proof.unsubstituted.length === 0)
        throw new Error(`${gaps} gaps in a team that has none`);
      const to = START + 92 * 86_400_000;
      const options = {
        env: {},
        findGaps: (loaded) =>
          loaded.schedules.flatMap(({ id }) =>
            gapsOf(loaded, id, START, to).map((gap) => ({ schedule: id, ...gap })),
          ),
        findWarnings: (loaded) => coverageWarnings(loaded, START, to),
      };
      timed(reloads, () => load(loadTeam(text, "team.yaml", options)));
    }
    report({
      name: "coverage-proof",
      what: `every instant of ${SCHEDULES} schedules and ${SCHEDULES} policies, ${DAYS} days`,
      value: median(proofs),
      unit: "ms",
      aim: { below: 1000 },
    });
    report({
      name: "team-reload",
      what: `a team file of ${PEOPLE} people and ${SCHEDULES} schedules, read, checked and searched for gaps`,
      value: median(reloads),
      unit: "ms",
      aim: { below: 200 },
    });
  },
};

function timed(into, work) {
  const startedMs = performance.now();
  const result = work();
  into.push(performance.now() - startedMs);
  return result;
}

function load(loaded) {
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  return loaded;
}

function teamText() {
  const numbered = (count, make) => Array.from({ length: count }, (_, index) => make(index));
  const somebody = (index) => `person-${index % PEOPLE}`;
  return JSON.stringify({
    version: 1,
    team: { name: "Bench", timeZone: "Europe/Berlin" },
    people: numbered(PEOPLE, (i) => ({
      id: somebody(i),
      name: `Person ${i}`,
      email: `person-${i}@tocsin.test`,
    })),
    schedules: numbered(SCHEDULES, (i) => ({
      id: `schedule-${i}`,
      timeZone: ZONES[i % ZONES.length],
      layers: [
        { ...layer("weekly", "FREQ=WEEKLY;BYDAY=MO"), participants: numbered(4, (k) => somebody(4 * i + k)) },
        {
          ...layer("nights", "FREQ=DAILY"),
          participants: numbered(3, (k) => somebody(4 * i + 4 + k)),
          windows: [{ rrule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", from: "22:00", to: "06:00" }],
        },
      ],
    })),
    absences: numbered(60, (i) => ({
      person: somebody(3 * i),
      start: "2026-08-01T00:00:00",
      end: "2026-08-22T00:00:00",
      ...(i % 2 === 0 ? {} : { substitute: somebody(3 * i + 1) }),
    })),
    policies: numbered(SCHEDULES, (i) => ({
      id: `policy-${i}`,
      steps: [i, i + 1].map((k) => ({ notify: [{ schedule: `schedule-${k % SCHEDULES}` }], within: "5m" })),
    })),
    routes: [{ match: {}, policy: "policy-0" }],
    email: { host: "127.0.0.1", port: 2525, secure: false, from: "Tocsin <tocsin@tocsin.test>" },
  });
}

function layer(id, handoff) {
  return { id, start: "2026-01-05T09:00:00", handoff };
}
