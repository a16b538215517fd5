// Who is on call: look-ups a second, beside asking a library for the shifts each time, as on-call tools commonly do. All
// must give the same answers. (A weekly rotation of three in UTC that began five years ago, instants all over the last.)
import rrule from "rrule";
import { RRuleTemporal } from "rrule-temporal";
import { inside } from "./inside.mjs";
import { median } from "./statistics.mjs";

const REPETITIONS = 5;
const INSTANTS = 20_000;
const PEER_INSTANTS = 200;
const START = Date.UTC(2021, 0, 4, 9);
const FROM = Date.UTC(2025, 0, 6);
const YEAR_MS = 366 * 86_400_000;
const PEOPLE = ["ana", "ben", "chi"];
const HANDOFF = "FREQ=WEEKLY;BYDAY=MO";

export const onCall = {
  name: "on-call",
  needs: [],
  async run({ report }) {
    const { onCallAt } = await inside();
    const team = weeklyTeam();
    const ours = (at) => onCallAt(team, "primary", at);
    const peers = { "rrule.between": rruleBetween(), "rrule-temporal's between": temporalBetween() };
    const instants = Array.from(
      { length: INSTANTS },
      (_, i) => FROM + Math.floor(((i * 0.6180339887) % 1) * YEAR_MS),
    );
    const few = instants.slice(0, PEER_INSTANTS);
    for (const [name, theirs] of Object.entries(peers)) {
      for (const at of few) {
        if (ours(at) !== theirs(at))
          throw new Error(`at ${new Date(at).toISOString()}: ${ours(at)}, ${name} says ${theirs(at)}`);
      }
    }
    const runs = Object.fromEntries(["ours", ...Object.keys(peers)].map((name) => [name, []]));
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      runs.ours.push(perSecond(ours, instants, 20));
      for (const [name, theirs] of Object.entries(peers)) runs[name].push(perSecond(theirs, few, 1));
    }
    report({
      name: "on-call-look-ups",
      what: "who is on call, weekly rotation since five years, instants of a year",
      value: median(runs.ours),
      unit: "look-ups/s",
      aim: { above: 1_000_000 },
    });
    for (const name of Object.keys(peers)) {
      report({
        name: name.startsWith("rrule-temporal") ? "on-call-rrule-temporal" : "on-call-rrule",
        what: "the same, beside asking a library each time",
        value: median(runs.ours),
        unit: "look-ups/s",
        peer: median(runs[name]),
        peerName: name,
        aim: { ratioAbove: 1000 },
      });
    }
  },
};

function rruleBetween() {
  const start = new Date(START);
  // No cache (second argument), as with a rule that is built for each question.
  const rule = new rrule.RRule({ ...rrule.RRule.parseString(HANDOFF), dtstart: start }, true);
  return (at) => PEOPLE[(rule.between(start, new Date(at), true).length - 1) % PEOPLE.length];
}

function temporalBetween() {
  const rule = new RRuleTemporal({ rruleString: `DTSTART;TZID=UTC:20210104T090000\nRRULE:${HANDOFF}` });
  return (at) => PEOPLE[(rule.between(new Date(START), new Date(at), true).length - 1) % PEOPLE.length];
}

function perSecond(work, instants, times) {
  let somebody = 0;
  const startedMs = performance.now();
  for (let time = 0; time < times; time++) for (const at of instants) if (work(at) !== null) somebody++;
  const tookMs = performance.now() - startedMs;
  if (somebody !== instants.length * times) throw new Error("nobody on call");
  return somebody / (tookMs / 1000);
}

function weeklyTeam() {
  const people = PEOPLE.map((id) => ({
    id,
    name: id,
    timeZone: "UTC",
    notify: [{ via: "desktop", afterMs: 0 }],
  }));
  const layer = {
    id: "weekly",
    participants: PEOPLE,
    start: "2021-01-04T09:00:00",
    handoff: HANDOFF,
  };
  const schedules = [{ id: "primary", timeZone: "UTC", layers: [layer], overrides: [] }];
  return {
    revision: "bench",
    name: "Bench",
    timeZone: "UTC",
    people,
    groups: [],
    schedules,
    absences: [],
    policies: [],
    routes: [],
    integrations: [],
    canEmail: false,
  };
}
