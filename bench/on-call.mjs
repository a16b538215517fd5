// Who is on call: look-ups a second, beside asking rrule for the shifts each time, as on-call tools commonly do. Both
// must give the same answers. (A weekly rotation of three in UTC, instants all over a year.)
import rrule from "rrule";
import { inside } from "./inside.mjs";
import { median } from "./statistics.mjs";

const REPETITIONS = 5;
const INSTANTS = 20_000;
const PEER_INSTANTS = 400;
const START = Date.UTC(2026, 0, 5, 9);
const YEAR_MS = 366 * 86_400_000;
const PEOPLE = ["ana", "ben", "chi"];

export const onCall = {
  name: "on-call",
  needs: [],
  async run({ report }) {
    const { onCallAt } = await inside();
    const team = weeklyTeam();
    const rule = new rrule.RRule(
      { ...rrule.RRule.parseString("FREQ=WEEKLY;BYDAY=MO"), dtstart: new Date(START) },
      true,
    );
    const ours = (at) => onCallAt(team, "primary", at);
    // `between` keeps no cache here (second argument above), as with a rule that is built for each question.
    const theirs = (at) =>
      PEOPLE[(rule.between(new Date(START), new Date(at), true).length - 1) % PEOPLE.length];
    const instants = Array.from(
      { length: INSTANTS },
      (_, i) => START + Math.floor(((i * 0.6180339887) % 1) * YEAR_MS),
    );
    for (const at of instants.slice(0, PEER_INSTANTS)) {
      if (ours(at) !== theirs(at))
        throw new Error(`at ${new Date(at).toISOString()}: ${ours(at)}, rrule says ${theirs(at)}`);
    }
    const runs = { ours: [], theirs: [] };
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      runs.ours.push(perSecond(ours, instants, 20));
      runs.theirs.push(perSecond(theirs, instants.slice(0, PEER_INSTANTS), 1));
    }
    report({
      name: "on-call-look-ups",
      what: "who is on call, weekly rotation, instants of a year",
      value: median(runs.ours),
      unit: "look-ups/s",
      peer: median(runs.theirs),
      peerName: "rrule.between each time",
      aim: { beatPeer: "above" },
    });
  },
};

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
    start: "2026-01-05T09:00:00",
    handoff: "FREQ=WEEKLY;BYDAY=MO",
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
